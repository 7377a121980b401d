import type { IncomingHttpHeaders } from 'node:http'
import type { Logger } from 'pino'
import type { TenantConfiguration } from '../adapters/config/configuration.ts'
import type { ClientPage } from '../adapters/auth0/auth0.ts'
import type { Metrics } from '../adapters/metrics/metrics.ts'
import type { Audit } from '../adapters/postgres/audit.ts'
import type { ConfiguredCallers } from '../adapters/config/configured-callers.ts'
import type { CallerStore } from '../adapters/postgres/callers.ts'
import type { Accept } from '../adapters/postgres/changes/accept.ts'
import type { Changes } from '../adapters/postgres/changes/changes.ts'
import type { ClientLists } from '../adapters/postgres/clients/client-lists.ts'
import type { Clients } from '../adapters/postgres/clients/clients.ts'
import type { HeldClients } from '../adapters/postgres/terraform/held-clients.ts'
import type { Idempotency } from '../adapters/postgres/changes/idempotency.ts'
import type { Operations } from '../adapters/postgres/changes/operations.ts'
import type { Scans } from '../adapters/postgres/clients/scans.ts'
import type { StateIndex } from '../adapters/postgres/terraform/state-index.ts'
import type { StateLocks } from '../adapters/postgres/terraform/state-locks.ts'
import type { Strangers } from '../adapters/postgres/strangers.ts'
import type { States } from '../adapters/postgres/terraform/states.ts'
import type { Tenants } from '../adapters/postgres/tenants/tenants.ts'
import type { Asker } from '../adapters/auth0/pacer.ts'
import type { Notifications } from '../adapters/postgres/database/notifications.ts'
import type { Reply } from '../domain/changes/verdict.ts'
import type { RedisProblem } from '../domain/redis-fitness.ts'
import type { Auth0Client, Caller, ClientKey } from '../domain/vocabulary.ts'
import type { Bodies } from './threads/bodies.ts'

/** Everything the API needs of the world; built once where the program starts. */
export interface ApiDeps {
  /**
   * Who asks, from the request's headers.
   *
   * @param address where they came from
   * @param tenantId the tenant that is asked about, if it is one: it says what the caller is called
   * @throws Unauthenticated with the challenges to answer, TooManyAttempts, AuthenticationUnavailable when nobody can tell
   *   now
   */
  readonly authenticate: (
    headers: IncomingHttpHeaders,
    address: string | null,
    tenantId: string | null,
  ) => Promise<Caller>
  /** Counts a request of a caller. @returns how long they have to wait, in milliseconds; 0 where they need not */
  readonly rate: (caller: Pick<Caller, 'kind' | 'id'>, tenantId: string | null) => number
  /** The tenants of the configuration, by id. */
  readonly tenants: ReadonlyMap<string, TenantConfiguration>
  readonly clients: Pick<Clients, 'load' | 'owned' | 'standings' | 'observe' | 'forget' | 'pause' | 'retry'>
  /** Accepts a change, or says why not. */
  readonly accept: Accept
  readonly lists: ClientLists
  readonly changes: Pick<Changes, 'find' | 'list' | 'withdraw' | 'waiting'>
  readonly idempotency: Pick<Idempotency, 'claim' | 'find' | 'keep' | 'release' | 'reopen'>
  readonly operations: Pick<Operations, 'open' | 'decide' | 'reopen' | 'find' | 'waiting'>
  readonly health: Pick<Tenants, 'health' | 'pause'>
  /** Terraform's states: their texts, their locks, and what they say of clients. */
  readonly states: Omit<States, 'rekey'>
  readonly stateLocks: StateLocks
  readonly stateIndex: StateIndex
  /** Scans of the worker that a request asks for, and the clients that make it ask; pages that were read for a request. */
  readonly scans: Pick<Scans, 'ask' | 'asked' | 'time' | 'keepPage'>
  readonly heldClients: HeldClients
  readonly metrics: Pick<Metrics, 'answered' | 'text' | 'contentType'>
  readonly audit: Pick<Audit, 'store' | 'page'>
  /** Counts requests without valid credentials. */
  readonly strangers: Pick<Strangers, 'count'>
  /** Applications and service accounts: those of the database, and those of the configuration. */
  readonly callers: CallerStore
  readonly configuredCallers: ConfiguredCallers
  readonly notifications: Pick<Notifications, 'wait'>
  /** Tells the worker that a client has work. May be lost: the sweep finds what it missed. */
  readonly queue: { readonly wake: (key: ClientKey) => Promise<void>; readonly problem: () => RedisProblem | null }
  /**
   * A call that fails is an answer too; it never throws for one.
   *
   * @throws NoPlace where the tenant's rate limit leaves none while the asker waits
   */
  readonly auth0: {
    /** One client as Auth0 has it now, secrets stripped. */
    readonly get: (key: ClientKey, asker: Asker) => Promise<Reply<Auth0Client>>
    /** A page of all clients of a tenant. */
    readonly list: (
      tenantId: string,
      from: string | undefined,
      take: number,
      asker: Asker,
    ) => Promise<Reply<ClientPage>>
    /** One client's secret; null where Auth0 does not show it. */
    readonly readSecret: (key: ClientKey, asker: Asker) => Promise<Reply<string | null>>
  }
  /** What is done with a body before anything is decided: large ones are worked on in threads. */
  readonly bodies: Bodies
  /** Resolves when the database answers. @throws the database's error */
  readonly ping: () => Promise<void>
  readonly log: Logger
  readonly settings: ApiSettings
}

