import { z } from 'zod'
import { greatest } from '../../domain/texts/lengths.ts'
import { Problem } from './problem.ts'

/** `?include=secret`: the client with its secret. */
export const include = z
  .literal('secret')
  .optional()
  .describe('`secret`: with the client secret, by `client.secret.read`')

/**
 * A query string, by the schema that says what it may be.
 *
 * @param known the parameters, for people
 * @param lists those that may be given several times: the schema sees a list
 * @throws Problem 400 with a pointer for each parameter that is unknown, given twice, or not as it should be
 */
export const parseQuery = <Query>(
  schema: z.ZodType<Query>,
  query: string,
  known: string,
  lists: readonly string[] = [],
): Query => {
  if (query.length > greatest.query)
    throw new Problem(
      'malformed',
      `The parameters may have ${greatest.query} characters at most, and have ${query.length}.`,
    )
  const parameters = new URLSearchParams(query)
  const single = [...parameters].filter(([name]) => !lists.includes(name))
  const named = Object.fromEntries(single)
  if (Object.keys(named).length < single.length) throw new Problem('malformed', 'A parameter is given more than once.')
  const listed = lists.flatMap((name) => (parameters.has(name) ? [[name, parameters.getAll(name)] as const] : []))
  const parsed = schema.safeParse({ ...named, ...Object.fromEntries(listed) })
  if (parsed.success) return parsed.data
  throw new Problem('malformed', `The parameters are ${known}; nothing was done.`, {
    errors: parsed.error.issues.map(({ path, message }) => ({ pointer: `/${path.join('/')}`, detail: message })),
  })
}

/** `?dryRun=true` must never be taken for the real thing where it is not known. @throws Problem 400 */
export const refuseParameters = (query: string): void => {
  if (query !== '') throw new Problem('malformed', 'This address takes no parameters; nothing was done.')
}
