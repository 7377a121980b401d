import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { createHttp } from '../http/http.ts'
import type { Http, HttpAnswer } from '../http/http.ts'
import { Unreachable } from '../http/unreachable.ts'
import { printable } from '../../domain/texts/printable.ts'
import { withoutSlashes } from '../../domain/texts/web-address.ts'
import type { Issue } from '../../domain/texts/json-text.ts'

/**
 * Nexus' own API, as the command line and the stacks call it: with credentials of the environment, patient where the API
 * asks for it, and with an answer in words where something is wrong.
 */
export interface Remote {
  /** Without a slash at the end. */
  readonly url: string
  /**
   * One call, and its answer whatever its status is.
   *
   * @throws RemoteError where no answer came: `unreachable`, `timeout`, `redirected`
   */
  readonly ask: (method: Method, path: string, request?: RemoteRequest) => Promise<HttpAnswer>
  /** One call that is granted, and its answer. @throws RemoteError as `ask`, and `refused` for a status from 400 on */
  readonly granted: (method: Method, path: string, request?: RemoteRequest) => Promise<HttpAnswer>
  /** One call, and its JSON in the expected shape. @throws RemoteError as `granted`, and `unexpected` for another shape */
  readonly json: <T>(method: Method, path: string, shape: z.ZodType<T>, request?: RemoteRequest) => Promise<T>
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'UNLOCK'

interface RemoteRequest {
  /** Bytes and texts are sent as they are, anything else as JSON. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Query parameters; those that are undefined are left out. */
  readonly query?: Readonly<Record<string, string | undefined>>
}

export type RemoteErrorCode = 'not-configured' | 'unreachable' | 'timeout' | 'redirected' | 'refused' | 'unexpected'

/** No use can be made of the API; the message says why, and what to do. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError'
  readonly code: RemoteErrorCode
  /** Of the answer; null where there was none. */
  readonly status: number | null
  /** What is wrong with the request, where the answer points at it. */
  readonly issues: readonly Issue[]

  constructor(
    code: RemoteErrorCode,
    message: string,
    more: { status?: number; cause?: unknown; issues?: readonly Issue[] } = {},
  ) {
    super(message, { cause: more.cause })
    this.code = code
    this.status = more.status ?? null
    this.issues = more.issues ?? []
  }
}

type RemoteCredential =
  | { readonly username: string; readonly password: string }
  | { readonly token: string; readonly applicationToken: string | null }

export interface RemoteOptions {
  /** What it is asked by; without proxies unless given. */
  readonly http?: Http
  readonly url: string
  readonly credential: RemoteCredential
  /** For one attempt, milliseconds. */
  readonly timeoutMs?: number
  /** How often a 429 or 503 is asked again. */
  readonly retries?: number
}

/** Longest wait that an answer's Retry-After is followed for, milliseconds. */
const patienceMs = 30_000

const credentialRemedy =
  'Set NEXUS_USERNAME and NEXUS_PASSWORD (a service account), or NEXUS_TOKEN and NEXUS_APPLICATION_TOKEN.'

/**
 * The URL of an API, checked.
 *
 * @returns without a slash at the end
 * @throws RemoteError `not-configured`: no http(s) URL, or one with a user name, a query or a fragment
 */
export const remoteUrl = (raw: string): string => {
  const url = URL.parse(raw)
  const plain = url !== null && ['http:', 'https:'].includes(url.protocol) && url.search === '' && url.hash === ''
  if (!plain)
    throw new RemoteError('not-configured', 'The URL of Nexus must be one, such as https://nexus.example.com.')
  if (url.username !== '' || url.password !== '')
    throw new RemoteError('not-configured', `The URL of Nexus may hold no user name or password. ${credentialRemedy}`)
  return `${url.origin}${withoutSlashes(url.pathname)}`
}

/** The credential that the environment holds. @throws RemoteError `not-configured` */
const credentialOf = (env: NodeJS.ProcessEnv): RemoteCredential => {
  const value = (name: string): string | null => (env[name] === undefined || env[name] === '' ? null : env[name])
  const [username, password, token] = ['NEXUS_USERNAME', 'NEXUS_PASSWORD', 'NEXUS_TOKEN'].map(value)
  if (username && token)
    throw new RemoteError('not-configured', 'NEXUS_USERNAME and NEXUS_TOKEN are both set: use one.')
  if (token) return { token, applicationToken: value('NEXUS_APPLICATION_TOKEN') }
  if (username && password) return { username, password }
  throw new RemoteError('not-configured', `Nexus must know who asks. ${credentialRemedy}`)
}

/**
 * @param env NEXUS_URL, and NEXUS_USERNAME with NEXUS_PASSWORD, or NEXUS_TOKEN with NEXUS_APPLICATION_TOKEN
 * @param url instead of NEXUS_URL
 * @throws RemoteError `not-configured`, with what to set
 */
