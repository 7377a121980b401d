import { buildApp } from './app.ts'
import type { ApiDeps } from './dependencies.ts'
import { createBodies } from './threads/bodies.ts'
import { createPool, usualPool } from './threads/pool.ts'

/** A listening API. */
export interface Api {
  /** Where it listens, as `http://host:port`. */
  readonly url: string
  /** Stops listening and answers what it has taken: requests that wait for Auth0 get their 202 at once. */
  readonly close: () => Promise<void>
}

/**
 * Starts the API.
 *
 * @param address port 0 is any free one
 * @throws when the address cannot be listened on
 */
export const startApi = async (
  deps: Omit<ApiDeps, 'bodies'>,
  address: { readonly host: string; readonly port: number },
): Promise<Api> => {
  const pool = createPool(usualPool, deps.log)
  const app = buildApp({ ...deps, bodies: createBodies(pool) })
  // A copy: Fastify writes to what it is given.
  const url = await app.listen({ host: address.host, port: address.port })
  return {
    url,
    close: async () => {
      await app.close()
      await pool.close()
    },
  }
}
