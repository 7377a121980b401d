import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import protobuf from 'protobufjs'
import { z } from 'zod'

/** A receiver of traces, as a collector is one: OTLP over HTTP, by its own reading of the protocol. */
export interface OtlpReceiver {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string
  readonly spans: () => readonly ReceivedSpan[]
  /**
   * Everything that came of what the API at an address has done so far, as it came: bodies unpacked, and headers. Spans go out in
   * the order in which they end, so when the last is there, the others are.
   */
  readonly allOf: (url: string) => Promise<string>
  /** From now on it answers with this status; null: it takes a request and never answers. */
  readonly answer: (status: number | null) => void
  readonly requests: () => number
  readonly headers: () => IncomingMessage['headers']
  readonly close: () => Promise<void>
}

const hex = z.instanceof(Uint8Array).transform((bytes) => Buffer.from(bytes).toString('hex'))
const nanoseconds = z.string().transform(BigInt)
const attributes = z
  .array(
    z.object({
      key: z.string(),
      value: z
        .object({ stringValue: z.string(), boolValue: z.boolean(), intValue: z.string(), doubleValue: z.number() })
        .partial()
        .transform((value) => Object.values(value)[0]),
    }),
  )
  .default([])
  .transform((all) => Object.fromEntries(all.map(({ key, value }) => [key, value])))

const Span = z.object({
  traceId: hex,
  spanId: hex,
  parentSpanId: hex.optional(),
  traceState: z.string().optional(),
  name: z.string(),
  kind: z.string(),
  startTimeUnixNano: nanoseconds,
  endTimeUnixNano: nanoseconds,
  attributes,
  links: z.array(z.object({ traceId: hex, spanId: hex })).default([]),
  status: z.object({ code: z.string().optional() }).optional(),
})

const Message = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes }),
      scopeSpans: z.array(z.object({ spans: z.array(Span) })),
    }),
  ),
})

export type ReceivedSpan = z.infer<typeof Span> & { readonly resource: z.infer<typeof attributes> }

const type = protobuf
  .loadSync(path.join(import.meta.dirname, 'trace.proto'))
  .lookupType('otlp.ExportTraceServiceRequest')

const spansIn = (body: Uint8Array): ReceivedSpan[] =>
  Message.parse(type.toObject(type.decode(body), { longs: String, enums: String })).resourceSpans.flatMap(
    ({ resource, scopeSpans }) =>
      scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...span, resource: resource.attributes }))),
  )

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  const body = Buffer.concat(chunks)
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
}

/** @param port 0 is any free one */
export const startOtlpReceiver = async (port = 0): Promise<OtlpReceiver> => {
  const received: ReceivedSpan[] = []
  const raw: string[] = []
  const mistakes: unknown[] = []
  let status: number | null = 200
  let headers: IncomingMessage['headers'] = {}
  let requests = 0
  const server = createServer((request, response) => {
    requests += 1
    headers = request.headers
    void bodyOf(request).then((body) => {
      raw.push(JSON.stringify(request.headers), body.toString('latin1'))
      if (status === null) return
      try {
        if (request.url !== '/v1/traces' || headers['content-type'] !== 'application/x-protobuf')
          throw new Error(`${request.url} got ${headers['content-type']}`)
        if (status === 200) received.push(...spansIn(body))
      } catch (error) {
        mistakes.push(error)
      }
      // The protocol's own answer where all is well: an empty message.
      response.writeHead(mistakes.length > 0 ? 400 : status, { 'content-type': 'application/x-protobuf' }).end()
    })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    spans: () => {
      if (mistakes.length > 0) throw mistakes[0]
      return received
    },
    allOf: async (url) => {
      const last = crypto.randomUUID().replaceAll('-', '')
      await fetch(url, { headers: { traceparent: `00-${last}-${last.slice(16)}-01` } })
      while (!received.some(({ traceId }) => traceId === last)) await sleep(20)
      return raw.join('\n')
    },
    answer: (next) => {
      status = next
    },
    requests: () => requests,
    headers: () => headers,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
