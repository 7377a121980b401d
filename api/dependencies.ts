import type { ConfiguredCallers } from '../adapters/config/configured-callers.ts'
import type { Examine } from '../adapters/credentials/examine.ts'
import type { Log } from '../adapters/log/log.ts'
import type { Metrics } from '../adapters/metrics/metrics.ts'
import type { Audit } from '../adapters/postgres/audit.ts'
import type { CallerStore } from '../adapters/postgres/callers.ts'
import type { ConfiguredUses } from '../adapters/postgres/configured-uses.ts'
import type { Accept } from '../adapters/postgres/changes/accept.ts'
import type { ChangedClients } from '../adapters/postgres/changes/changed-clients.ts'
import type { Changes } from '../adapters/postgres/changes/changes.ts'
import type { Idempotency } from '../adapters/postgres/changes/idempotency.ts'
import type { Operations } from '../adapters/postgres/changes/operations.ts'
import type { ClientLists } from '../adapters/postgres/clients/client-lists.ts'
import type { Clients } from '../adapters/postgres/clients/clients.ts'
import type { Scans } from '../adapters/postgres/clients/scans.ts'
import type { Events } from '../adapters/postgres/events/events.ts'
import type { WakeUps } from '../adapters/postgres/events/wake-ups.ts'
import type { BeginsSpans } from '../adapters/traces/traces.ts'
import type { Notifications } from '../adapters/postgres/database/notifications.ts'
import type { Strangers } from '../adapters/postgres/strangers.ts'
import type { Standings } from '../adapters/postgres/tenants/standings.ts'
import type { Tenants } from '../adapters/postgres/tenants/tenants.ts'
import type { HeldClients } from '../adapters/postgres/terraform/held-clients.ts'
import type { StateIndex } from '../adapters/postgres/terraform/state-index.ts'
import type { StateLocks } from '../adapters/postgres/terraform/state-locks.ts'
import type { States } from '../adapters/postgres/terraform/states.ts'
import type { BacklogSettings } from './changes/accept-patch.ts'
import type { PollSettings } from './changes/outcome.ts'
import type { ListSettings } from './changes/patch-clients.ts'
import type { Auth0Reads } from './clients/auth0-reads.ts'
import type { ReadSettings } from './clients/client-cache.ts'
import type { Waking } from './clients/wake.ts'
import type { Console } from './console/console.ts'
import type { DocumentSettings } from './docs/openapi/document.ts'
import type { EventSettings } from './events/read-events.ts'
import type { Admitting } from './http/access.ts'
import type { ClaimSettings } from './http/idempotency.ts'
import type { WaitSettings } from './http/prefer.ts'
import type { BrowserSettings } from './http/security-headers.ts'
import type { BodySettings } from './routing/serve.ts'
import type { MetricsSettings } from './probes/metrics.ts'
import type { Probed } from './probes/probes.ts'
import type { StateSettings } from './terraform/state-backend.ts'
import type { Bodies } from './threads/bodies.ts'

/**
 * Everything the API needs of the world; built once where the program starts, and taken whole by nothing but the app. What
 * answers a request names what it needs.
 */
export interface ApiDeps extends Admitting, Pick<Probed, 'ping'> {
  readonly clients: Pick<Clients, 'load' | 'owned' | 'accessRecords' | 'observe' | 'forget' | 'pause' | 'retry'>
  /** Accepts a change, or says why not. */
  readonly accept: Accept
  readonly lists: ClientLists
  readonly changes: Pick<Changes, 'find' | 'list' | 'withdraw' | 'waiting'>
  readonly changedClients: Pick<ChangedClients, 'find'>
  readonly idempotency: Pick<Idempotency, 'claim' | 'find' | 'keep' | 'release' | 'reopen'>
  readonly operations: Pick<Operations, 'open' | 'decide' | 'reopen' | 'find' | 'waiting'>
  readonly health: Pick<Tenants, 'health' | 'pause'>
  readonly standings: Standings
  /** Terraform's states: their texts, their locks, and what they say of clients. */
  readonly states: Omit<States, 'rekey'>
  readonly stateLocks: StateLocks
  readonly stateIndex: StateIndex
  /** Scans of the worker that a request asks for, and the clients that make it ask; pages that were read for a request. */
  readonly scans: Pick<Scans, 'ask' | 'asked' | 'time' | 'keepPage'>
  readonly heldClients: HeldClients
  readonly metrics: Pick<Metrics, 'answered' | 'count' | 'text' | 'contentType'>
  readonly audit: Pick<Audit, 'store' | 'page' | 'pages'>
  /** Counts requests without valid credentials. */
  readonly strangers: Pick<Strangers, 'count'>
  /** Applications and service accounts: those of the database, and those of the configuration. */
  readonly callers: CallerStore
  readonly configuredCallers: ConfiguredCallers
  readonly configuredUses: Pick<ConfiguredUses, 'of'>
  /** Who somebody would be, of whom claims or a token are shown. */
  readonly examine: Examine
  readonly notifications: Pick<Notifications, 'wait'>
  /** What has happened, and when to look for it. */
  readonly events: Pick<Events, 'after'>
  readonly wakeUps: Pick<WakeUps, 'wait' | 'count'>
  readonly queue: Waking['queue'] & Probed['queue']
  readonly auth0: Auth0Reads
  /** What is done with a body before anything is decided: large ones are worked on in threads. */
  readonly bodies: Bodies
  /** The page for people; null where there is none. */
  readonly console: Console | null
  /** Null where no traces are kept. */
  readonly traces: BeginsSpans | null
  readonly log: Log
  readonly settings: ApiSettings
}

/** Limits and times of the API; each is told where it is used. Times are milliseconds. */
export interface ApiSettings
  extends
    BodySettings,
    ListSettings,
    ClaimSettings,
    StateSettings,
    DocumentSettings,
    BrowserSettings,
    MetricsSettings,
    WaitSettings,
    PollSettings,
    BacklogSettings,
    ReadSettings,
    ServerSettings {
  readonly eventStreams: EventSettings
}

/** Limits of the server, whatever a request asks for. */
interface ServerSettings {
  /** Addresses and networks (CIDR) of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[]
  readonly maximumConnections: number
  /** How long a request may take to arrive, headers and body. */
  readonly requestTimeoutMs: number
  readonly maximumHeaders: number
  readonly maximumHeaderBytes: number
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
  eventStreams: { heartbeatMs: 15_000, checkMs: 15_000, lookMs: 2000, stallMs: 30_000, streamsOfCaller: 20 },
}
