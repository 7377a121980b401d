import { createServer } from 'node:http'
import { Socket } from 'node:net'
import Fastify, { LogController } from 'fastify'
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { greatest, greatestHeaders, greatestToken } from '../domain/texts/lengths.ts'
import { headerText } from './http/request.ts'
import { createAnswerLog } from './http/answer-log.ts'
import type { ApiDeps, ApiSettings } from './dependencies.ts'
import type { Ending } from './ending.ts'
import { serveConsole } from './console/serve-console.ts'
import { createKnownClients } from './clients/client-cache.ts'
import { loggable, problemOf } from './http/problem-of.ts'
import { notFound, Problem, problemBody, problemType, unavailable } from './http/problem.ts'
import { requestIdOf } from './http/request-id.ts'
import { answerOrigin, setSecurityHeaders } from './http/security-headers.ts'
import { traceRequests } from './routing/traced-requests.ts'
import { serve } from './routing/serve.ts'
import { openApiDocument } from './docs/openapi/document.ts'
import { probeRoutes } from './probes/routes.ts'
import { routes } from './routes.ts'

/** The longest id in a path, every character of it encoded: three bytes of three characters each. */
const longestSegment = 9 * greatest.clientId

/** Asked every few seconds, by machines. */
const probes = new Set(probeRoutes.map(({ path }) => path))

/**
 * The HTTP API over its dependencies. It listens nowhere: a listener, which outlives it, hands requests to it.
 *
 * @param replaced aborted when another app gets the requests from now on
 */
export const buildApp = (deps: ApiDeps, ending: Ending, replaced: AbortSignal): FastifyInstance => {
  const log: FastifyBaseLogger = deps.log
  const { settings } = deps
  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: requestIdOf,
    // Whose word on where a request came from is taken: `request.ip` is the address that the audit keeps.
    trustProxy: settings.trustedProxies.length === 0 ? false : [...settings.trustedProxies],
    serverFactory: () => createServer(),
    routerOptions: { maxParamLength: longestSegment },
    frameworkErrors: (error, request, reply) => {
      setCommonHeaders(request, reply, settings)
      sendProblem(request, reply, problemOf(error))
    },
    // What has arrived is answered.
    return503OnClosing: false,
  })

  // Nothing here is asked with QUERY; told that it has a body, Fastify would ask for its type before it says so.
  app.addHttpMethod('QUERY', { hasBody: false, overrideExisting: true })
  // Terraform's http backend locks with methods of its own.
  for (const method of ['LOCK', 'UNLOCK']) app.addHttpMethod(method, { hasBody: true })

  app.decorateRequest('isKnown', false)
  app.decorateRequest('beganAfterMs', null)
  app.decorateRequest('span', null)
  if (deps.traces !== null) traceRequests(app, deps.traces, probes)
  const answers = createAnswerLog(deps.log, () => performance.now())
  app.addHook('onClose', (_app, done) => {
    answers.close()
    done()
  })
  replaced.addEventListener('abort', answers.close, { once: true })

  app.addHook('onRequest', (request, reply, done) => {
    setCommonHeaders(request, reply, settings)
    if (answerOrigin(request, reply, settings)) void reply.code(204).send()
    else done(problemWithRequest(request, settings, ending.overdue))
  })
  app.addHook('onSend', (_request, reply, _payload, done) => {
    // A connection that is kept would bring more requests to a server that is to get none.
    if (ending.leaving.aborted) reply.header('connection', 'close')
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    answers.answered(request, reply)
    deps.metrics.answered({
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      seconds: (request.beganAfterMs ?? reply.elapsedTime) / 1000,
    })
    hangUpOnSenders(request)
    done()
  })
  // Stages read the body themselves: who asks is settled before a byte of it is.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error)
    request.span?.note({ 'nexus.problem': problem.code })
    deps.metrics.count('refusals', { reason: problem.code })
    if (problem.status >= 500) request.log.error({ error: loggable(error) }, 'a request failed')
    sendProblem(request, reply, problem)
  })
  answerUnknownRoutes(app)

  const known = createKnownClients(deps)
  let document: string | undefined
  // Made when somebody first asks for it: no start waits for it.
  const openApiText = (): string => (document ??= JSON.stringify(openApiDocument(routes, settings)))
  const signals = {
    closing: ending.closing,
    overdue: ending.overdue,
    over: AbortSignal.any([ending.closing, replaced]),
  }
  serve(app, routes, { ...deps, known, openApiText, leaving: ending.leaving }, signals)
  if (deps.console !== null) serveConsole(app, { ...deps, console: deps.console }, routes, signals)
  return app
}

