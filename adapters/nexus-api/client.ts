import { setTimeout as sleep } from 'node:timers/promises'
import type { z } from 'zod'
import { createHttp } from '../http/http.ts'
import type { Http, HttpAnswer } from '../http/http.ts'
import { Unreachable } from '../http/unreachable.ts'
import { printable } from '../../domain/texts/printable.ts'
import { remoteUrl } from './address.ts'
import { parsedAs } from './answer.ts'
import { credentialOf, headersOf } from './credential.ts'
import type { RemoteCredential } from './credential.ts'
import { RemoteError } from './errors.ts'
import { refusalOf } from './refusals.ts'
import { reasonOf } from './unreachable.ts'

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
  /** One GET, whose answer is read as it comes, whatever its status is. @throws Unreachable where none came */
  readonly open: (path: string, query: [string, string][], signal: AbortSignal) => ReturnType<Http['open']>
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

export interface RemoteOptions {
  /** What it is asked by. */
  readonly http: Http
  readonly url: string
  readonly credential: RemoteCredential
  /** For one attempt, milliseconds. */
  readonly timeoutMs?: number
  /** How often a 429 or 503 is asked again. */
  readonly retries?: number
}

/** Longest wait that an answer's Retry-After is followed for, milliseconds. */
const patienceMs = 30_000

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
  const { http, credential, timeoutMs = 30_000, retries = 3 } = options
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
      throw new RemoteError('unreachable', `${url} cannot be reached: ${reasonOf(error, url)}`, { cause: error })
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
    if (answer.status >= 400) throw refusalOf(answer, `${method} ${url}${path}`, credential)
    return answer
  }

  return {
    url,
    ask,
    granted,
    open: (path, query, signal) => {
      const parameters = new URLSearchParams(query)
      const address = `${url}${path}${parameters.size === 0 ? '' : `?${parameters.toString()}`}`
      return http.open(address, { headers: { ...headersOf(credential), accept: 'text/event-stream' }, signal })
    },
    json: async (method, path, shape, request) =>
      parsedAs(shape, await granted(method, path, request), `${method} ${url}${path}`),
  }
}
