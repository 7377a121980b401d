import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import { parsed } from './rows.ts'
import type { Database } from './schema.ts'

/**
 * The schema `nexus` as SQL, read from the catalogue: what the migrations have come to, in one page. The text is the same
 * on every PostgreSQL from 14 to 18, whichever wrote it.
 */
export const schemaPage = async (db: Kysely<Database>): Promise<string> =>
  db.transaction().execute(async (trx) => {
    // So that every name of ours is written with its schema, whoever asks.
    await sql`set local search_path = pg_catalog`.execute(trx)
    const parts: string[] = []
    for (const query of [tablesQuery, functionsQuery, indexesQuery, triggersQuery]) {
      const { rows } = await sql.raw(query).execute(trx)
      parts.push(...parsed(PartRow, rows).map(({ text }) => text))
    }
    return `${[head, 'create schema nexus;', ...parts].join('\n\n')}\n`
  })

const PartRow = z.object({ text: z.string() })

const head = `-- The schema of Nexus' database, as the migrations leave it. Written by \`npm run schema\`; never edited, never run.
-- What a column means stands where it is made, in the migrations.`

/** Columns in their order, then keys and checks by name. NOT NULL is a constraint of its own from PostgreSQL 18 on. */
const tablesQuery = `
  select 'create table nexus.' || quote_ident(t.relname) || E' (\\n  ' || string_agg(line, E',\\n  ' order by kind, place, line)
         || E'\\n);' as text
  from pg_class t
  cross join lateral (
    select 1 as kind, a.attnum::int as place,
           concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
             case when a.attcollation not in (0, 100)
               then 'collate ' || (select quote_ident(collname) from pg_collation where oid = a.attcollation) end,
             case when a.attnotnull then 'not null' end,
             case when a.attidentity = 'a' then 'generated always as identity' end,
             case when a.attgenerated = 's' then 'generated always as (' || pg_get_expr(d.adbin, d.adrelid) || ') stored'
                  when d.adbin is not null then 'default ' || pg_get_expr(d.adbin, d.adrelid) end) as line
    from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
    union all
    select case c.contype when 'p' then 2 when 'u' then 3 when 'f' then 4 else 5 end, 0, pg_get_constraintdef(c.oid)
    from pg_constraint c where c.conrelid = t.oid and c.contype in ('p', 'u', 'f', 'c')
  ) lines
  where t.relnamespace = 'nexus'::regnamespace and t.relkind = 'r'
  group by t.relname order by t.relname`

const indexesQuery = `
  select pg_get_indexdef(i.indexrelid) || ';' as text
  from pg_index i join pg_class c on c.oid = i.indexrelid
  where c.relnamespace = 'nexus'::regnamespace
    and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u'))
  order by c.relname`

const functionsQuery = `
  select rtrim(pg_get_functiondef(p.oid), E'\\n') || ';' as text
  from pg_proc p where p.pronamespace = 'nexus'::regnamespace order by p.proname, pg_get_function_identity_arguments(p.oid)`

const triggersQuery = `
  select pg_get_triggerdef(g.oid) || ';' as text
  from pg_trigger g join pg_class t on t.oid = g.tgrelid
  where t.relnamespace = 'nexus'::regnamespace and not g.tgisinternal order by g.tgname`
