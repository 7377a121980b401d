import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { AuditAction } from '../../domain/access/audit.ts'
import type { ApiResponse, ApiRequest, StreamedResponse } from '../http/request.ts'
import { readBody } from '../http/body.ts'
import { answerRecorded, auditDraftOf } from '../http/audited.ts'
import type { Recording } from '../http/audited.ts'
import type { Route } from './route.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** How long it took until an answer began that is sent bit by bit, milliseconds; null for any other. */
    beganAfterMs: number | null
  }
}

/** The parameters of a path. */
export const Params = z.record(z.string(), z.string())

export interface BodySettings {
  /** The largest body that is taken, where a route does not say otherwise. */
  readonly bodyLimitBytes: number
}

/** When requests are to end; `ApiRequest` says what each means to them. */
export interface ServingSignals extends Pick<ApiRequest, 'closing' | 'over'> {
  /** Aborted when a body that has not arrived yet is refused. */
  readonly overdue: AbortSignal
}

/** What serving any route needs. */
export type Serving = Recording & { readonly settings: BodySettings }

/**
 * Puts routes on the server: a request becomes an `ApiRequest`, an `ApiResponse` becomes a response; what is decided is
 * recorded.
 */
export const serve = <Needs extends Serving>(
  app: FastifyInstance,
  routes: readonly Route<Needs>[],
  deps: Needs,
  signals: ServingSignals,
): void => {
  for (const { method, path, action, answering } of routes) {
    const answer = answering(deps)
    app.route({
      method,
      url: path,
      handler: async (request, reply) => {
        const asked = apiRequestOf(request, reply, action, deps.settings, signals)
        try {
          const answered = await answerRecorded(deps, asked.audit, () => answer(asked))
          if (answered.body instanceof Readable) request.beganAfterMs = reply.elapsedTime
          return send(reply, answered)
        } finally {
          request.isKnown = asked.audit.facts().actor !== null
        }
      },
    })
  }
}

/** Why nobody waits any more: made once, as an error that is made knows its stack. */
const answered = new Error('The response is out, or its connection is lost.')

const apiRequestOf = (
  request: FastifyRequest,
  reply: FastifyReply,
  action: AuditAction,
  settings: BodySettings,
  { closing, over, overdue }: ServingSignals,
): ApiRequest<AuditAction> => {
  const gone = new AbortController()
  // The response's `close`: it comes when the answer is out, and when the connection is lost before.
  reply.raw.once('close', () => gone.abort(answered))
  const params = Params.parse(request.params)
  const audit = auditDraftOf(action, request, params)
  return {
    arrivedAt: performance.now(),
    headers: request.headers,
    params,
    query: request.url.split('?').slice(1).join('?'),
    readBody: (limitBytes = settings.bodyLimitBytes) => readBody(request.raw, limitBytes, overdue),
    gone: gone.signal,
    closing,
    over,
    audit,
    decides: (decided) => audit.note({ action: decided }),
  }
}

const send = (reply: FastifyReply, { status, headers, body }: ApiResponse | StreamedResponse): FastifyReply => {
  reply.code(status)
  for (const [name, value] of Object.entries(headers)) reply.header(name, value)
  if (body === null) return reply.send()
  if (headers['content-type'] === undefined) reply.type('application/json; charset=utf-8')
  return reply.send(body)
}
