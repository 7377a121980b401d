import { defaultSettings } from '../api/dependencies.ts'
import type { ApiSettings } from '../api/dependencies.ts'
import type { Configuration } from '../adapters/config/configuration.ts'
import manifest from '../package.json' with { type: 'json' }

/** The limits and times of the API, as the configuration has them. */
export const apiSettings = ({ server, limits, terraform, applicationTokens }: Configuration): ApiSettings => ({
  ...defaultSettings,
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
