import { z } from 'zod'
import { measured } from './lengths.ts'
import type { Measured } from './lengths.ts'
import { isPlain } from '../shape.ts'

/**
 * What comes from outside, as the database can hold it: every boundary reads texts, times and numbers by these, so that
 * nothing is refused further in, where nobody could tell which part of a request it was.
 */

/** PostgreSQL keeps neither U+0000 nor half of a surrogate pair, and neither means anything to a person. */
export const KeptText = measured('text')
  .refine((text) => !text.includes('\u0000'), 'This text holds the character U+0000.')
  .refine((text) => text.isWellFormed(), 'This text holds half of a surrogate pair.')

/** The same, with something in it: a filter, a name. */
export const keptName = (what: Measured): z.ZodString =>
  measured(what).min(1).refine(isPlain, 'This text holds the character U+0000, or half of a surrogate pair.')

/** The id of a change or an operation, as PostgreSQL reads it. */
export const isUuid = (text: string): boolean => /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i.test(text)

const firstTime = Date.parse('0001-01-01T00:00:00Z')
const lastTime = Date.parse('9999-12-31T23:59:59.999Z')
/** How far apart clocks of this world are. PostgreSQL reads no more than 15:59, though ISO 8601 has up to 23:59. */
const farthestZone = 14 * 60

const minutesOf = (zone: string): number => {
  const [hours = 0, minutes = 0] = zone.slice(1).split(':').map(Number)
  return hours * 60 + minutes
}

/**
 * A time with its zone, in years that every part of this program writes alike (1 to 9999), as the same moment in UTC with
 * at most six digits after the second: what PostgreSQL keeps of it.
 *
 * @returns undefined for everything else
 */
export const momentOf = (text: string): string | undefined => {
  const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,30}))?(Z|[+-]\d\d:\d\d)$/.exec(text)
  const [, whole = '', fraction = '', zone = ''] = parts ?? []
  if (parts === null || !z.iso.datetime({ offset: true }).safeParse(text).success) return undefined
  if (zone !== 'Z' && minutesOf(zone) > farthestZone) return undefined
  const time = Date.parse(`${whole}${zone}`)
  if (!(time >= firstTime && time <= lastTime)) return undefined
  return `${new Date(time).toISOString().slice(0, 19)}${fraction === '' ? '' : `.${fraction.slice(0, 6)}`}Z`
}

/** A time as `momentOf` reads it. */
export const KeptTime = measured('time')
  .meta({ format: 'date-time' })
  .transform((text, context) => {
    const moment = momentOf(text)
    if (moment !== undefined) return moment
    context.issues.push({
      code: 'custom',
      input: text,
      message: 'This must be a time with its zone such as 2026-01-31T08:00:00Z, in a year from 0001 to 9999.',
    })
    return z.NEVER
  })
