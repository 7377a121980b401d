import type { Migration } from 'kysely/migration'
import { clientsAndChanges } from './migrations/0.1.0/0001-clients-and-changes.ts'
import { terraform } from './migrations/0.1.0/0002-terraform.ts'
import { callers } from './migrations/0.1.0/0003-callers.ts'
import { requests } from './migrations/0.1.0/0004-requests.ts'
import { audit } from './migrations/0.1.0/0005-audit.ts'
import { clientLists } from './migrations/0.1.0/0006-client-lists.ts'
import { namedStates } from './migrations/0007-named-states.ts'
import { boundedGrowth } from './migrations/0008-bounded-growth.ts'
import { declaredClients } from './migrations/0009-declared-clients.ts'
import { unlockedWrites } from './migrations/0010-unlocked-writes.ts'
import { listedDrift } from './migrations/0011-listed-drift.ts'
import { warnings } from './migrations/0012-warnings.ts'
import { leftOut } from './migrations/0013-left-out.ts'
import { configuredCallers } from './migrations/0014-configured-callers.ts'
import { servedTenants } from './migrations/0015-served-tenants.ts'
import { consoleSessions } from './migrations/0016-console-sessions.ts'
import { events } from './migrations/0017-events.ts'
import { valuesBefore } from './migrations/0018-values-before.ts'
import { lagByWaking } from './migrations/0020-lag-by-waking.ts'
import { schemaNeeds } from './migrations/0021-schema-needs.ts'
import { restored } from './migrations/0022-restored.ts'
import { queueKeys } from './migrations/0023-queue-keys.ts'
import { traces } from './migrations/0024-traces.ts'
import { throttled } from './migrations/0025-throttled.ts'

/** Every migration, in order. A name is never changed once it has been released. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-clients-and-changes': clientsAndChanges,
  '0002-terraform': terraform,
  '0003-callers': callers,
  '0004-requests': requests,
  '0005-audit': audit,
  '0006-client-lists': clientLists,
  '0007-named-states': namedStates,
  '0008-bounded-growth': boundedGrowth,
  '0009-declared-clients': declaredClients,
  '0010-unlocked-writes': unlockedWrites,
  '0011-listed-drift': listedDrift,
  '0012-warnings': warnings,
  '0013-left-out': leftOut,
  '0014-configured-callers': configuredCallers,
  '0015-served-tenants': servedTenants,
  '0016-console-sessions': consoleSessions,
  '0017-events': events,
  '0018-values-before': valuesBefore,
  '0020-lag-by-waking': lagByWaking,
  '0021-schema-needs': schemaNeeds,
  '0022-restored': restored,
  '0023-queue-keys': queueKeys,
  '0024-traces': traces,
  '0025-throttled': throttled,
}

/**
 * Migrations that make indexes `concurrently`, so that writes to a large table go on meanwhile. PostgreSQL does that in no
 * transaction: such a migration does nothing else, and can be run again after it broke off (`migrations/index-concurrently.ts`).
 */
export const apart: ReadonlySet<string> = new Set(['0020-lag-by-waking'])

/** A migration that takes something away, which programs before it may use. */
export interface Contraction {
  /** The migration that put something else in its place. */
  readonly of: string
  /** The release, as CHANGELOG.md names it, that does not use any more what goes. */
  readonly unusedSince: string
}

/**
 * The contractions among the migrations, by name: every other one only adds, so that the version before works on. A
 * contraction writes its name into `nexus.schema_needs`. `test/architecture/migrations/law.test.ts` holds both.
 */
export const contractions: Readonly<Record<string, Contraction>> = {}
