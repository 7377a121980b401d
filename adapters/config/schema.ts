import { z } from 'zod'
import { plans } from '../../domain/limits/budget.ts'
import { isPrefix } from '../../domain/access/identities.ts'
import { withoutSlashes } from '../../domain/texts/web-address.ts'
import { eachMetadataField } from '../../domain/clients/metadata-keys.ts'
import { permissions, StateName, TenantId } from '../../domain/vocabulary.ts'
import { isPasswordHash } from '../passwords/password-hash.ts'
import { driftPolicies, foreignTerraformPolicies, logLevels, poolers, tokenAlgorithms } from './configuration.ts'
import type { Configuration, TenantConfiguration } from './configuration.ts'
import { addressOf, isNetwork } from './domains.ts'
import { consoleSettings, toConsole } from './console.ts'
import { redisSettings, toRedis } from './redis.ts'
import {
  databaseUrl,
  duration,
  flag,
  list,
  mapping,
  oneOf,
  sealingKeys,
  secret,
  text,
  textThat,
  url,
  whole,
} from './parts.ts'

/**
 * What can be written in the configuration file, and the defaults. What holds between several values (ids that must
 * exist, domains that may be insecure) is in `checks.ts`, so that it is told even where something here is wrong.
 */

const tenantScope = z.union([z.literal('*'), z.array(z.string().min(1)).min(1)], {
  error: 'Name the tenants that this is good for: a list of tenant ids, or "*" (in quotes) for every tenant.',
})

const permissionList = list(oneOf(permissions), 'permissions')
const products = list(text('the name of a product'), 'product names')

const proxy = textThat('an IP address or a network such as 10.0.0.0/8', isNetwork)

const origin = textThat(
  'an origin, such as https://portal.example.com, without a path',
  (value) => /^https?:$/.test(URL.parse(value)?.protocol ?? '') && URL.parse(value)?.origin === value,
)

const server = mapping({
  host: text('an address to listen on, such as 127.0.0.1 or 0.0.0.0').default('127.0.0.1'),
  port: whole(0, 65_535).default(8080),
  bodyLimitBytes: whole(1024, 16_777_216).default(262_144),
  publicUrl: url('a URL that starts with https:// or http://', ['https:', 'http:'])
    .transform(withoutSlashes)
    .optional(),
  trustedProxies: list(proxy, 'addresses').default([]),
  corsOrigins: list(origin, 'origins').default([]),
  maximumConnections: whole(10, 1_000_000).default(5000),
  shutdownDelay: duration('0s', '5m').default(0),
  metricsPort: whole(0, 65_535)
    .optional()
    .transform((port) => port ?? null),
})

const database = mapping({
  url: secret(databaseUrl).optional(),
  adminUrl: secret(databaseUrl).optional(),
  directUrl: secret(databaseUrl).optional(),
  pooler: oneOf(poolers).default('none'),
  embedded: text('a directory').default('.nexus'),
})

const audit = mapping({ keep: duration('1d', '36500d').default(34_560_000_000) })
const changes = mapping({ keep: duration('1d', '36500d').optional() })
const events = mapping({ keep: duration('1h', '30d').default(86_400_000) })

const log = mapping({ level: oneOf(logLevels).default('info') })

const limits = mapping({
  requestsPerSecond: whole(1, 100_000).default(200),
  burst: whole(1, 1_000_000).default(1000),
  waitingChanges: whole(1, 1_000_000).default(20_000),
  waitingChangesOfCaller: whole(1, 1_000_000).default(10_000),
  failedSignInsOfAddress: whole(1, 1_000_000).default(1000),
  failedSignInsOfName: whole(1, 1_000_000).default(500),
})

const worker = mapping({
  concurrency: whole(1, 1000).default(8),
  httpTimeout: duration('100ms', '5m').default(10_000),
})

const metadataKey = (fallback: string) =>
  textThat('the name of a client_metadata key, at most 255 characters', (value) => value.length <= 255).default(
    fallback,
  )

const terraform = mapping({
  stateKeys: sealingKeys.default([]),
  maximumStateBytes: whole(65_536, 268_435_456).default(33_554_432),
  keepVersions: whole(1, 1_000_000)
    .optional()
    .transform((count) => count ?? null),
  applyWait: duration('1s', '24h').default(900_000),
})

const stateName = textThat(
  'the name of a state: letters, digits, dots, dashes and underscores',
  (name) => StateName.safeParse(name).success,
)

const stateScope = z
  .union([z.literal('*'), z.array(stateName)], {
    error: 'Name the Terraform states that this is good for: a list of names, or "*" (in quotes) for every state.',
  })
  .default('*')

const tenant = mapping({
  id: textThat('lower case letters, digits and dashes, at most 63 characters', (id) => TenantId.safeParse(id).success),
  domain: text('the domain of an Auth0 tenant, such as acme.eu.auth0.com'),
  credential: mapping({
    clientId: text("the client id of Nexus' own machine-to-machine application"),
    clientSecret: secret(text('its client secret, best as ${A_VARIABLE}')),
  }),
  audience: url('a URL that starts with https:// or http://', ['https:', 'http:']).optional(),
  plan: oneOf(plans).default('free'),
  freshness: duration('0s', '24h').default(60_000),
  driftPolicy: oneOf(driftPolicies).default('report'),
  scanInterval: duration('100ms', '24h').default(900_000),
  foreignTerraform: oneOf(foreignTerraformPolicies).default('warn'),
  terraformStates: list(stateName, 'names of states').default([]),
  otherStates: list(stateName, 'names of states').default([]),
  metadataKeys: mapping(eachMetadataField(metadataKey)).prefault({}),
  allowInsecure: flag().default(false),
}).transform(({ domain, audience, freshness, scanInterval, ...rest }): TenantConfiguration => {
  const { scheme, host } = addressOf(domain)
  return {
    ...rest,
    domain: host,
    baseUrl: `${scheme}://${host}/api/v2`,
    tokenUrl: `${scheme}://${host}/oauth/token`,
    audience: audience ?? `${scheme}://${host}/api/v2/`,
    freshnessMs: freshness,
    scanIntervalMs: scanInterval,
  }
})