export const remoteOf = (env: NodeJS.ProcessEnv, url: string | undefined = env['NEXUS_URL']): Remote => {
  if (url === undefined || url === '')
    throw new RemoteError(
      'not-configured',
      'Set NEXUS_URL to where Nexus is reached, such as https://nexus.example.com.',
    )
  return createRemote({ http: createHttp(env), url, credential: credentialOf(env) })
}

const headersOf = (credential: RemoteCredential): Record<string, string> => {
  if ('username' in credential) {
    const pair = Buffer.from(`${credential.username}:${credential.password}`).toString('base64')
    return { authorization: `Basic ${pair}` }
  }
  const { token, applicationToken } = credential
  return {
    authorization: `Bearer ${token}`,
    ...(applicationToken === null ? {} : { 'x-application-token': applicationToken }),
  }
}

const bodyOf = (body: unknown): { body?: string | Buffer; type?: string } => {
  if (body === undefined) return {}
  if (typeof body === 'string' || Buffer.isBuffer(body)) return { body }
  return { body: JSON.stringify(body), type: 'application/json' }
}

/** How long to wait before the same again, milliseconds; null where it is no use. */
const pauseAfter = ({ status, headers }: HttpAnswer, attempt: number): number | null => {
  if (status !== 429 && status !== 503) return null
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  const wait = Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : 500 * 2 ** attempt
  return wait <= patienceMs ? wait : null
}

export const createRemote = (options: RemoteOptions): Remote => {
  const { http = createHttp({}), credential, timeoutMs = 30_000, retries = 3 } = options
  const url = remoteUrl(options.url)

  const once = async (method: Method, path: string, request: RemoteRequest): Promise<HttpAnswer> => {
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(request.query ?? {})) if (value !== undefined) query.set(name, value)
    const { body, type } = bodyOf(request.body)
    const address = `${url}${path}${query.size === 0 ? '' : `?${query.toString()}`}`
    try {
      return await http.ask(address, {
        method,
        headers: {
          ...headersOf(credential),
          accept: 'application/json, application/problem+json',
          ...(type === undefined ? {} : { 'content-type': type }),
          ...request.headers,
        },
        ...(body === undefined ? {} : { body }),
        deadline: AbortSignal.timeout(timeoutMs),
      })
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error
      if (error.code === 'TIMEOUT')
        throw new RemoteError('timeout', `${url} did not answer within ${timeoutMs / 1000} s.`, { cause: error })
      throw new RemoteError('unreachable', `${url} cannot be reached: ${error.said}. ${error.remedy}`, { cause: error })
    }
  }

  const ask: Remote['ask'] = async (method, path, request = {}) => {
    for (let attempt = 0; ; attempt += 1) {
      const answer = await once(method, path, request)
      if (answer.status >= 300 && answer.status < 400 && answer.headers.has('location'))
        throw new RemoteError(
          'redirected',
          `${url} redirects to ${printable(answer.headers.get('location') ?? '')}. Set NEXUS_URL to where Nexus really is.`,
          { status: answer.status },
        )
      const pause = attempt < retries ? pauseAfter(answer, attempt) : null
      if (pause === null) return answer
      await sleep(pause)
    }
  }

  const granted: Remote['granted'] = async (method, path, request) => {
    const answer = await ask(method, path, request)
    if (answer.status >= 400) throw refusalOf(answer, method, `${url}${path}`)
    return answer
  }

  return {
    url,
    ask,
    granted,
    json: async (method, path, shape, request) => {
      const answer = await granted(method, path, request)
      const parsed = shape.safeParse(jsonOf(answer))
      if (parsed.success) return parsed.data
      throw new RemoteError(
        'unexpected',
        `${method} ${url}${path} answered something else than expected; is it Nexus, of this version?\n${z.prettifyError(parsed.error)}`,
        { status: answer.status },
      )
    },
  }
}

const jsonOf = ({ body }: HttpAnswer): unknown => {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

const ProblemBody = z.object({
  title: z.string(),
  detail: z.string().optional(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
})

/** The answer's own words, where they are a problem (RFC 9457). */
const refusalOf = (answer: HttpAnswer, method: Method, address: string): RemoteError => {
  const { status } = answer
  const problem = ProblemBody.safeParse(jsonOf(answer))
  if (!problem.success)
    return new RemoteError('refused', `${method} ${address} answered ${status}, without a reason; is it Nexus?`, {
      status,
    })
  const { title, detail, errors = [] } = problem.data
  // Texts of callers stand in these: none of them may look like a line of ours.
  const lines = errors.map((one) => `\n  - ${printable(one.pointer)}: ${printable(one.detail)}`).join('')
  const remedy = status === 401 ? ` ${credentialRemedy}` : ''
  return new RemoteError('refused', `Nexus refused (${status}): ${printable(detail ?? title)}${lines}${remedy}`, {
    status,
    issues: errors,
  })
}
