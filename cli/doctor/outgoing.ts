import { getCACertificates } from 'node:tls'
import { inspectCredential, TokenFailure } from '../../adapters/auth0/tokens.ts'
import type { Configuration, IssuerConfiguration, TenantConfiguration } from '../../adapters/config/configuration.ts'
import { defaultKeyTimes, fetchKeys } from '../../adapters/credentials/keys.ts'
import type { Http } from '../../adapters/http/http.ts'
import { Unreachable } from '../../adapters/http/unreachable.ts'
import { fail, ok } from '../../domain/finding.ts'
import type { Finding } from '../../domain/finding.ts'
import { judgeClock, judgeScopes } from '../../domain/installation/installation.ts'

/** What Nexus calls: Auth0 for each tenant and the keys of each issuer, which proxy leads there, and what is trusted. */
export const outgoing = async (configuration: Configuration, http: Http): Promise<Finding[]> => [
  ...trusted(process.env['NODE_EXTRA_CA_CERTS']),
  ...(await Promise.all(configuration.tenants.map((tenant) => credential(configuration, http, tenant)))).flat(),
  ...(await Promise.all(configuration.issuers.map((issuer) => keys(http, issuer)))),
]

/** Node reads the file as it starts, and only warns where it cannot. */
const trusted = (file: string | undefined): Finding[] => {
  if (file === undefined || file === '') return []
  const about = 'NODE_EXTRA_CA_CERTS'
  return getCACertificates('extra').length > 0
    ? [ok(about, `The CAs in ${file} are trusted too.`)]
    : [
        fail(
          about,
          `No certificate could be read from ${file}.`,
          'Name a PEM file that the user of this process may read.',
        ),
      ]
}

/** How an address is reached, to stand behind what is said of it. */
const wayTo = (http: Http, address: string): string => {
  const proxy = http.proxyOf(address)
  return proxy === null ? '' : `, through the proxy ${proxy}`
}

/** Whether somebody in the configuration may read clients' secrets on the tenant. */
const readsSecrets = ({ serviceAccounts }: Configuration, tenantId: string): boolean =>
  serviceAccounts.some(
    ({ permissions, tenants }) =>
      permissions.includes('client.secret.read') && (tenants === '*' || tenants.includes(tenantId)),
  )

const credential = async (
  configuration: Configuration,
  http: Http,
  tenant: TenantConfiguration,
): Promise<Finding[]> => {
  const { id, tokenUrl, audience, domain } = tenant
  const about = `credential of ${id}`
  const way = wayTo(http, tokenUrl)
  try {
    const settings = { tokenUrl, audience, ...tenant.credential }
    const { scopes, skewMs } = await inspectCredential(http, settings, configuration.worker.httpTimeoutMs)
    return [
      ok(about, `${domain} accepts it${way}.`),
      ...judgeScopes(`scopes of ${id}`, scopes, readsSecrets(configuration, id)),
      judgeClock(`clock of ${id}`, skewMs),
    ]
  } catch (error) {
    if (!(error instanceof TokenFailure)) throw error
    const { failure, cause } = error
    const remedy =
      failure.status === 401
        ? 'Check clientId and clientSecret, and that the application is authorised for the Auth0 Management API.'
        : `Check the domain, and that this machine reaches https://${domain}.`
    return [fail(about, `${domain}${way}: ${failure.message}`, cause instanceof Unreachable ? cause.remedy : remedy)]
  }
}

const keys = async (http: Http, { issuer, jwksUrl }: IssuerConfiguration): Promise<Finding> => {
  const about = `keys of ${issuer}`
  const way = wayTo(http, jwksUrl)
  try {
    await fetchKeys(http, jwksUrl, defaultKeyTimes.timeoutMs)
    return ok(about, `${jwksUrl} has them${way}.`)
  } catch (error) {
    const remedy = error instanceof Unreachable ? error.remedy : 'Check issuers: issuer and jwksUrl.'
    return fail(about, `${jwksUrl}${way}: ${error instanceof Error ? error.message : 'no reason is known'}`, remedy)
  }
}
