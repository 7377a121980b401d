import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Actor } from '../../../domain/access/audit.ts'
import { acceptedEntry, insertEntries } from '../audit.ts'
import { isAnswered } from '../servers/sqlstate.ts'
import { parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'

/** What is stopped in a database that was restored, until somebody has compared it with Auth0 (docs/adr/0039). */

/** Counts go on beyond all that may have been given out since the backup, so that what is newer never looks older. */
const gap = 1_000_000

const TenantRow = z.object({ tenant_id: z.string() })
const StoppedRow = z.object({ tenant_id: z.string(), paused_before: z.boolean() })
const IdentityRow = z.object({ identity: z.string() })

export interface StoppedTenant {
  readonly tenantId: string
  /** Whether it was paused when the backup was made: then it stays so. */
  readonly pausedBefore: boolean
}

/**
 * Stops every tenant: nothing is sent to Auth0, and no scan or check after an apply puts old values back. Leases, and
 * checks after applies, are of processes and applies that ended before the restore; locks of states stay as they were.
 * Whoever follows the events, or would apply a configuration made since the backup, has to begin anew.
 *
 * @returns the tenants
 * @throws AuditUnavailable with none of them stopped
 */
export const stopRestored = (db: Kysely<Database>, actor: Actor): Promise<string[]> =>
  db.transaction().execute(async (trx) => {
    const { rows } = await sql`
      with now as materialized (select clock_timestamp() as at)
      update nexus.tenants set restored_at = coalesce(restored_at, now.at), paused_at = coalesce(paused_at, now.at),
        scan_until = null
      from now returning tenant_id
    `.execute(trx)
    await sql`
      update nexus.clients set lease_token = null, lease_until = null, revision = revision + 1
      where lease_token is not null
    `.execute(trx)
    await sql`
      update nexus.terraform_states set hold_until = null, check_at = null, check_until = null, look_again_at = null,
        known_drift = null, snapshot = snapshot + ${gap}
    `.execute(trx)
    // The running role may draw numbers, and not set the next.
    await sql`
      with drawn as (
        select max(nextval('nexus.events_position')) as last from generate_series(1, ${gap}::integer)
      ) update nexus.tenants set forgotten_events = drawn.last from drawn
    `.execute(trx)
    const stopped = parsed(TenantRow, rows).map(({ tenant_id }) => tenant_id)
    const by = { action: 'pause', actor, address: null, requestId: null, target: null, changeId: null } as const
    await insertEntries(
      trx,
      stopped.map((tenantId) => acceptedEntry({ ...by, tenantId })),
    )
    return stopped
  })

/** Every tenant that the database knows. */
export const knownTenants = async (db: Kysely<Database>): Promise<string[]> => {
  const { rows } = await sql`select tenant_id from nexus.tenants order by tenant_id`.execute(db)
  return parsed(TenantRow, rows).map(({ tenant_id }) => tenant_id)
}

/** The tenants that wait until they are compared. */
export const restoredTenants = async (db: Kysely<Database>): Promise<StoppedTenant[]> => {
  const { rows } = await sql`
    select tenant_id, paused_at < restored_at as paused_before from nexus.tenants
    where restored_at is not null order by tenant_id
  `.execute(db)
  return parsed(StoppedRow, rows).map(({ tenant_id, paused_before }) => ({
    tenantId: tenant_id,
    pausedBefore: paused_before,
  }))
}

/** The comparison with Auth0 is settled: the tenant may be resumed, and its clients are listed at once. */
export const letGoRestored = async (db: Kysely<Database>, tenantId: string): Promise<void> => {
  await sql`
    update nexus.tenants set restored_at = null, next_scan_at = clock_timestamp() where tenant_id = ${tenantId}
  `.execute(db)
}

/**
 * Stops every tenant where the database is another than the one that it was last started in: a dump of it was restored.
 * A copy of the server's files, a standby that was promoted, and the same database after a crash are the same.
 *
 * @returns the tenants that were stopped
 */
export const stopIfElsewhere = async (db: Kysely<Database>): Promise<string[]> => {
  const identity = await identityOf(db)
  if (identity === undefined) return []
  const known = parsed(IdentityRow, (await sql`select identity from nexus.database_identity`.execute(db)).rows)[0]
  if (known?.identity === identity) return []
  const stopped =
    known === undefined ? [] : await stopRestored(db, { kind: 'policy', id: 'restore', application: null })
  await sql`
    insert into nexus.database_identity (identity) values (${identity})
    on conflict (only_row) do update set identity = excluded.identity
  `.execute(db)
  return stopped
}

/** Undefined where the server does not tell, as some services do not. */
const identityOf = async (db: Kysely<Database>): Promise<string | undefined> => {
  try {
    const { rows } = await sql`
      select s.system_identifier || '/' || d.oid as identity
      from pg_control_system() s, pg_database d where d.datname = current_database()
    `.execute(db)
    return parsed(IdentityRow, rows)[0]?.identity
  } catch (error) {
    if (!isAnswered(error)) throw error
    return undefined
  }
}