const setCommonHeaders = (request: FastifyRequest, reply: FastifyReply, settings: ApiSettings): void => {
  reply.header('x-request-id', request.id)
  setSecurityHeaders(reply, settings)
}

/** What is wrong with a request whatever it asks for. */
const problemWithRequest = (
  request: FastifyRequest,
  settings: ApiSettings,
  overdue: AbortSignal,
): Problem | undefined => {
  if (overdue.aborted) return unavailable('This server is shutting down.', 1000)
  if (request.raw.rawHeaders.length > 2 * settings.maximumHeaders)
    return new Problem('headers-too-large', `A request may have ${settings.maximumHeaders} headers at most.`)
  const long = tooLongHeaderIn(request, settings)
  if (long !== undefined) return long
  if (request.raw.httpVersion === '1.1' && request.headers.host === undefined)
    return new Problem('malformed', 'The request has no Host header.')
  return nulIn(request.url)
}

/** A header that is longer than any use of it, before anything reads it. */
const tooLongHeaderIn = ({ headers }: FastifyRequest, settings: ApiSettings): Problem | undefined => {
  const lengths = { ...greatestHeaders, [settings.applicationTokenHeader.toLowerCase()]: greatestToken }
  const found = Object.entries(lengths).find(([name, most]) => (headerText(headers[name]) ?? '').length > most)
  return found && new Problem('headers-too-large', `The header ${found[0]} may have ${found[1]} characters at most.`)
}

/** U+0000 is in no name of anything, and PostgreSQL takes none. */
const nulIn = (url: string): Problem | undefined => {
  const [path = '', ...query] = url.split('?')
  if (/%00/i.test(path)) return notFound('There is nothing at this address.')
  return /%00/i.test(query.join('?')) ? new Problem('malformed', 'A parameter holds the character U+0000.') : undefined
}

const sendProblem = (request: FastifyRequest, reply: FastifyReply, problem: Problem): void => {
  reply.code(problem.status).header('cache-control', 'no-store').type(problemType)
  for (const [name, value] of Object.entries(problem.headers)) reply.header(name, value)
  reply.send(problemBody(problem, request.url.split('?')[0] ?? '/', request.span?.traceId))
}

/** How long a caller may go on sending after the answer is out. */
const lingerMs = 1000

/**
 * An answer that did not need the whole body leaves a caller who is still sending. Cutting them off at once could cost
 * them the answer; never cutting them off would hold a connection for as long as they like.
 */
const hangUpOnSenders = ({ raw }: FastifyRequest): void => {
  // What the console passes on has no connection of its own.
  if (raw.complete || !(raw.socket instanceof Socket)) return
  setTimeout(() => {
    if (!raw.complete) raw.socket.destroy()
  }, lingerMs)
}

/** 404 where nothing is, 405 with `Allow` where something is that does not know the method. */
const answerUnknownRoutes = (app: FastifyInstance): void => {
  const places = new Map<string, { readonly segments: readonly string[]; readonly methods: Set<string> }>()
  app.addHook('onRoute', ({ url, method }) => {
    const place = places.get(url) ?? { segments: url.split('/'), methods: new Set() }
    for (const one of [method].flat()) place.methods.add(one)
    places.set(url, place)
  })
  app.setNotFoundHandler((request) => {
    const asked = (request.url.split('?', 1)[0] ?? '/').split('/')
    const place = [...places.values()].find(({ segments }) => leadsTo(segments, asked))
    // A method that is known here and still found nothing: the address only looks like one of ours.
    if (place === undefined || place.methods.has(request.method)) throw notFound('There is nothing at this address.')
    const allow = [...place.methods].toSorted().join(', ')
    throw new Problem('method-not-allowed', `This address knows ${allow}.`, { headers: { allow } })
  })
}

/** Whether a path is one of a route's, in which `:name` stands for any segment that is not empty. */
const leadsTo = (segments: readonly string[], asked: readonly string[]): boolean =>
  segments.length === asked.length &&
  segments.every((segment, index) => (segment.startsWith(':') ? asked[index] !== '' : segment === asked[index]))
