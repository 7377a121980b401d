import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect } from '../../adapters/postgres/database/connect.ts'
import type { Postgres } from '../../adapters/postgres/database/connect.ts'
import { startOwnPostgres } from '../support/local-servers.ts'
import { hasPgBouncer, startPgBouncer } from '../support/postgres/pgbouncer.ts'
import { isThere } from '../support/postgres/programs.ts'
import { findPostgresProgram } from '../support/postgres/server.ts'

const here = isThere((await findPostgresProgram('initdb')) !== undefined && hasPgBouncer(), 'postgresql pgbouncer')

describe.skipIf(!here)('statements behind a pooler of transactions', () => {
  let server: Awaited<ReturnType<typeof startOwnPostgres>>
  let bouncer: Awaited<ReturnType<typeof startPgBouncer>>
  let postgres: Postgres
  beforeAll(async () => {
    server = await startOwnPostgres([])
    bouncer = await startPgBouncer(server?.url ?? '', 2)
    const url = Object.assign(new URL(server?.url ?? ''), { port: bouncer.port }).href
    postgres = connect(url, () => undefined, { pooled: true, settings: { enable_seqscan: 'off' } })
    await sql`create table kept (id int primary key)`.execute(postgres.db)
  })
  afterAll(async () => {
    await postgres.close()
    await bouncer.close()
    await server?.close()
  })

  const settings = sql`
    select current_setting('enable_seqscan') as seqscan, current_setting('jit') as jit,
           current_setting('statement_timeout') as timeout, pg_current_xact_id()::text as transaction`
  const wanted = { seqscan: 'off', jit: 'off', timeout: '30s' }

  test('one that stands alone has the settings, and answers its own rows', async () => {
    const { rows } = await settings.execute(postgres.db)
    expect(rows).toMatchObject([wanted])
    const inserted = await sql`insert into kept values (1), (2)`.execute(postgres.db)
    expect(inserted.numAffectedRows).toBe(2n)
    expect((await sql`select id from kept where id = ${2}`.execute(postgres.db)).rows).toEqual([{ id: 2 }])
  })

  test('those of a transaction have them, and are in one', async () => {
    const rows = await postgres.db.transaction().execute(async (trx) => {
      const first = await settings.execute(trx)
      await sql`insert into kept values (3)`.execute(trx)
      return [...first.rows, ...(await settings.execute(trx)).rows]
    })
    expect(rows).toMatchObject([wanted, wanted])
    expect(rows[0]).toEqual(rows[1])
  })

  test('one that is refused says why, leaves nothing, and the next works', async () => {
    await expect(sql`insert into kept values (4), (1)`.execute(postgres.db)).rejects.toMatchObject({ code: '23505' })
    await expect(
      postgres.db.transaction().execute(async (trx) => {
        await sql`insert into kept values (4)`.execute(trx)
        await sql`insert into kept values (1)`.execute(trx)
      }),
    ).rejects.toMatchObject({ code: '23505' })
    expect((await sql`select id from kept where id = 4`.execute(postgres.db)).rows).toEqual([])
  })

  test('many at once, on fewer sessions', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => sql`select ${index}::int as n`.execute(postgres.db)),
    )
    expect(answers.flatMap(({ rows }) => rows)).toEqual(Array.from({ length: 50 }, (_, n) => ({ n })))
  })
})
