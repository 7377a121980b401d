import type { PlanName } from '../../domain/limits/budget.ts'
import type { MetadataKeys } from '../../domain/clients/metadata-keys.ts'
import type { Permission } from '../../domain/vocabulary.ts'

/**
 * The configuration as the rest of the program reads it: complete, checked, frozen. Times are milliseconds. What can be
 * written in the file, with its defaults, is in `schema.ts`; an example of all of it is `docs/examples/nexus.yaml`.
 */
export interface Configuration {
  readonly server: ServerConfiguration
  readonly database: DatabaseConfiguration
  /** Where the queue lives, and what its keys begin with; null puts it into the database. */
  readonly redis: RedisConfiguration | null
  readonly worker: WorkerConfiguration
  /** The least severe lines that are logged, where the command line does not say. */
  readonly log: { readonly level: (typeof logLevels)[number] }
  readonly limits: LimitsConfiguration
  /** How long records of the audit are kept. */
  readonly audit: { readonly keepMs: number }
  /** How long settled changes are kept; as long as their records in the audit, unless the file says otherwise. */
  readonly changes: { readonly keepMs: number }
  /** How long who looks on may be away, and still be told what has happened. */
  readonly events: { readonly keepMs: number }
  readonly terraform: TerraformConfiguration
  /** Null where there is no console. */
  readonly console: ConsoleConfiguration | null
  /** At least one, ids unique. */
  readonly tenants: readonly TenantConfiguration[]
  readonly issuers: readonly IssuerConfiguration[]
  readonly applicationTokens: ApplicationTokensConfiguration
  readonly serviceAccounts: readonly ServiceAccountConfiguration[]
}

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const

interface ServerConfiguration {
  readonly host: string
  readonly port: number
  readonly bodyLimitBytes: number
  /** How callers reach the API, without a slash at the end; null where it is not known. */
  readonly publicUrl: string | null
  /** Addresses and networks of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[]
  /** Origins whose pages may call the API from a browser. */
  readonly corsOrigins: readonly string[]
  readonly maximumConnections: number
  /** A port of its own for /metrics, on the same host; null where it is with the API. */
  readonly metricsPort: number | null
  /** How long requests are still taken after SIGTERM, while /readyz says no. */
  readonly shutdownDelayMs: number
}

export const poolers = ['none', 'transaction'] as const

/** Any PostgreSQL by its URL, or one that Nexus runs itself in a directory. */
type DatabaseConfiguration =
  | {
      readonly url: string
      /** Of the owner of the tables, for migrations only; null where the running role owns them. */
      readonly adminUrl: string | null
      /** What stands behind `url`: with `transaction`, each transaction may be given another session. */
      readonly pooler: (typeof poolers)[number]
      /** Past the pooler, for what needs a session; null where `url` is good for that too. */
      readonly directUrl: string | null
    }
  | { readonly embedded: string }

export interface ServerAddress {
  readonly host: string
  readonly port: number
}

/** TLS with these files (PEM, by their paths); what is left out is the machine's. */
export interface TlsFiles {
  readonly ca?: string | undefined
  /** Nexus' own, where the servers ask for one. */
  readonly certificate?: string | undefined
  readonly key?: string | undefined
  /** The name in the servers' certificates, where it is not the one in the address. */
  readonly serverName?: string | undefined
}

interface Login {
  readonly user?: string | undefined
  readonly password?: string | undefined
}

/** One server by its URL, the primary that Sentinels name, or a cluster by some of its nodes. */
export type RedisServers =
  | { readonly url: string; readonly tls?: TlsFiles | undefined }
  | (Login & {
      readonly sentinel: Login & {
        readonly name: string
        readonly nodes: readonly ServerAddress[]
        readonly tls?: TlsFiles | undefined
      }
      readonly database?: number | undefined
      readonly tls?: TlsFiles | undefined
    })
  | (Login & { readonly cluster: { readonly nodes: readonly ServerAddress[] }; readonly tls?: TlsFiles | undefined })

export type RedisConfiguration = RedisServers & { readonly prefix: string }

interface LimitsConfiguration {
  /** Of one caller, in each process: in the long run, and at once. */
  readonly requestsPerSecond: number
  readonly burst: number
  /** Changes that may wait for Auth0, of a tenant and of one caller there. */
  readonly waitingChanges: number
  readonly waitingChangesOfCaller: number
  /** Sign-ins that may fail at once, from one address and in one account's name. */
  readonly failedSignInsOfAddress: number
  readonly failedSignInsOfName: number
}

interface WorkerConfiguration {
  /** Clients of one tenant that are worked on at the same time. */
  readonly concurrency: number
  /** Deadline of one call to Auth0. */
  readonly httpTimeoutMs: number
}

