import type { Configuration } from '../adapters/config/configuration.ts'
import manifest from '../package.json' with { type: 'json' }

/** What the configuration says of the limits and times of the API. */
export const apiSettings = ({ server, limits, terraform, applicationTokens }: Configuration) => ({
  bodyLimitBytes: server.bodyLimitBytes,
  maximumStateBytes: terraform.maximumStateBytes,
  publicUrl: server.publicUrl,
  maximumWaiting: limits.waitingChanges,
  maximumWaitingOfCaller: limits.waitingChangesOfCaller,
  trustedProxies: server.trustedProxies,
  corsOrigins: server.corsOrigins,
  maximumConnections: server.maximumConnections,
  metricsPort: server.metricsPort,
  version: manifest.version,
  applicationTokenHeader: applicationTokens.header,
})
