import { createServer, request } from 'node:http'
import { connect } from 'node:net'
import { listening } from './https.ts'

/** What a proxy was asked: `CONNECT host:port`, or a method and a whole address. */
export interface TestProxy {
  readonly port: number
  readonly asked: string[]
}

interface ProxyOptions {
  /** Its password rule: without the right `user:password` it answers 407. */
  readonly login?: string
  /** What it answers to everything in the place of its service. */
  readonly refuses?: number
}

/**
 * A real HTTP proxy, for CONNECT and for absolute addresses. Every host is this machine to it, whatever its name is: so
 * tests reach names that no DNS knows.
 */
export const startProxy = async ({ login, refuses }: ProxyOptions = {}): Promise<TestProxy> => {
  const asked: string[] = []
  const wanted = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`
  const refusalOf = (authorization: string | undefined): number | undefined =>
    wanted !== undefined && authorization !== wanted ? 407 : refuses
  const server = createServer((incoming, response) => {
    asked.push(`${incoming.method ?? ''} ${incoming.url ?? ''}`)
    const refusal = refusalOf(incoming.headers['proxy-authorization'])
    if (refusal !== undefined) {
      response.writeHead(refusal).end('the proxy itself')
      return
    }
    const { port, pathname, search } = new URL(incoming.url ?? '')
    const onward = request({
      host: '127.0.0.1',
      port,
      path: `${pathname}${search}`,
      method: incoming.method,
      headers: incoming.headers,
    })
    onward.on('response', (answer) => answer.pipe(response.writeHead(answer.statusCode ?? 502, answer.headers)))
    onward.on('error', () => response.writeHead(502).end())
    incoming.pipe(onward)
  })
  server.on('connect', (incoming, socket, head) => {
    asked.push(`CONNECT ${incoming.url ?? ''}`)
    const refusal = refusalOf(incoming.headers['proxy-authorization'])
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal} No\r\ncontent-length: 0\r\n\r\n`)
      return
    }
    const onward = connect(Number(incoming.url?.split(':').at(-1)), '127.0.0.1')
    onward.once('connect', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      onward.write(head)
      onward.pipe(socket).pipe(onward)
    })
    onward.on('error', () => socket.end('HTTP/1.1 502 No\r\ncontent-length: 0\r\n\r\n'))
    socket.on('error', () => onward.destroy())
  })
  return { port: await listening(server), asked }
}