interface TerraformConfiguration {
  /** Keys of 32 bytes, in base64, that states are sealed with: the first seals, all open. Empty: no state is kept. */
  readonly stateKeys: readonly string[]
  /** The largest state that is taken. */
  readonly maximumStateBytes: number
  /** How many versions of a state are kept; null for all of them. */
  readonly keepVersions: number | null
  /** How long an apply keeps changes of its clients waiting; a lock that is older counts as abandoned. */
  readonly applyWaitMs: number
}

/** The page at /console: how people sign in to it, and how long that lasts. */
export interface ConsoleConfiguration {
  /** One of `issuers`. */
  readonly issuer: string
  /** The console's application at the issuer. */
  readonly clientId: string
  readonly clientSecret: string
  /** What its access tokens are for: one of the issuer's audiences. */
  readonly audience: string
  /** With it the console calls the API, as every application that people use. */
  readonly applicationToken: string
  /** How browsers reach Nexus, without a slash at the end: `<publicUrl>/console`. https, or http on this machine. */
  readonly publicUrl: string
  /** Keys of 32 bytes, in base64, that the issuer's tokens are sealed with: the first seals, all open. At least one. */
  readonly sessionKeys: readonly string[]
  /** A session ends when it has not been used for so long, and in any case so long after its beginning. */
  readonly idleMs: number
  readonly atMostMs: number
}

export const driftPolicies = ['report', 'revert'] as const
export const foreignTerraformPolicies = ['allow', 'warn', 'refuse'] as const

/** The tenants that a credential is good for: ids, or every tenant of the configuration. */
export type TenantScope = readonly string[] | '*'

/** The Terraform states that a credential is good for: names, or every state of its tenants. */
type StateScope = readonly string[] | '*'

export interface TenantConfiguration {
  readonly id: string
  /** Host name, with a port only where `allowInsecure` is set; never a scheme. */
  readonly domain: string
  readonly credential: { readonly clientId: string; readonly clientSecret: string }
  /** `https://<domain>/api/v2`, without a slash at the end. */
  readonly baseUrl: string
  readonly tokenUrl: string
  /** Audience of the Management API's tokens: `https://<domain>/api/v2/` unless the file says otherwise. */
  readonly audience: string
  /** Whose rate limits hold. The default is `free`, the most careful one: too slow is better than a blocked tenant. */
  readonly plan: PlanName
  /** How old an observation may be before it is read again. */
  readonly freshnessMs: number
  readonly driftPolicy: (typeof driftPolicies)[number]
  readonly scanIntervalMs: number
  /** What a change to a client does that stands in a Terraform state whose configuration Nexus does not write. */
  readonly foreignTerraform: (typeof foreignTerraformPolicies)[number]
  /** Names of the Terraform states whose configuration Nexus writes. */
  readonly terraformStates: readonly string[]
  /** Names of other states that have power over clients: kept here or posted, and written by somebody else. */
  readonly otherStates: readonly string[]
  readonly metadataKeys: MetadataKeys
  readonly allowInsecure: boolean
}

/** Signature algorithms that can be allowed: asymmetric ones only, so that a public key is never taken for a secret. */
export const tokenAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const

/** Names of the token's top-level members, exactly as they stand there. */
export interface ClaimNames {
  readonly userId: string
  readonly permissions: string
  /** Read where the token has no `permissions` claim. */
  readonly scope: string
  readonly roles: string
  readonly products: string
}

export interface IssuerConfiguration {
  /** Equal to the token's `iss`, character by character. */
  readonly issuer: string
  /** One of these must be among the token's `aud`. */
  readonly audience: readonly string[]
  readonly jwksUrl: string
  readonly algorithms: readonly (typeof tokenAlgorithms)[number][]
  readonly claims: ClaimNames
  readonly tenants: TenantScope
  /** What stands before its users' ids and roles where another issuer comes first (`domain/access/identities.ts`). */
  readonly prefix: string | null
  readonly allowInsecure: boolean
}

interface ApplicationTokensConfiguration {
  /** Name of the request header that carries the token. */
  readonly header: string
  readonly tokens: readonly ApplicationTokenConfiguration[]
}

export interface ApplicationTokenConfiguration {
  readonly name: string
  /** SHA-256 of the token, lower case hexadecimal. */
  readonly sha256: string
  readonly tenants: TenantScope
  /** Narrows the user's products; null leaves them as they are. */
  readonly products: readonly string[] | null
  /** The most that a user may do through this application; null sets no ceiling. */
  readonly permissions: readonly Permission[] | null
  /** The Terraform states that can be reached through it. */
  readonly terraformStates: StateScope
}

export interface ServiceAccountConfiguration {
  readonly name: string
  /** As `nexus hash password` writes it: scrypt of a chosen password, a keyed SHA-256 of one that Nexus made. */
  readonly passwordHash: string
  readonly permissions: readonly Permission[]
  readonly roles: readonly string[]
  readonly products: readonly string[]
  readonly tenants: TenantScope
  /** The Terraform states that its permissions on states are good for. */
  readonly terraformStates: StateScope
}
