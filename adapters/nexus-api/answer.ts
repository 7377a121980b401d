import { z } from 'zod'
import { jsonOf } from '../http/answer.ts'
import type { HttpAnswer } from '../http/http.ts'
import { RemoteError } from './errors.ts'

/**
 * The JSON of an answer in the expected shape.
 *
 * @param asked what answered: an address, with the method where it is known
 * @throws RemoteError `unexpected` for another shape
 */
export const parsedAs = <T>(shape: z.ZodType<T>, answer: Pick<HttpAnswer, 'body' | 'status'>, asked: string): T => {
  const parsed = shape.safeParse(jsonOf(answer))
  if (parsed.success) return parsed.data
  throw new RemoteError(
    'unexpected',
    `${asked} did not answer as this version of Nexus does. Is it Nexus, and of the same version?\n${z.prettifyError(parsed.error)}`,
    { status: answer.status },
  )
}
