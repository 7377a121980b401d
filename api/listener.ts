import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import Fastify from 'fastify'

/** Takes connections for as long as the process lives, whichever app answers the requests on them. */
export interface Listener {
  /** Where it listens, as `http://host:port`. */
  readonly url: string
  /** From now on requests are answered by this. Those under way are not touched. */
  readonly serve: (answer: RequestListener) => void
  /** Takes at most so many connections. */
  readonly limit: (connections: number) => void
  /** Stops listening. Resolves when every answer is out and every connection has ended. */
  readonly close: () => Promise<void>
  /** Ends every connection, whatever is under way on it. */
  readonly cut: () => void
}

interface ListenerSettings {
  readonly maximumConnections: number
  /** How long a request may take to arrive, headers and body. Milliseconds. */
  readonly requestTimeoutMs: number
  readonly maximumHeaderBytes: number
  /** Answers what never became a request. */
  readonly onClientError: (error: Error & { readonly code?: string }, socket: Socket) => void
}

/** Without an answer under way for so long, a closing listener ends the connections that are left. Milliseconds. */
const quietMs = 1000

/**
 * Fastify listens, as it knows every address of `localhost`; it has no routes of its own.
 *
 * @param address port 0 is any free one
 * @throws when the address cannot be listened on
 */
export const listenOn = async (
  address: { readonly host: string; readonly port: number },
  settings: ListenerSettings,
  first: RequestListener,
): Promise<Listener> => {
  const servers: Server[] = []
  let current = first
  let underWay = 0
  const answer: RequestListener = (request, response) => {
    underWay += 1
    response.once('close', () => {
      underWay -= 1
    })
    current(request, response)
  }
  const door = Fastify({
    clientErrorHandler: settings.onClientError,
    serverFactory: () => {
      const server = serverWith(settings, answer)
      servers.push(server)
      return server
    },
  })
  // A copy: Fastify writes to what it is given.
  const url = await door.listen({ host: address.host, port: address.port })
  const cut = (): void => {
    for (const server of servers) server.closeAllConnections()
  }
  return {
    url,
    serve: (next) => {
      current = next
    },
    limit: (connections) => {
      for (const server of servers) server.maxConnections = connections
    },
    close: async () => {
      const closed = door.close().then(() => true)
      // Node leaves connections alone on which no request has begun; nobody waits for one any more.
      for (let quietSince = performance.now(); !(await Promise.race([closed, sleep(50, false)]));) {
        if (underWay > 0) quietSince = performance.now()
        else if (performance.now() - quietSince > quietMs) cut()
      }
    },
    cut,
  }
}

/** Longer than load balancers keep a connection that nobody uses (60 s is usual): they end it, and never meet its end. */
const keepAliveMs = 72_000

const serverWith = (
  { maximumConnections, requestTimeoutMs, maximumHeaderBytes }: ListenerSettings,
  answer: RequestListener,
): Server => {
  const server = createServer(
    {
      keepAliveTimeout: keepAliveMs,
      requestTimeout: requestTimeoutMs,
      // Node swaps the two where the headers may take longer than the request (60 s by default), and waits for the body.
      headersTimeout: requestTimeoutMs,
      maxHeaderSize: maximumHeaderBytes,
      // Node looks for late requests only so often; its default of 30 s would double the limit.
      connectionsCheckingInterval: Math.max(100, Math.min(5000, requestTimeoutMs / 2)),
      // Looked at by the app, so that its absence is answered as a problem.
      requireHostHeader: false,
    },
    answer,
  )
  server.maxConnections = maximumConnections
  return server
}
