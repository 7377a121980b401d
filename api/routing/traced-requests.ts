import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { BeginsSpans, Span } from '../../adapters/traces/traces.ts'
import { headerText } from '../http/request.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The span that it is; null where no traces are kept. */
    span: Span | null
  }
}

/**
 * Makes each request a span that continues its caller's, from its headers until its answer is out. What is added to the app
 * after this happens in the span. Of what a caller made up, addresses among it, the span has nothing.
 *
 * @param untraced routes that are asked all the time, and that nobody looks for in a trace
 */
export const traceRequests = (app: FastifyInstance, traces: BeginsSpans, untraced: ReadonlySet<string>): void => {
  app.addHook('onRequest', (request, _reply, done) => {
    if (untraced.has(request.routeOptions.url ?? '')) {
      done()
      return
    }
    request.span = begin(traces, request)
    request.span.within(done)
  })
  app.addHook('onResponse', ({ span }, { statusCode }, done) => {
    if (span === null) {
      done()
      return
    }
    span.note({ 'http.response.status_code': statusCode })
    if (statusCode >= 500) span.fail(String(statusCode))
    span.within(done)
    span.end()
  })
}

const begin = (traces: BeginsSpans, { headers, id, method, protocol, routeOptions: { url } }: FastifyRequest): Span =>
  traces.begin({
    name: url === undefined ? method : `${method} ${url}`,
    kind: 'server',
    attributes: {
      'http.request.method': method,
      ...(url !== undefined && { 'http.route': url }),
      'url.scheme': protocol,
      'nexus.request.id': id,
    },
    continues: {
      traceparent: upTo(greatestTraceparent, headers['traceparent']),
      tracestate: upTo(greatestTracestate, headers['tracestate']),
    },
  })

/** Characters. What is longer is ignored: no request is refused for its trace. Source: W3C Trace Context, 3.3.1.5. */
const greatestTraceparent = 255
const greatestTracestate = 512

const upTo = (most: number, value: string | string[] | undefined): string | undefined => {
  const text = headerText(value)
  return (text?.length ?? 0) > most ? undefined : text
}
