import { z } from 'zod'
import { jsonOf } from '../http/answer.ts'
import type { HttpAnswer } from '../http/http.ts'
import { printable } from '../../domain/texts/printable.ts'
import { rejectedRemedy } from './credential.ts'
import type { RemoteCredential } from './credential.ts'
import { RemoteError } from './errors.ts'

const ProblemBody = z.object({
  type: z.string().optional(),
  title: z.string(),
  detail: z.string().optional(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
})

/** The answer's own words, where they are a problem (RFC 9457). @param asked method and address */
export const refusalOf = (answer: HttpAnswer, asked: string, credential: RemoteCredential): RemoteError => {
  const { status } = answer
  const problem = ProblemBody.safeParse(jsonOf(answer))
  if (!problem.success) return new RemoteError('refused', withoutReason(answer, asked), { status })
  const { type = null, title, detail, errors = [] } = problem.data
  // Texts of callers stand in these: none of them may look like a line of ours.
  const lines = errors.map((one) => `\n  - ${printable(one.pointer)}: ${printable(one.detail)}`).join('')
  const remedy = status === 401 ? ` ${rejectedRemedy(credential)}` : ''
  return new RemoteError('refused', `Nexus refused (${status}): ${printable(detail ?? title)}${lines}${remedy}`, {
    detail: `${detail ?? title}${remedy}`,
    status,
    type,
    issues: errors,
  })
}

const withoutReason = ({ status, body }: HttpAnswer, asked: string): string =>
  // What nginx and others answer to http on a port of https.
  status === 400 && /plain HTTP request was sent to HTTPS port|HTTP request to an HTTPS server/i.test(body.toString())
    ? `${asked} answered that this port speaks https: use https:// in the URL (--url or NEXUS_URL).`
    : `${asked} answered ${status} without a reason. Is it Nexus? Check the URL (--url or NEXUS_URL).`