const prefixWords =
  "This must be a word and a colon, such as 'partner:' (not 'account:', which accounts of the database have), or '' for none."

const claim = (fallback: string) => text('the name of a member of the token').default(fallback)

const issuer = mapping({
  issuer: text("the token's iss, exactly, such as https://acme.eu.auth0.com/"),
  audience: z.union(
    [
      z
        .string()
        .min(1)
        .transform((one) => [one]),
      z.array(z.string().min(1)).min(1),
    ],
    { error: 'Give the audience that tokens for Nexus have, or a list of them.' },
  ),
  jwksUrl: text('the URL of the keys').optional(),
  algorithms: list(oneOf(tokenAlgorithms), 'algorithms')
    .min(1, { error: 'Allow at least one algorithm, or leave this out.' })
    .default(['RS256']),
  claims: mapping({
    userId: claim('sub'),
    permissions: claim('permissions'),
    scope: claim('scope'),
    roles: claim('https://nexus.example/roles'),
    products: claim('https://nexus.example/products'),
  }).prefault({}),
  tenants: tenantScope,
  prefix: z
    .string({ error: prefixWords })
    .refine(isPrefix, { error: prefixWords })
    .optional()
    .transform((prefix) => prefix ?? null),
  allowInsecure: flag().default(false),
}).transform(({ jwksUrl, ...rest }) => ({
  ...rest,
  jwksUrl: jwksUrl ?? `${rest.issuer.replace(/\/$/, '')}/.well-known/jwks.json`,
}))

const applicationTokens = mapping({
  header: textThat(
    'the name of a request header other than Authorization',
    (name) => name.toLowerCase() !== 'authorization' && /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name),
  ).default('X-Application-Token'),
  tokens: list(
    mapping({
      name: text('a name for the calling application'),
      sha256: secret(
        textThat('64 hexadecimal digits, as `nexus hash token` writes them', (hash) => /^[0-9a-f]{64}$/i.test(hash)),
      ).transform((hash) => hash.toLowerCase()),
      tenants: tenantScope,
      products: products.optional().transform((names) => names ?? null),
      permissions: permissionList.optional().transform((names) => names ?? null),
      terraformStates: stateScope,
    }),
    'application tokens',
  ).default([]),
})

const serviceAccount = mapping({
  // oxlint-disable-next-line no-control-regex -- a user name with them cannot be sent (RFC 7617)
  name: textThat('a name without a colon or control characters', (name) => !/[:\u0000-\u001f\u007f]/.test(name)),
  passwordHash: secret(textThat('a hash that `nexus hash password` wrote', isPasswordHash)),
  permissions: permissionList,
  roles: list(text('the name of a role'), 'role names').default([]),
  products: products.default([]),
  tenants: tenantScope,
  terraformStates: stateScope,
})

const withMs = ({ shutdownDelay, publicUrl, ...rest }: z.infer<typeof server>): Configuration['server'] => ({
  ...rest,
  publicUrl: publicUrl ?? null,
  shutdownDelayMs: shutdownDelay,
})

/** The configuration file, once its references are filled in. */
export const configurationFile = mapping({
  server: server.prefault({}),
  database: database.prefault({}),
  redis: redisSettings.optional(),
  worker: worker.prefault({}),
  log: log.prefault({}),
  audit: audit.prefault({}),
  changes: changes.prefault({}),
  events: events.prefault({}),
  limits: limits.prefault({}),
  terraform: terraform.prefault({}),
  console: consoleSettings.optional(),
  tenants: list(tenant, 'tenants').min(1, { error: 'Configure at least one tenant.' }),
  issuers: list(issuer, 'issuers').default([]),
  applicationTokens: applicationTokens.prefault({}),
  serviceAccounts: list(serviceAccount, 'service accounts').default([]),
}).transform(
  ({ server, database, redis, worker, audit, changes, events, terraform, console, ...rest }): Configuration => ({
    ...rest,
    server: withMs(server),
    database:
      database.url === undefined
        ? { embedded: database.embedded }
        : {
            url: database.url,
            adminUrl: database.adminUrl ?? null,
            pooler: database.pooler,
            directUrl: database.directUrl ?? null,
          },
    audit: { keepMs: audit.keep },
    changes: { keepMs: changes.keep ?? audit.keep },
    events: { keepMs: events.keep },
    redis: toRedis(redis),
    worker: { concurrency: worker.concurrency, httpTimeoutMs: worker.httpTimeout },
    terraform: {
      stateKeys: terraform.stateKeys,
      maximumStateBytes: terraform.maximumStateBytes,
      keepVersions: terraform.keepVersions,
      applyWaitMs: terraform.applyWait,
    },
    console: console === undefined ? null : toConsole(console, rest.issuers),
  }),
)
