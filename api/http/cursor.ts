import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { ListOrder, Position } from '../../adapters/postgres/clients/list-request.ts'
import { KeptText } from '../../domain/texts/kept.ts'
import { ClientId } from '../../domain/vocabulary.ts'
import { Problem } from './problem.ts'

/** The last moment of a year with four digits. */
const maximumTime = 253_402_300_799_999

const Cursor = z.tuple([z.string(), z.union([KeptText, z.int().min(0).max(maximumTime)]), ClientId])

/** What a cursor is good for: a list with these parameters, whatever the size of its pages. */
export const listDigest = (parameters: unknown): string =>
  createHash('sha256').update(JSON.stringify(parameters)).digest('base64url').slice(0, 16)

/** The end of a page, as an opaque text. It holds no right: who may see what is decided for each page anew. */
export const cursorOf = (digest: string, { key, id }: Position): string =>
  Buffer.from(JSON.stringify([digest, key, id])).toString('base64url')

/** @throws Problem 400 for what is no cursor, or the cursor of another list */
export const positionIn = (cursor: string, digest: string, { by }: ListOrder): Position => {
  const parsed = Cursor.safeParse(jsonIn(cursor))
  if (!parsed.success) throw broken('This is no cursor: take the "next" of a page, as it is.')
  const [madeFor, key, id] = parsed.data
  if (madeFor !== digest || (typeof key === 'number') !== (by === 'updated'))
    throw broken('This cursor is of another list: the tenant, the filters and the sort must stay the same.')
  return { key, id }
}

const jsonIn = (cursor: string): unknown => {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    return undefined
  }
}

const broken = (detail: string): Problem =>
  new Problem('malformed', 'The cursor cannot be used. Begin again without one.', {
    errors: [{ pointer: '/cursor', detail }],
  })
