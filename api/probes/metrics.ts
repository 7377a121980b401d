import { createServer } from 'node:http'
import { once } from 'node:events'
import type { Metrics } from '../../adapters/metrics/metrics.ts'
import { notFound } from '../http/problem.ts'
import type { ApiRequest, ApiResponse } from '../http/request.ts'

export interface MetricsSettings {
  /** Where metrics are, when it is not with the API. */
  readonly metricsPort: number | null
}

interface Measured {
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>
  readonly settings: MetricsSettings
}

/**
 * GET /metrics, where the API listens. Nothing is here where metrics have a port of their own, or for who comes through a
 * proxy: what is counted is for those who look after the process, and the rest of the world has no business with it.
 */
export const readMetrics =
  ({ metrics, settings }: Measured) =>
  async ({ headers }: ApiRequest): Promise<ApiResponse> => {
    const isForwarded = headers['x-forwarded-for'] !== undefined || headers['forwarded'] !== undefined
    if (settings.metricsPort !== null || isForwarded) throw notFound('There is nothing at this address.')
    return {
      status: 200,
      headers: { 'cache-control': 'no-store', 'content-type': metrics.contentType },
      body: await metrics.text(),
    }
  }

/** The same on a port of its own, also for a process without the API. @throws when it cannot be listened on */
export const serveMetrics = async (
  metrics: Pick<Metrics, 'text' | 'contentType'>,
  address: { readonly host: string; readonly port: number },
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> => {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    metrics.text().then(
      (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
      () => response.writeHead(500).end(),
    )
  })
  server.listen(address.port, address.host)
  await once(server, 'listening')
  const bound = server.address()
  return {
    url: `http://${address.host}:${typeof bound === 'object' ? bound?.port : address.port}/metrics`,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
