import { z } from 'zod'
import { isPlain } from '../../domain/shape.ts'
import { isDatabaseUrl, parameterOf } from '../../domain/texts/database-url.ts'
import { didYouMean } from './problems.ts'

/**
 * The pieces that the configuration's schema is made of. Each says in words what belongs there, because a mistake is
 * read by whoever wrote the file; none repeats what was written, because that may be a secret.
 */

interface Mistake {
  readonly input?: unknown
}

/** The words for a value that is missing or of the wrong type. */
const saying =
  (what: string) =>
  ({ input }: Mistake): string => {
    if (input === undefined) return `This is missing: give ${what}.`
    const quotes = typeof input === 'number' || typeof input === 'boolean' ? ' Put it in quotes to make it a text.' : ''
    return `This must be ${what}.${quotes}`
  }

const sayingPlain =
  (what: string) =>
  ({ input }: Mistake): string =>
    input === undefined ? `This is missing: give ${what}.` : `This must be ${what}.`

/** A text that is not empty, and that can be kept. @param what continues "give …" and "this must be …" */
export const text = (what: string) =>
  z
    .string({ error: saying(what) })
    .min(1, { error: `This is empty: give ${what}.` })
    .refine(isPlain, { error: 'This holds a character that cannot be kept: U+0000, or half of a surrogate pair.' })

/**
 * Marks what nobody else may know, or leads to it, and what is replaced from time to time. The guide to production says how,
 * for each of them.
 */
export const secret = <Of extends z.ZodType>(schema: Of): Of => schema.meta({ secret: true })

/** A text of which `holds` is true. */
export const textThat = (what: string, holds: (value: string) => boolean) =>
  text(what).refine((value) => value === '' || holds(value), { error: `This must be ${what}.` })

/** A URL that starts with one of the protocols, such as `https:`. */
export const url = (what: string, protocols: readonly string[]) =>
  textThat(what, (value) => protocols.includes(URL.parse(value)?.protocol ?? ''))

/** The URL of a PostgreSQL, with one server or several. */
export const databaseUrl = textThat('a URL that starts with postgres:// or postgresql://', isDatabaseUrl).refine(
  (value) => ['read-write', null].includes(parameterOf(value, 'target_session_attrs')),
  {
    error:
      'Nexus writes, so target_session_attrs can only be read-write: write that, or leave it out, which means the same.',
  },
)

/** A whole number; digits in a text count too, because that is what an environment variable holds. */
export const whole = (least: number, most: number) => {
  const error = sayingPlain(`a whole number from ${least} to ${most}`)
  return z.preprocess(
    (input) => (typeof input === 'string' && /^\d{1,15}$/.test(input) ? Number(input) : input),
    z.int({ error }).min(least, { error }).max(most, { error }),
  )
}

/** true or false; also as a text, because that is what an environment variable holds. */
export const flag = () =>
  z.preprocess(
    (input) => (input === 'true' ? true : input === 'false' ? false : input),
    z.boolean({ error: sayingPlain('true or false') }),
  )

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

const milliseconds = (input: string): number | undefined => {
  const groups = /^(?<amount>\d+(?:\.\d+)?)\s*(?<unit>ms|s|m|h|d)$/.exec(input)?.groups
  return groups === undefined ? undefined : Math.round(Number(groups['amount']) * (units[groups['unit'] ?? ''] ?? 1))
}

/** A time with its unit, such as 60s, 15m, 2h, 400d or 500ms; comes out in milliseconds. */
export const duration = (least: string, most: string) => {
  const what = `a time with its unit, such as 500ms, 60s, 15m, 2h or 400d, from ${least} to ${most}`
  return z.string({ error: sayingPlain(what) }).transform((input, context) => {
    const value = milliseconds(input)
    if (value !== undefined && value >= (milliseconds(least) ?? 0) && value <= (milliseconds(most) ?? 0)) return value
    context.issues.push({ code: 'custom', input, message: `This must be ${what}.` })
    return z.NEVER
  })
}

/** One of a few words. */
export const oneOf = <const Words extends readonly string[]>(words: Words) =>
  z.enum(words, {
    error: ({ input }) =>
      `This must be one of: ${words.join(', ')}.${typeof input === 'string' ? didYouMean(input, words) : ''}`,
  })

/** A list. @param what what its elements are, in the plural */
export const list = <Element extends z.ZodType>(element: Element, what: string) =>
  z.array(element, { error: sayingPlain(`a list of ${what}`) })

/** 32 bytes in base64 or in hexadecimal digits. */
const keyIn = (raw: string): Buffer | undefined => {
  if (/^[0-9a-f]{64}$/i.test(raw)) return Buffer.from(raw, 'hex')
  return /^[A-Za-z0-9+/_-]{43}=?$/.test(raw) ? Buffer.from(raw, 'base64') : undefined
}

const sealingKey = textThat(
  '32 random bytes in base64 or hexadecimal digits, as `openssl rand -base64 32` writes them',
  (raw) => keyIn(raw) !== undefined,
).transform((raw) => keyIn(raw)?.toString('base64') ?? '')

/** Keys to seal with, in base64. A variable that is not set (`${NAME:-}`) leaves nothing in its place, which is no key. */
export const sealingKeys = list(secret(sealingKey.nullable()), 'keys').transform((keys) =>
  keys.filter((key) => key !== null),
)

/** A mapping whose keys are known: another key is a mistake, one message for each, in the order of `issue.keys`. */
export const mapping = <Shape extends z.ZodRawShape>(shape: Shape) => {
  const known = Object.keys(shape)
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys
            .map((key) => `There is no such setting.${didYouMean(key, known) || ` Here are: ${known.join(', ')}.`}`)
            .join('\n')
        : sayingPlain(`a mapping with ${known.join(', ')}`)(issue),
  })
}
