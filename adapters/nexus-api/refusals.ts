import { z } from 'zod'
import { printable } from '../../domain/texts/printable.ts'
import { jsonOf } from './answer.ts'
import type { RemoteAnswer } from './answer.ts'
import { rejectedRemedy } from './credential.ts'
import type { RemoteCredential } from './credential.ts'
import { RemoteError } from './errors.ts'

/** Why no answer came, by the code of the network's or TLS's error, with what to do. */
const remedies: Readonly<Record<string, (url: string) => string>> = {
  ECONNREFUSED: () => 'nothing listens there. Check the URL (--url or NEXUS_URL), and that Nexus runs.',
  ENOTFOUND: (url) => `there is no host ${new URL(url).hostname}. Check the URL (--url or NEXUS_URL).`,
  EAI_AGAIN: (url) => `the name ${new URL(url).hostname} cannot be looked up at the moment. Check the network.`,
  ERR_SSL_WRONG_VERSION_NUMBER: (url) => `it does not speak https. Try ${url.replace(/^https:/, 'http:')}.`,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: (url) => `it does not speak https. Try ${url.replace(/^https:/, 'http:')}.`,
}

const untrusted = 'this machine does not trust its certificate. Name the CA that issued it in NODE_EXTRA_CA_CERTS.'
const cutOff = (url: string): string =>
  url.startsWith('http:')
    ? `it ended the connection without an answer. Perhaps it speaks https: try ${url.replace(/^http:/, 'https:')}.`
    : 'it ended the connection without an answer. Try again; look into the log of Nexus if it happens again.'

/** Why no answer came, and what to do: `fetch failed` has its reason in its cause. */
export const reasonOf = (error: unknown, url: string): string => {
  if (!(error instanceof Error)) return `${String(error)}.`
  const cause = error.cause instanceof Error ? error.cause : error
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  const known = remedies[code]?.(url)
  if (known !== undefined) return known
  if (/CERT|SELF_SIGNED|ISSUER/.test(code)) return `${untrusted} (${code})`
  if (/^(?:ECONNRESET|UND_ERR_SOCKET|EPIPE|HPE_.*)$/.test(code)) return cutOff(url)
  return `${cause.message === '' ? code || error.message : cause.message}.`
}

const ProblemBody = z.object({
  type: z.string().optional(),
  title: z.string(),
  detail: z.string().optional(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
})

/** The answer's own words, where they are a problem (RFC 9457). @param asked method and address */
export const refusalOf = (answer: RemoteAnswer, asked: string, credential: RemoteCredential): RemoteError => {
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

const withoutReason = ({ status, body }: RemoteAnswer, asked: string): string =>
  // What nginx and others answer to http on a port of https.
  status === 400 && /plain HTTP request was sent to HTTPS port|HTTP request to an HTTPS server/i.test(body.toString())
    ? `${asked} answered that this port speaks https: use https:// in the URL (--url or NEXUS_URL).`
    : `${asked} answered ${status} without a reason. Is it Nexus? Check the URL (--url or NEXUS_URL).`
