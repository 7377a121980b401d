import { ClientsClient } from 'auth0/clients'
import type { Simulator } from '../simulator/main.ts'
import { managementToken } from '../test/support/auth0.ts'
import type { Report } from './report.ts'
import { ms, quantile } from './statistics.ts'

/** Auth0's own SDK against a simulated tenant, without Nexus: what Nexus cannot be faster than. */
export const bareSdk = async (tenant: Pick<Simulator, 'url' | 'credential'>): Promise<ClientsClient> =>
  new ClientsClient({ baseUrl: `${tenant.url}/api/v2`, token: await managementToken(tenant), maxRetries: 0 })

/** Reports what PATCHes took through Nexus, beside those of the SDK: milliseconds. */
export const tellBesideSdk = (
  name: string,
  { nexus, sdk }: { readonly nexus: readonly number[]; readonly sdk: readonly number[] },
  report: Report,
): void => {
  for (const [what, share] of [
    ['median', 0.5],
    ['p99', 0.99],
  ] as const)
    report({
      name: `PATCH → 200, ${name}: ${what}`,
      value: quantile(nexus, share),
      unit: 'ms',
      beside: `bare SDK: ${ms(quantile(sdk, share))}`,
    })
}
