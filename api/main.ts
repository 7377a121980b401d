import type { RequestListener } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { buildApp } from './app.ts'
import type { ApiDeps } from './dependencies.ts'
import { answerServerError } from './http/server-errors.ts'
import { listenOn } from './listener.ts'
import { createBodies } from './threads/bodies.ts'
import { createPool, usualPool } from './threads/pool.ts'

/** A listening API. */
export interface Api {
  /** Where it listens, as `http://host:port`. */
  readonly url: string
  /**
   * From now on requests are answered by these. Those under way are answered by what they met; streams of events end, and
   * say that their readers should come again.
   */
  readonly replace: (deps: Served) => Promise<void>
  /** Goes on serving, and says that it should get no more work: /readyz is 503, and no connection is kept. */
  readonly leave: () => void
  /** Stops listening and answers what it has taken: requests that wait for Auth0 get their 202 at once. */
  readonly close: () => Promise<void>
  /** Ends every connection, whatever is under way on it. */
  readonly cut: () => void
}

/** What the API answers by. */
type Served = Omit<ApiDeps, 'bodies'>

/**
 * Starts the API.
 *
 * @param address port 0 is any free one
 * @param overdue aborted when a closing API is to wait for nothing any more
 * @throws when the address cannot be listened on
 */
export const startApi = async (
  deps: Served,
  address: { readonly host: string; readonly port: number },
  overdue: AbortSignal = new AbortController().signal,
): Promise<Api> => {
  const pool = createPool(usualPool, deps.log)
  const bodies = createBodies(pool)
  const leaving = new AbortController()
  const closing = new AbortController()
  const ending = { leaving: leaving.signal, closing: closing.signal, overdue }
  const prepare = async (served: Served) => {
    const replaced = new AbortController()
    const app = buildApp({ ...served, bodies }, ending, replaced.signal)
    await app.ready()
    return { app, replaced }
  }
  let current = await prepare(deps)
  const listener = await listenOn(
    address,
    { ...deps.settings, onClientError: answerServerError },
    answeredBy(current.app),
  )
  return {
    url: listener.url,
    replace: async (next) => {
      const former = current
      current = await prepare(next)
      listener.serve(answeredBy(current.app))
      listener.limit(next.settings.maximumConnections)
      former.replaced.abort()
    },
    leave: () => leaving.abort(),
    close: async () => {
      leaving.abort()
      closing.abort()
      await listener.close()
      await current.app.close()
      await pool.close()
    },
    cut: listener.cut,
  }
}

const answeredBy =
  (app: FastifyInstance): RequestListener =>
  (request, response) =>
    app.routing(request, response)
