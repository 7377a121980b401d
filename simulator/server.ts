import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { TLSSocket } from 'node:tls'
import { setTimeout as sleep } from 'node:timers/promises'
import { reasonOf, refusal, Refused, type Answer } from './http/answer.ts'
import type { FaultBox, Fate } from './tenant/faults.ts'
import type { JsonObject } from './json.ts'
import type { RateLimit } from './tenant/limits.ts'
import type { Tokens } from './tokens/oauth.ts'
import { readBody } from './http/request-body.ts'
import type { Call, Found, Route } from './http/route.ts'
import { now, type Stats, type Write } from './tenant/stats.ts'

export type ServerDeps = {
  find: (method: string, path: string) => Found | undefined
  faults: FaultBox
  stats: Stats
  domain: () => string
  limit: RateLimit
  tokens: Tokens
  log: (line: string) => void
  /** Aborted when the simulator closes: whoever waits gives up. */
  closing: AbortSignal
}

type Exchange = { request: IncomingMessage; response: ServerResponse; write: Write | undefined }

const reset = ({ request }: Exchange): void => {
  const { socket } = request
  // A TLS socket has no RST of its own to send.
  if (socket instanceof TLSSocket) socket.destroy()
  else socket.resetAndDestroy()
}

const page = (status: number): Answer => ({
  status,
  html: `<html><head><title>${status} ${reasonOf(status)}</title></head><body><center><h1>${status} ${reasonOf(status)}</h1></center></body></html>`,
})

const errorAnswer = (status: number): Answer =>
  status === 500 ? refusal(500, 'An internal server error occurred') : page(status)

const tooMany = refusal(429, 'Global limit has been reached', 'too_many_requests')

const withHeaders = (answer: Answer, headers: Record<string, string>): Answer => ({
  ...answer,
  headers: { ...headers, ...answer.headers },
})

// Without secrets: the log of writes may be printed by a test that fails.
const withoutSecret = (body: JsonObject): JsonObject =>
  body['client_secret'] === undefined ? body : { ...body, client_secret: '[REDACTED]' }

/** What the route makes of the call; its effect is noted at the moment it is there. */
const run = async (found: Found | undefined, call: Call, write: Write | undefined): Promise<Answer> => {
  if (found === undefined) return refusal(404, 'Not Found')
  try {
    const answer = await found.route.handle(call)
    if (write !== undefined) {
      write.effectAt = now()
      write.clientId = found.route.writes?.(call, answer) ?? write.clientId
    }
    return answer
  } catch (error) {
    if (error instanceof Refused) return error.answer
    throw error
  }
}

/** The same route where the body cannot be read: the refusal comes after limit and token, as any other of the payload. */
const refusing = (found: Found | undefined, answer: Answer): Found | undefined =>
  found && {
    ...found,
    route: {
      ...found.route,
      handle: () => {
        throw new Refused(answer)
      },
    },
  }

