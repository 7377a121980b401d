import type { Configuration } from '../adapters/config/configuration.ts'
import type { Http } from '../adapters/http/http.ts'
import type { Log } from '../adapters/log/log.ts'

/** Says at the start which proxies are used, and for what. */
export const tellProxies = (http: Http, { tenants, issuers }: Configuration, log: Log): void => {
  const addresses = [...tenants.map(({ tokenUrl }) => tokenUrl), ...issuers.map(({ jwksUrl }) => jwksUrl)]
  const origins = [...new Set(addresses.map((address) => new URL(address).origin))]
  for (const [proxy, those] of Map.groupBy(origins, http.proxyOf))
    if (proxy !== null) log.info({ proxy, for: those }, 'calls go out through a proxy')
}
