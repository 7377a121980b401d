import { once } from 'node:events'
import { createServer as createHttp } from 'node:http'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { ServerOptions } from 'node:https'
import type { Server, Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { makeAuthority, serverCertificate } from '../../simulator/http/certificate.ts'

/** A CA of this run, which nobody trusts unless told to. */
export const authority = await makeAuthority()

/** @param names hosts of its certificate. @param more options of node:https */
export interface HttpsOptions extends ServerOptions {
  readonly names?: readonly string[]
  readonly notAfter?: Date
}

/** An https server on a free port of 127.0.0.1, closed with the test. */
export const startHttps = async (
  answer: RequestListener,
  { names = ['127.0.0.1'], notAfter, ...more }: HttpsOptions = {},
): Promise<{ readonly port: number; readonly url: string }> => {
  const certificate = await serverCertificate(authority, names, notAfter)
  const port = await listening(createServer({ ...certificate, ...more }, answer))
  return { port, url: `https://127.0.0.1:${port}` }
}

/** The same without TLS. */
export const startHttp = async (answer: RequestListener): Promise<{ readonly port: number; readonly url: string }> => {
  const port = await listening(createHttp(answer))
  return { port, url: `http://127.0.0.1:${port}` }
}

/** Listens until the test is over. */
export const listening = async (server: Server): Promise<number> => {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.on('error', () => undefined))
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return address.port
}
