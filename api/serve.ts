import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Answer, Ask } from './answer.ts'
import { readBody } from './body.ts'
import type { ApiSettings } from './dependencies.ts'

/** A group of routes: what answers where, without anything of the server. */
export type Routes = readonly {
  readonly method: 'DELETE' | 'GET' | 'LOCK' | 'PATCH' | 'POST' | 'PUT' | 'UNLOCK'
  readonly url: string
  readonly answer: (ask: Ask) => Promise<Answer>
}[]

const Params = z.record(z.string(), z.string())

/** Puts routes on the server: a request becomes an `Ask`, an `Answer` becomes a response. */
export const serve = (app: FastifyInstance, routes: Routes, settings: ApiSettings, closing: AbortSignal): void => {
  for (const { method, url, answer } of routes)
    app.route({
      method,
      url,
      handler: async (request, reply) => send(reply, await answer(askOf(request, reply, settings, closing))),
    })
}

const askOf = (request: FastifyRequest, reply: FastifyReply, settings: ApiSettings, closing: AbortSignal): Ask => {
  const gone = new AbortController()
  // The response's `close`: it comes when the answer is out, and when the connection is lost before.
  reply.raw.once('close', () => gone.abort())
  return {
    headers: request.headers,
    params: Params.parse(request.params),
    query: request.url.split('?').slice(1).join('?'),
    readBody: (limitBytes = settings.bodyLimitBytes) => readBody(request.raw, limitBytes),
    gone: gone.signal,
    closing,
  }
}

const send = (reply: FastifyReply, { status, headers, body }: Answer): FastifyReply => {
  reply.code(status)
  for (const [name, value] of Object.entries(headers)) reply.header(name, value)
  if (body === null) return reply.send()
  if (headers['content-type'] === undefined) reply.type('application/json; charset=utf-8')
  return reply.send(body)
}
