import { buildApp } from './app.ts'
import type { ApiDeps } from './dependencies.ts'

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
  deps: ApiDeps,
  address: { readonly host: string; readonly port: number },
): Promise<Api> => {
  const app = buildApp(deps)
  // A copy: Fastify writes to what it is given.
  const url = await app.listen({ host: address.host, port: address.port })
  return { url, close: () => app.close() }
}