/** From request to answer. The faults stand where they would strike a real call: before the effect, or after it. */
export const listener = (deps: ServerDeps): RequestListener => {
  const { faults, stats, limit, tokens, closing } = deps

  /** Waits; false where the simulator closes meanwhile. */
  const waited = async (ms: number): Promise<boolean> => {
    if (ms <= 0) return true
    try {
      await sleep(ms, undefined, { signal: closing, ref: false })
      return true
    } catch {
      return false
    }
  }

  const send = async ({ request, response }: Exchange, answer: Answer): Promise<void> => {
    const text = answer.html ?? (answer.body === undefined ? '' : JSON.stringify(answer.body))
    const body = Buffer.from(text)
    response.writeHead(answer.status, {
      // A 204 has the type as well (recorded, 54 of 54).
      'content-type': answer.html === undefined ? 'application/json; charset=utf-8' : 'text/html',
      ...(answer.status === 204 ? {} : { 'content-length': String(body.length) }),
      ...answer.headers,
    })
    if (faults.current.slowBodyMs > 0 && faults.concerns(request.method ?? '') && isTenant(request.url ?? '')) {
      response.flushHeaders()
      await waited(faults.current.slowBodyMs)
    }
    response.end(body)
  }

  /** The token's scopes, or the answer that refuses the call. */
  const authorize = (request: IncomingMessage, route: Route | undefined): ReadonlySet<string> | Answer => {
    const scopes = tokens.check(request.headers.authorization)
    if ('status' in scopes) return scopes
    const wanted = route?.scopes ?? []
    if (wanted.length === 0 || wanted.some((scope) => scopes.has(scope))) return scopes
    return refusal(403, `Insufficient scope, expected any of: ${wanted.join(',')}`, 'insufficient_scope')
  }

  const fates: Record<Fate, (exchange: Exchange, act: () => Promise<Answer>) => Promise<Answer | undefined>> = {
    tooMany: () => {
      const until = Math.max(faults.current.tooManyUntil ?? 0, Date.now() + 1000)
      const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(until / 1000)) }
      return Promise.resolve(withHeaders(tooMany, headers))
    },
    error: () => Promise.resolve(errorAnswer(faults.errorStatus())),
    errorAfter: async (_exchange, act) => {
      await act()
      return errorAnswer(faults.errorStatus())
    },
    resetBefore: (exchange) => {
      reset(exchange)
      return Promise.resolve(undefined)
    },
    resetAfter: async (exchange, act) => {
      await act()
      reset(exchange)
      return undefined
    },
    lateWrite: async (exchange, act) => {
      reset(exchange)
      if (await waited(faults.current.lateWriteMs)) await act()
      return undefined
    },
    timeoutAfter: async (_exchange, act) => {
      const answer = await act()
      const { timeoutMs } = faults.current
      // Never: the socket stays open until the caller gives up.
      return timeoutMs !== null && (await waited(timeoutMs)) ? answer : undefined
    },
  }

  /** A call of the Management API. Undefined means that no answer goes out. */
  const manage = async (exchange: Exchange, found: Found | undefined, call: Call): Promise<Answer | undefined> => {
    const { passed, headers } = limit.take(found?.route.readsClients === true, faults.current.foreignPerSecond)
    if (!passed) return withHeaders(tooMany, headers)
    const scopes = authorize(exchange.request, found?.route)
    if ('status' in scopes) return withHeaders(scopes, headers)
    if (!(await waited(faults.latency(call.method)))) return undefined
    const act = (): Promise<Answer> => run(found, { ...call, scopes }, exchange.write)
    const fate = faults.fate(call.method)
    const answer = await (fate === undefined ? act() : fates[fate](exchange, act))
    return answer === undefined ? undefined : withHeaders(answer, headers)
  }

  const answerTo = async (
    exchange: Exchange,
    found: Found | undefined,
    call: Call,
    path: string,
  ): Promise<Answer | undefined> => {
    if (!isTenant(path)) return run(found, call, undefined)
    if (faults.current.outage === 'reset') {
      reset(exchange)
      return undefined
    }
    if (faults.current.outage === 'page') return page(503)
    if (path.startsWith('/api/v2')) return manage(exchange, found, call)
    return (await waited(faults.latency(call.method))) ? run(found, call, undefined) : undefined
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const arrivedAt = now()
    const method = request.method ?? 'GET'
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://simulator')
    const known = deps.find(method, pathname)
    const exchange: Exchange = { request, response, write: undefined }
    let status: number | null = null
    response.once('close', () => {
      stats.count(method, known?.route.path ?? pathname, status)
      if (exchange.write !== undefined) Object.assign(exchange.write, { endedAt: now(), status })
      deps.log(`${method} ${pathname} ${status ?? 'none'} ${(now() - arrivedAt).toFixed(1)} ms`)
    })
    const body = await readBody(request)
    const found = 'status' in body ? refusing(known, body) : known
    const call: Call = {
      method,
      origin: `${request.socket instanceof TLSSocket ? 'https' : 'http'}://${deps.domain()}`,
      params: found?.params ?? {},
      query: searchParams,
      body: 'members' in body ? body.members : {},
      headers: request.headers,
      scopes: new Set(),
    }
    if (found?.route.writes !== undefined) {
      const sent = withoutSecret(call.body)
      exchange.write = {
        clientId: call.params['id'] ?? null,
        method,
        route: found.route.path,
        arrivedAt,
        effectAt: null,
        endedAt: null,
        status: null,
        correlationId: request.headers['x-correlation-id']?.toString() ?? null,
        sent,
      }
      stats.write(exchange.write)
    }
    const answer = await answerTo(exchange, found, call, pathname)
    if (answer === undefined || response.destroyed) return undefined
    status = answer.status
    return send(exchange, answer)
  }

  return (request, response) => {
    handle(request, response).catch((error: unknown) => {
      // A caller that hangs up while sending its body is no fault of ours.
      if (request.socket.destroyed) return
      deps.log(`simulator: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  }
}

/** Faults are for the tenant: the Management API and its token endpoint. */
const isTenant = (path: string): boolean => path.startsWith('/api/v2') || path.startsWith('/oauth/')
