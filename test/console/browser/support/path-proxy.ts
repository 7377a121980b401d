import { once } from 'node:events'
import { createServer, request } from 'node:http'

/** A proxy that is reached below a path, which it takes away, and passes on everything else: also streams, as they come. */
export const startPathProxy = async (below: string, to: number): Promise<{ url: string; close: () => void }> => {
  const server = createServer((incoming, response) => {
    const { url = '/', method, headers } = incoming
    if (!url.startsWith(`${below}/`)) {
      response.writeHead(404).end('Nothing of Nexus is here.')
      return
    }
    const onward = request({ host: '127.0.0.1', port: to, path: url.slice(below.length), method, headers })
    onward.on('response', (answer) => {
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
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.')
  return {
    url: `http://127.0.0.1:${address.port}${below}`,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
