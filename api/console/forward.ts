import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isFresh, isUseDue } from '../../domain/access/sessions.ts'
import type { Session } from '../../adapters/postgres/sessions.ts'
import { answerRecorded, auditDraftOf } from '../http/audited.ts'
import type { Recording } from '../http/audited.ts'
import { readBody } from '../http/body.ts'
import { notFound, Problem } from '../http/problem.ts'
import type { BrowserSettings } from '../http/security-headers.ts'
import { Params } from '../routing/serve.ts'
import { accessTokenOf } from './access-token.ts'
import type { Renewing } from './access-token.ts'
import type { Console } from './console.ts'
import { answerHeadersOf, asksFreshSignIn, forwardedOf, requestHeaders, signInNeeded } from './forwarded.ts'
import type { Forwarded } from './forwarded.ts'
import { requireOwnPage, safeMethods } from './origin.ts'
import { findSession, sessionOf, signedOut } from './session.ts'

/** What passes a request of the page on to the API. */
export interface Forwarding extends Recording, Renewing {
  readonly console: Pick<Console, 'oidc' | 'sessions' | 'settings'>
  readonly log: Renewing['log'] & Recording['log']
  readonly settings: Pick<BrowserSettings, 'applicationTokenHeader'> & { readonly listLimitBytes: number }
  /** Aborted when a body that has not arrived yet is refused. */
  readonly overdue: AbortSignal
}

/** How often it is looked whether the session of an open stream has ended. */
const lookMs = 5000

/**
 * ANY /console/api/v1/…: passes what the page asks on to the API, in this process, with the user's Bearer token and the
 * console's application token. Rules, ceilings, rates and audit are those of every caller.
 */
export const forward = (app: FastifyInstance, deps: Forwarding, routes: readonly Forwarded[]): void => {
  for (const route of forwardedOf(routes))
    app.route({
      method: route.method,
      url: `/console/api${route.path}`,
      handler: (request, reply) => passOn(app, deps, route, request, reply),
    })
}

const passOn = async (
  app: FastifyInstance,
  deps: Forwarding,
  route: Forwarded,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> => {
  const params = Params.parse(request.params)
  const query = request.url.split('?').slice(1).join('?')
  const audit = auditDraftOf('console.request', request, params)
  const { session, payload, accessToken } = await answerRecorded(deps, audit, async () => {
    const isSafe = safeMethods.includes(request.method)
    if (!isSafe) requireOwnPage(deps.console.settings, request.headers)
    const asking = await sessionOf(deps.console, request.headers)
    audit.note({ actor: { kind: 'user', id: asking.userId, application: asking.application } })
    if (asksFreshSignIn(route, query) && !isFresh(asking, asking.now)) throw signInNeeded()
    if (isSafe) return { session: asking, payload: {}, accessToken: await accessTokenOf(deps, asking) }
    const body = await readBody(request.raw, deps.settings.listLimitBytes, deps.overdue)
    // A body takes as long as its connection: the token of before may have ended by now, and so may the session.
    const session = await sessionOf(deps.console, request.headers)
    return { session, payload: { payload: Buffer.from(body) }, accessToken: await accessTokenOf(deps, session) }
  })
  request.isKnown = true
  noteUse(deps, session, request)
  const gone = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort()
  })
  const asked = app.inject({
    // A route that answers GET answers HEAD too.
    method: request.method === 'HEAD' ? 'HEAD' : route.method,
    url: `${pathOf(route.path, params)}${query === '' ? '' : `?${query}`}`,
    headers: {
      ...passedOn(request),
      authorization: `Bearer ${accessToken}`,
      [deps.settings.applicationTokenHeader.toLowerCase()]: deps.console.settings.applicationToken,
    },
    ...payload,
    remoteAddress: request.ip,
    payloadAsStream: true,
    signal: gone.signal,
  })
  const answer = await asked.catch((error: unknown) => {
    throw gone.signal.aborted ? nobodyWaits() : error
  })
  if (answer.statusCode === 401) {
    // The application was revoked, or the issuer's tokens are not taken any more: nothing else would be answered either.
    await deps.console.sessions.expire(session.hash)
    throw signedOut()
  }
  const body = answer.stream()
  if (String(answer.headers['content-type']).startsWith('text/event-stream'))
    endWithSession(deps, session, body, reply, gone)
  return reply.code(answer.statusCode).headers(answerHeadersOf(answer.headers)).send(body)
}

/** A page that is left gives up what it has asked for: that is no fault. */
const nobodyWaits = () => new Problem('malformed', 'The connection ended before there was an answer.')

/** The path of a route, so that nothing but that route is asked. @throws Problem 404 */
const pathOf = (path: string, params: Readonly<Record<string, string>>): string =>
  path
    .split('/')
    .map((segment) => (segment.startsWith(':') ? segmentOf(params[segment.slice(1)] ?? '') : segment))
    .join('/')

/** A dot, or two, would be followed as a way in the path. */
const segmentOf = (value: string): string => {
  if (['', '.', '..'].includes(value)) throw notFound('There is nothing at this address.')
  return encodeURIComponent(value)
}

const passedOn = ({ headers, id, span }: FastifyRequest): Record<string, string> => ({
  ...Object.fromEntries(
    requestHeaders.flatMap((name) => {
      const value = headers[name]
      return typeof value === 'string' ? [[name, value]] : []
    }),
  ),
  'x-request-id': id,
  ...span?.headers,
})

/** What a page does by itself is no use: a stream that stays open, and what it says it reads in the background. */
const isUse = ({ headers }: FastifyRequest): boolean =>
  headers['nexus-background'] === undefined && headers.accept !== 'text/event-stream'

/** Beside the request: it neither waits for that nor fails with it. */
const noteUse = ({ console, log }: Forwarding, session: Session, request: FastifyRequest): void => {
  if (!isUse(request) || !isUseDue(session, session.now)) return
  console.sessions.noteUse(session.hash).catch((error: unknown) => {
    log.warn({ err: error }, 'the use of a session could not be noted')
  })
}

/** A stream ends with its session, whichever process ended that; and then the API lets go of it. */
const endWithSession = (
  { console }: Forwarding,
  { hash }: Session,
  body: Readable,
  reply: FastifyReply,
  gone: AbortController,
): void => {
  const timer = setInterval(() => {
    // While the database is away, nobody knows better.
    void findSession(console, hash).then(
      (session) => session ?? body.push(null),
      () => undefined,
    )
  }, lookMs)
  reply.raw.once('close', () => {
    clearInterval(timer)
    gone.abort()
  })
}
