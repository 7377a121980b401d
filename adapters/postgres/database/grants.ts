import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import { parsed } from './rows.ts'
import type { Database } from './schema.ts'

/** Serialises programs that start at once: PostgreSQL refuses two GRANTs on one table at the same time. */
const lockKey = 0x6e_78_67_72

/** Schemas whose tables the running role reads and writes: Nexus' own, and the queue's where it is kept here. */
const schemas = ['nexus', 'bullmq']

/** What of a table its running role may do, where that is not everything. Columns that are not named are the database's. */
const exceptions: Readonly<Record<string, readonly string[]>> = {
  audit: [
    'select',
    `insert (tenant_id, actor_kind, actor_id, application, address, request_id, action, target, change_id, outcome, reason,
             missing, count)`,
  ],
  audit_retention: ['select'],
  schema_needs: ['select'],
}

const RoleRow = z.object({ name: z.string(), owns: z.boolean() })
const ObjectRow = z.object({
  schema: z.string(),
  name: z.string(),
  kind: z.enum(['table', 'sequence']),
  grantee: z.string(),
})

/** The role that a connection works as, and whether it owns Nexus' tables, or may do as if it did. */
export const roleOf = async (db: Kysely<Database>): Promise<{ readonly name: string; readonly owns: boolean }> => {
  const { rows } = await sql`
    select current_user::text as name,
           coalesce((select pg_has_role(c.relowner, 'usage') from pg_class c join pg_namespace n on n.oid = c.relnamespace
                     where n.nspname = 'nexus' and c.relname = 'audit'), false) as owns
  `.execute(db)
  return parsed(RoleRow, rows)[0] ?? { name: '', owns: false }
}

/**
 * Grants the running role what it needs, and no more: of the audit it may read and add, of everything else read and write
 * rows. To be repeated after every migration; it takes away what it does not grant.
 *
 * @param db as the owner of the tables
 */
export const grantTo = async (db: Kysely<Database>, role: string): Promise<void> => {
  await db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(${lockKey})`.execute(trx)
    const run = (statement: string) => sql.raw(statement).execute(trx)
    const { rows } = await sql`
      select n.nspname as schema, c.relname as name, quote_ident(${role}::text) as grantee,
             case c.relkind when 'S' then 'sequence' else 'table' end as kind
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any(${schemas}) and c.relkind in ('r', 'p', 'S')
        -- Who may insert into a table needs no right on the sequence of its identity.
        and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'i')
      order by 1, 2
    `.execute(trx)
    const objects = parsed(ObjectRow, rows)
    for (const schema of new Set(objects.map((object) => object.schema)))
      await run(`grant usage on schema ${schema} to ${objects[0]?.grantee ?? ''}`)
    for (const { schema, name, kind, grantee } of objects) {
      const full = `${schema}."${name}"`
      const rights =
        kind === 'sequence'
          ? ['usage, select']
          : ((schema === 'nexus' ? exceptions[name] : undefined) ?? ['select, insert, update, delete'])
      if (kind === 'table') await run(`revoke all on ${full} from ${grantee}`)
      for (const right of rights) await run(`grant ${right} on ${kind} ${full} to ${grantee}`)
    }
    const grantee = objects[0]?.grantee ?? ''
    await run(`grant execute on function nexus.audit_forget(integer) to ${grantee}`)
    // Kysely's own table, to see whether the schema is up to date.
    await run(`grant select on nexus_migrations to ${grantee}`)
  })
}

/** How long records of the audit are kept. @param db as the owner of the tables */
export const keepAuditFor = async (db: Kysely<Database>, keepMs: number): Promise<void> => {
  await sql`
    update nexus.audit_retention set keep = ${keepMs} * interval '1 millisecond'
    where keep <> ${keepMs} * interval '1 millisecond'
  `.execute(db)
}
