import { z } from 'zod'
import { Problem } from './problem.ts'

/** `?include=secret`: the client with its secret. */
export const include = z.literal('secret').optional()

/**
 * The query string's parameters.
 *
 * @throws Problem 400 for a parameter that is not known, has another value, or is given more than once
 */
export const parametersOf = <Known extends z.ZodObject>(query: string, known: Known): z.output<Known> => {
  const given = [...new URLSearchParams(query)]
  const named = Object.fromEntries(given)
  const parsed = known.safeParse(named)
  if (parsed.success && Object.keys(named).length === given.length) return parsed.data
  const names = Object.keys(known.shape).join(' and ')
  throw new Problem(
    'malformed',
    parsed.success
      ? 'A parameter is given more than once; nothing was done.'
      : `This address knows the parameters ${names}, and not these, or not with these values; nothing was done.`,
  )
}
