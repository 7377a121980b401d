import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { UnnamedState } from '../../../domain/terraform/unnamed-states.ts'
import { integer } from '../database/columns.ts'
import { jsonb, parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'

/** What the configuration says of a tenant's states. */
export interface NamedStates {
  readonly id: string
  /** Those whose configuration Nexus writes. */
  readonly terraformStates: readonly string[]
  /** Others that have power over clients. */
  readonly otherStates: readonly string[]
}

const SchemaRow = z.object({ held: z.boolean() })
const UnnamedRow: z.ZodType<UnnamedState> = z.object({ tenantId: z.string(), state: z.string(), clients: integer })

/** The states that have power over clients, as the configuration says. */
export const createNamedStates = (db: Kysely<Database>) => ({
  /** Brings what is stored up to the configuration. */
  name: async (tenants: readonly NamedStates[]): Promise<void> => {
    const rows = tenants.flatMap(({ id, terraformStates, otherStates }) => [
      ...terraformStates.map((state) => ({ tenant_id: id, state, own: true })),
      ...otherStates.map((state) => ({ tenant_id: id, state, own: false })),
    ])
    await sql`
      with wanted as (
        select distinct on (tenant_id, state) * from jsonb_to_recordset(${jsonb(rows)})
          as w(tenant_id text, state text, own boolean) order by tenant_id, state, own desc
      ), gone as (
        delete from nexus.terraform_named n
        where n.tenant_id = any(${tenants.map(({ id }) => id)})
          and not exists (select from wanted w where w.tenant_id = n.tenant_id and w.state = n.state)
      )
      insert into nexus.terraform_named as n (tenant_id, state, own) select tenant_id, state, own from wanted
      on conflict (tenant_id, state) do update set own = excluded.own where n.own <> excluded.own
    `.execute(db)
  },

  /**
   * The states that are held and that these tenants' configuration does not name. It reads what every version of the
   * schema has.
   */
  unnamed: async (tenants: readonly NamedStates[]): Promise<UnnamedState[]> => {
    const { rows: schema } = await sql`
      select to_regclass('nexus.terraform_resources') is not null as held
    `.execute(db)
    if (parsed(SchemaRow, schema)[0]?.held !== true) return []
    const named = tenants.flatMap(({ id, terraformStates, otherStates }) =>
      [...terraformStates, ...otherStates].map((state) => `${id}/${state}`),
    )
    const { rows } = await sql`
      select s.tenant_id as "tenantId", s.name as state, (
        select count(distinct r.client_id)::int from nexus.terraform_resources r
        join nexus.clients c using (tenant_id, client_id)
        where r.tenant_id = s.tenant_id and r.state = s.name and r.type = 'auth0_client' and c.vanished_at is null
      ) as clients
      from nexus.terraform_states s
      where s.tenant_id = any(${tenants.map(({ id }) => id)}) and s.version is not null
        and s.tenant_id || '/' || s.name <> all(${named}::text[])
      order by 1, 2
    `.execute(db)
    return parsed(UnnamedRow, rows)
  },
})
