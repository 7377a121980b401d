import { z } from 'zod'
import type { HttpAnswer } from '../http/http.ts'
import type { Unreachable } from '../http/unreachable.ts'
import { printable } from '../../domain/texts/printable.ts'
import { jsonOf } from './answer.ts'
import { rejectedRemedy } from './credential.ts'
import type { RemoteCredential } from './credential.ts'
import { RemoteError } from './errors.ts'

/** What is true of Nexus' own address beside what is true of any, by code. @returns undefined where the other text does */
const remedies: Readonly<Record<string, (url: string) => string | undefined>> = {
  ECONNREFUSED: () => 'nothing listens there. Check the URL (--url or NEXUS_URL), and that Nexus is running.',
  ERR_SSL_WRONG_VERSION_NUMBER: (url) => `it does not speak https. Try ${url.replace(/^https:/, 'http:')}.`,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: (url) => `it does not speak https. Try ${url.replace(/^https:/, 'http:')}.`,
  ECONNRESET: otherScheme,
  EPIPE: otherScheme,
  UND_ERR_SOCKET: otherScheme,
  HPE_INVALID_CONSTANT: otherScheme,
}

/** A server of https says nothing to who speaks http. */
function otherScheme(url: string): string | undefined {
  if (!url.startsWith('http:')) return undefined
  return `it ended the connection without an answer. Perhaps it speaks https: try ${url.replace(/^http:/, 'https:')}.`
}

/** Why no answer came, and what to do. */
export const reasonOf = ({ code, said, remedy }: Unreachable, url: string): string =>
  remedies[code]?.(url) ?? `${said}. ${remedy}`

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
