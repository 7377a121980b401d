import { z } from 'zod'
import { pointerTo } from './json-text.ts'
import type { Issue } from './json-text.ts'

/**
 * The greatest length of every text that comes from outside, in UTF-16 code units, and how much a body may hold. A text is
 * measured here before any pattern sees it. Where Auth0 has a limit it is Auth0's; the others are generous: they are to
 * bound the work, not to tell people what to write.
 */
export const greatest = {
  tenantId: 63,
  clientId: 255,
  stateName: 128,
  /** Of an application or a service account. */
  callerName: 63,
  /** Of a role, a product, a user id, in a request and in a filter. Auth0 keeps none in a longer text. */
  label: 255,
  /** A token of an issuer. */
  accessToken: 16_384,
  /** Looked for in a list. */
  search: 200,
  /** A time in ISO 8601. */
  time: 64,
  cursor: 4096,
  /** Digits of a number in a query. */
  digits: 15,
  /** What the audit names: a client, a state with its version, a change. */
  target: 512,
  /** A lock's id, operation and version; what it says of itself; its path and who holds it. */
  lockId: 256,
  lockInfo: 4096,
  lockText: 1024,
  /** Of a Terraform state, and of the Terraform that wrote it. */
  lineage: 200,
  version: 100,
  /** One URL that is added to a list. */
  url: 8192,
  /** The texts of `mobile`, but for the fingerprints. */
  mobileText: 1024,
  /** All fingerprints of a client, comma separated: more than 150 of them. */
  fingerprints: 16_384,
  /** Any text of a body: an element of a list may hold a hundred URLs. */
  text: 131_072,
  /** The name of a member. */
  member: 255,
  /** A resource's type, name and module, and the key of an instance, in a Terraform state. */
  address: 4096,
  /** A query, with everything in it. */
  query: 8192,
} as const
export type Measured = keyof typeof greatest

/** Elements of one list of a body, unless the list says otherwise, and members of one object. */
export const greatestCounts = { elements: 1000, members: 100 } as const

/** Headers that are read, with their greatest lengths. Others are never looked at. */
export const greatestHeaders = {
  accept: 4096,
  'accept-encoding': 1024,
  authorization: 16_384,
  'content-encoding': 255,
  'content-md5': 255,
  'content-type': 1024,
  cookie: 16_384,
  forwarded: 8192,
  host: 1024,
  'idempotency-key': 1024,
  'if-match': 8192,
  'if-none-match': 8192,
  'last-event-id': 255,
  'nexus-background': 16,
  origin: 2048,
  prefer: 2048,
  'sec-fetch-site': 64,
  'x-forwarded-for': 8192,
  'x-forwarded-host': 1024,
  'x-forwarded-proto': 255,
} as const satisfies Readonly<Record<string, number>>

/** The greatest length of an application token, in whichever header it comes. */
export const greatestToken = 4096

export const tooLong = (most: number, length?: number): string =>
  `This text may have ${most} characters at most${length === undefined ? '' : `, and has ${length}`}.`

export const tooManyElements = (most: number, length: number): string =>
  `This list may have ${most} elements at most, and has ${length}.`

/**
 * A text from outside, for a schema: the checks that follow see none that is too long.
 *
 * @param error what is said of one that is, where it is not only how long it may be
 */
export const measured = (what: Measured, error: string = tooLong(greatest[what])): z.ZodString =>
  z.string().max(greatest[what], { abort: true, error })

/** Nobody reads more. */
const enough = 100

/** What of a body is too much: its shape (400), or the length of a text or a list in it (422). */
export interface Excess {
  readonly shape: readonly Issue[]
  readonly length: readonly Issue[]
}

/**
 * Measures a parsed body, before anything else looks at it. A loop, which passes every value once; it ends where more was
 * found than anybody reads.
 *
 * @param top elements that the body itself may have where it is a list
 */
export const excessIn = (body: unknown, top: number = greatestCounts.elements): Excess => {
  const shape: Issue[] = []
  const length: Issue[] = []
  const open: { readonly value: unknown; readonly path: readonly (string | number)[] }[] = [{ value: body, path: [] }]
  for (let next = open.pop(); next !== undefined && shape.length + length.length < enough; next = open.pop()) {
    const { value, path } = next
    if (typeof value === 'string' && value.length > greatest.text)
      length.push({ pointer: pointerTo(path), detail: tooLong(greatest.text, value.length) })
    if (typeof value !== 'object' || value === null) continue
    if (Array.isArray(value)) {
      const isBody = path.length === 0
      const most = isBody ? top : greatestCounts.elements
      if (value.length > most)
        (isBody ? shape : length).push({
          pointer: pointerTo(path),
          detail: tooManyElements(most, value.length),
        })
      else
        for (let index = value.length - 1; index >= 0; index -= 1)
          open.push({ value: value[index], path: [...path, index] })
      continue
    }
    const members = Object.entries(value)
    if (members.length > greatestCounts.members)
      shape.push({
        pointer: pointerTo(path),
        detail: `This object may have ${greatestCounts.members} members at most, and has ${members.length}.`,
      })
    else if (members.some(([name]) => name.length > greatest.member))
      shape.push({
        pointer: pointerTo(path),
        detail: `The name of a member may have ${greatest.member} characters at most.`,
      })
    else for (const [name, inner] of members.toReversed()) open.push({ value: inner, path: [...path, name] })
  }
  return { shape, length }
}
