import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { IncomingMessage } from 'node:http'

interface Forwarding {
  /** The path to ask for in the place of this one; undefined for one that nothing is at. */
  readonly pathFor: (url: string) => string | undefined
  readonly onRequest?: (incoming: IncomingMessage) => void
  /** Told when the answer begins. */
  readonly onAnswer?: (url: string) => void
}

/** A server that passes on to another what it is asked, and the answers as they come: also streams. */
export const startForwarder = async (
  to: string,
  { pathFor, onRequest = () => undefined, onAnswer = () => undefined }: Forwarding,
): Promise<{ readonly url: string; readonly close: () => void }> => {
  const server = createServer((incoming, response) => {
    const { url = '/', method, headers } = incoming
    onRequest(incoming)
    const path = pathFor(url)
    if (path === undefined) {
      response.writeHead(404).end()
      return
    }
    const onward = request(to, { path, method, headers })
    onward.on('response', (answer) => {
      onAnswer(url)
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      response.flushHeaders()
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    incoming.pipe(onward)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('It has no port.')
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