/** Limits and times of the API. Times are milliseconds. */
export interface ApiSettings {
  readonly bodyLimitBytes: number
  /** The same for a list of changes, how many of them it may hold, and how long deciding on all of them may take. */
  readonly listLimitBytes: number
  readonly maximumElements: number
  readonly decideMs: number
  /** How long a request with an `Idempotency-Key` may take, the wait for Auth0 apart, before another may take it over. */
  readonly claimMs: number
  /** The largest Terraform state that is taken. */
  readonly maximumStateBytes: number
  /** Of the program, as the document tells it. */
  readonly version: string
  /** Name of the header that carries the application token, as the document tells it. */
  readonly applicationTokenHeader: string
  /** How callers reach the API, without a slash at the end; null where it is not known. */
  readonly publicUrl: string | null
  /** Addresses and networks (CIDR) of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[]
  /** Origins whose pages may call the API. */
  readonly corsOrigins: readonly string[]
  readonly maximumConnections: number
  /** Where metrics are, when it is not with the API. */
  readonly metricsPort: number | null
  /** How long a PATCH waits for Auth0 where the caller does not say, and the most that a caller may ask for. */
  readonly waitMs: number
  readonly maximumWaitMs: number
  /** How often a waiting request looks at its change itself, in case a notification was lost. */
  readonly pollMs: number
  /** How long a request may take to arrive, headers and body. */
  readonly requestTimeoutMs: number
  readonly maximumHeaders: number
  /** Changes that may wait for Auth0, of a tenant and of one caller there. */
  readonly maximumWaiting: number
  readonly maximumWaitingOfCaller: number
  readonly maximumHeaderBytes: number
  /** How long a client that Auth0 does not have is not asked for again, and how many of them are remembered. */
  readonly absentMs: number
  readonly maximumAbsent: number
  /** How long a request waits for a read from Auth0, its turn in the tenant's rate budget included. */
  readonly readMs: number
  /** After a read that Auth0 did not answer: how long nobody reads from that tenant for a request's sake. */
  readonly quietMs: number
}

export const defaultSettings: ApiSettings = {
  bodyLimitBytes: 262_144,
  listLimitBytes: 4_194_304,
  maximumElements: 1000,
  decideMs: 60_000,
  claimMs: 15_000,
  maximumStateBytes: 33_554_432,
  version: 'development',
  applicationTokenHeader: 'X-Application-Token',
  publicUrl: null,
  trustedProxies: [],
  corsOrigins: [],
  maximumConnections: 5000,
  metricsPort: null,
  waitMs: 10_000,
  maximumWaitMs: 60_000,
  pollMs: 500,
  requestTimeoutMs: 30_000,
  maximumHeaders: 100,
  maximumWaiting: 20_000,
  maximumWaitingOfCaller: 10_000,
  maximumHeaderBytes: 16_384,
  absentMs: 30_000,
  maximumAbsent: 10_000,
  readMs: 5000,
  quietMs: 1000,
}
