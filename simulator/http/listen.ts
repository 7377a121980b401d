import { createServer as createHttp, type RequestListener } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { createServer, type Server, type Socket } from 'node:net'
import type { Certificate } from './certificate.ts'

export type Listening = { port: number; close: () => Promise<void> }

// Go and undici drop idle connections later than that, and send again where one was closed beneath them.
const keepAliveTimeout = 60_000

// The first byte of a TLS handshake (RFC 8446, 5.1); methods of HTTP begin with a letter.
const handshake = 0x16

/** One port for both: the first byte of a connection tells which of the two it is for. */
const either = (handle: RequestListener, certificate: Certificate): Server => {
  const http = createHttp({ keepAliveTimeout }, handle)
  const https = createHttps({ ...certificate, keepAliveTimeout }, handle)
  // allowHalfOpen and noDelay are what both servers set for connections of their own.
  return createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const hangUp = (): void => void socket.destroy()
    socket.once('error', hangUp).once('end', hangUp)
    socket.once('data', (first: Buffer) => {
      socket.off('error', hangUp).off('end', hangUp)
      socket.pause()
      socket.unshift(first)
      ;(first[0] === handshake ? https : http).emit('connection', socket)
      // The server that has it now reads from here on.
      if (first[0] !== handshake) socket.resume()
    })
  })
}

/** Serves http, and with a certificate https on the same port. Throws where the port is taken. */
export const listen = async (
  handle: RequestListener,
  { host, port, certificate }: { host: string; port: number; certificate: Certificate | undefined },
): Promise<Listening> => {
  const server = certificate === undefined ? createHttp({ keepAliveTimeout }, handle) : either(handle, certificate)
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const address = server.address()
  return {
    // Always an object for a server that listens on a port.
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
