import { once } from 'node:events'
import { createServer } from 'node:http2'
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** A method of a service: a message in, a message out. */
export type Method = (request: Buffer) => Promise<Buffer> | Buffer

const unknownMethod = '12'
const failed = '2'

/** A message in its frame: whether it is compressed, and its size. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
const framed = (bytes: Buffer): Buffer<ArrayBuffer> => {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(bytes.length, 1)
  return Buffer.concat([head, bytes])
}

/** Answers calls of gRPC without TLS. @param methods by their paths */
export const serveGrpc = async (methods: Readonly<Record<string, Method>>) => {
  const answer = async (stream: ServerHttp2Stream, name: string): Promise<void> => {
    const method = methods[name]
    let [body, status, reason] = [Buffer.alloc(0), '0', '']
    if (method === undefined) status = unknownMethod
    else
      try {
        body = framed(await method((await buffer(stream)).subarray(5)))
      } catch (error) {
        ;[status, reason] = [failed, encodeURIComponent(String(error))]
      }
    if (stream.destroyed) return
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': status, 'grpc-message': reason }))
    stream.end(body)
  }
  const sessions = new Set<ServerHttp2Session>()
  const server = createServer()
  server.on('session', (session) => {
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
  })
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined)
    void answer(stream, String(headers[':path']))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port, so it is not the name of a pipe
  const { port } = server.address() as AddressInfo
  return {
    port,
    close: async (): Promise<void> => {
      for (const session of sessions) session.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
