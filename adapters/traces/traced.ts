import type { ClientKey } from '../../domain/vocabulary.ts'
import type { Http } from '../http/http.ts'
import type { Accept } from '../postgres/changes/accept.ts'
import type { Queue } from '../queue/queue.ts'
import { queueName } from '../queue/settings.ts'
import { asSpan } from './traces.ts'
import type { Attributes, BeginsSpans } from './traces.ts'

/** Things of the outside that do what they did, as spans of a trace. */

const attributesOf = ({ tenantId, clientId }: ClientKey): Attributes => ({
  'nexus.tenant.id': tenantId,
  'nexus.client.id': clientId,
})

const queueTemplate = queueName('{tenant}')

/** What a span of the queue says of it. The queue is the tenant's, and its message is a client's key. */
export const ofQueue = (key: ClientKey, operation: 'wake' | 'process', type: 'send' | 'process') => ({
  name: `${operation} ${queueTemplate}`,
  attributes: {
    'messaging.system': 'bullmq',
    'messaging.destination.name': queueName(key.tenantId),
    'messaging.destination.template': queueTemplate,
    'messaging.operation.name': operation,
    'messaging.operation.type': type,
    ...attributesOf(key),
  },
})

/**
 * Calls hand the trace on. Of an address only the path is told, as it may hold more.
 *
 * @param templateOf a path without the ids in it
 */
export const traceHttp = (http: Http, traces: BeginsSpans, templateOf: (path: string) => string): Http => ({
  ...http,
  ask: (address, request) => {
    const { hostname, origin, pathname, port, protocol } = new URL(address)
    const { method = 'GET' } = request
    const template = templateOf(pathname)
    const attributes = {
      'http.request.method': method,
      'url.full': `${origin}${pathname}`,
      'url.template': template,
      'server.address': hostname,
      'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
    }
    return asSpan(traces, { name: `${method} ${template}`, kind: 'client', attributes }, async (span) => {
      const answer = await http.ask(address, { ...request, headers: { ...request.headers, ...span.headers } })
      span.note({ 'http.response.status_code': answer.status })
      if (answer.status >= 400) span.fail(String(answer.status))
      return answer
    })
  },
})

/** The span is kept with the change: whoever works on that later continues it. */
export const traceAccepted =
  (accept: Accept, traces: BeginsSpans): Accept =>
  (key, author, decide, more) =>
    asSpan(traces, { name: 'accept change', kind: 'producer', attributes: attributesOf(key) }, async (span) => {
      const accepted = await accept(key, author, decide, { ...more, traceparent: span.traceparent })
      span.note({ 'nexus.outcome': accepted.kind })
      if (accepted.kind === 'accepted') span.note({ 'nexus.change.id': accepted.changeId })
      return accepted
    })

export const traceWakes = <Wakes extends Pick<Queue, 'wake'>>(queue: Wakes, traces: BeginsSpans): Wakes => ({
  ...queue,
  wake: (key) => asSpan(traces, { kind: 'producer', ...ofQueue(key, 'wake', 'send') }, () => queue.wake(key)),
})
