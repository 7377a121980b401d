import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createAudit } from '../../adapters/postgres/audit.ts'
import { connect } from '../../adapters/postgres/database/connect.ts'
import { bringUpToDate, settleRights } from '../../adapters/postgres/database/prepare.ts'
import { createStrangers } from '../../adapters/postgres/strangers.ts'
import type { AuditEntry } from '../../domain/access/audit.ts'
import { createDatabase, createRole, servers } from '../support/stack.ts'

const day = 86_400_000

/** A database with its owner, who is no superuser, and a role that Nexus would run as. */
const open = async () => {
  if (servers === null) throw new Error('There are no servers for this run.')
  const database = await createDatabase(servers)
  const name = new URL(database.url).pathname.slice(1)
  const admin = connect(database.url, () => undefined, { size: 1 })
  const roles = { owner: await createRole(database.url), running: await createRole(database.url) }
  await admin.pool.query(`alter database ${name} owner to ${new URL(roles.owner.url).username}`)
  const owner = connect(roles.owner.url, () => undefined, { size: 2 })
  const running = connect(roles.running.url, () => undefined, { size: 2 })
  return {
    admin,
    owner,
    running,
    database: name,
    name: new URL(roles.running.url).username,
    close: async () => {
      await running.close()
      await owner.close()
      await roles.running.drop()
      await admin.pool.query(`alter database ${name} owner to current_user`)
      await roles.owner.drop()
      await admin.close()
      await database.drop()
    },
  }
}

type World = Awaited<ReturnType<typeof open>>

const entry: AuditEntry = {
  action: 'client.patch',
  tenantId: 'acme',
  actor: { kind: 'user', id: 'auth0|ann', application: 'portal' },
  address: '192.0.2.7',
  requestId: 'r-1',
  target: 'client1',
  changeId: null,
  outcome: 'refused',
  reason: 'forbidden',
  missing: 'relation',
}

const codeOf = async (pool: pg.Pool, statement: string): Promise<string | undefined> => {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query(statement)
    return 'allowed'
  } catch (error) {
    return error instanceof pg.DatabaseError ? error.code : String(error)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

describe.skipIf(servers === null)('the audit in the database', () => {
  let world: World
  beforeAll(async () => {
    world = await open()
    await bringUpToDate(world.owner.db)
    await settleRights(world.owner.db, world.running.db, 400 * day)
    await createAudit(world.running.db).store(entry)
  })
  afterAll(() => world.close())

  const old = "insert into nexus.audit (at, action, outcome) values (now() - interval '401 days', 'pause', 'accepted')"

  describe('the running role may add and read, and nothing else', () => {
    test.each([
      { reason: 'a record is not changed', statement: "update nexus.audit set outcome = 'accepted'" },
      { reason: 'nor taken away', statement: 'delete from nexus.audit' },
      { reason: 'nor are all of them', statement: 'truncate nexus.audit' },
      { reason: 'the table is not altered', statement: 'alter table nexus.audit drop column reason' },
      { reason: 'its triggers neither', statement: 'alter table nexus.audit disable trigger all' },
      { reason: 'nor dropped', statement: 'drop trigger audit_is_kept on nexus.audit' },
      { reason: 'nor the table', statement: 'drop table nexus.audit' },
      { reason: 'nor the schema', statement: 'drop schema nexus cascade' },
      {
        reason: 'nothing is hung on it',
        statement: 'create trigger t before insert on nexus.audit execute function f()',
      },
      { reason: 'it cannot name a time', statement: old },
      {
        reason: 'nor an id',
        statement: "insert into nexus.audit (id, action, outcome) overriding system value values (1, 'x', 'accepted')",
      },
      { reason: 'it cannot shorten what is kept', statement: "update nexus.audit_retention set keep = '0'" },
      { reason: 'nor replace the retention', statement: 'drop function nexus.audit_forget(integer)' },
      { reason: 'nor stand in for it', statement: 'set nexus.audit_forgetting = on; delete from nexus.audit' },
      { reason: 'nor become the owner', statement: 'set session_replication_role = replica' },
    ])('$reason', async ({ statement }) => {
      // insufficient_privilege
      expect(await codeOf(world.running.pool, statement)).toBe('42501')
    })

    test.each([
      { reason: 'reading', statement: 'select * from nexus.audit' },
      { reason: 'adding', statement: "insert into nexus.audit (action, outcome) values ('pause', 'accepted')" },
      { reason: 'the rows of everything else', statement: 'delete from nexus.changes' },
    ])('allowed: $reason', async ({ statement }) => {
      expect(await codeOf(world.running.pool, statement)).toBe('allowed')
    })
  })

  test.each([
    { reason: 'a change', statement: "update nexus.audit set outcome = 'accepted'" },
    { reason: 'a deletion', statement: 'delete from nexus.audit' },
    { reason: 'an emptying', statement: 'truncate nexus.audit' },
    {
      reason: 'a deletion before its time',
      statement: 'set local nexus.audit_forgetting = on; delete from nexus.audit',
    },
    {
      reason: 'a deletion of what is old, past the retention',
      statement: `${old}; delete from nexus.audit where action = 'pause'`,
    },
  ])('where one role does everything, triggers refuse it: $reason', async ({ statement }) => {
    expect(await codeOf(world.owner.pool, statement)).toBe('42501')
  })

  test('retention forgets what is over its time, some at once, whoever asks', async () => {
    for (let index = 0; index < 5; index += 1) await world.owner.pool.query(old)
    const audit = createAudit(world.running.db)
    expect(await audit.forget(3)).toBe(3)
    expect(await audit.forget(3)).toBe(2)
    expect(await audit.forget(3)).toBe(0)
    expect(await audit.page({}, { limit: 10, newestFirst: true })).toMatchObject([{ ...entry, id: expect.any(Number) }])
  })

  test('how long is what the owner has said last', async () => {
    await world.owner.pool.query(old)
    await settleRights(world.owner.db, world.running.db, 500 * day)
    expect(await createAudit(world.running.db).forget(10)).toBe(0)
    await settleRights(world.owner.db, world.running.db, 400 * day)
    expect(await createAudit(world.running.db).forget(10)).toBe(1)
  })

  test('a flood of records takes one connection, and none is lost or out of its place', async () => {
    const running = connect(String(world.running.pool.options.connectionString), () => undefined, { size: 1 })
    onTestFinished(running.close)
    const audit = createAudit(running.db)
    await Promise.all(
      Array.from({ length: 1500 }, (_, index) => audit.store({ ...entry, requestId: `flood-${index}` })),
    )
    const pages: number[] = []
    const seen: string[] = []
    for await (const records of audit.pages({ tenantId: 'acme' })) {
      pages.push(records.length)
      seen.push(...records.map(({ requestId }) => requestId ?? ''))
    }
    expect(pages[0]).toBe(1000)
    expect(seen.filter((id) => id.startsWith('flood-'))).toHaveLength(1500)
    expect(new Set(seen).size).toBe(seen.length)
  })

  test('requests without valid credentials are stored as counts, from time to time and at the end', async () => {
    const audit = createAudit(world.running.db)
    const errors: unknown[] = []
    const log = { error: (error: unknown) => void errors.push(error) }
    const strangers = createStrangers(audit, log, { everyMs: 50, maximum: 1000 })
    const stored = async () =>
      (await audit.page({ action: 'request.unauthenticated' }, { limit: 9, newestFirst: false })).map(
        ({ address, reason, count }) => ({ address, reason, count }),
      )
    for (let times = 0; times < 3; times += 1) strangers.count('2001:db8::7', 'unauthenticated')
    const first = { address: '2001:db8::/64', reason: 'unauthenticated', count: 3 }
    await expect.poll(stored).toEqual([first])
    strangers.count('192.0.2.9', 'unauthenticated')
    await strangers.close()
    expect(await stored()).toEqual([first, { address: '192.0.2.9', reason: 'unauthenticated', count: 1 }])
    expect(errors).toEqual([])
  })

  test('what nobody foresaw in a name does not cost a record', async () => {
    const audit = createAudit(world.running.db)
    await audit.store({ ...entry, requestId: 'odd', actor: { kind: 'user', id: 'a\0b\ud800', application: null } })
    const [record] = await audit.page({ actor: 'a\u{FFFD}b\u{FFFD}' }, { limit: 1, newestFirst: true })
    expect(record).toMatchObject({ requestId: 'odd' })
  })
})

describe.skipIf(servers === null)('a role that may not change the schema', () => {
  test('is told what to do where there is something to do, and goes on where there is not', async () => {
    const world = await open()
    onTestFinished(world.close)
    await expect(bringUpToDate(world.running.db)).rejects.toThrow(/nexus migrate.*database\.adminUrl/)
    await bringUpToDate(world.owner.db)
    await expect(bringUpToDate(world.running.db)).rejects.toThrow(new RegExp(world.name))
    expect(await settleRights(world.owner.db, world.running.db, day)).toBe(true)
    expect(await bringUpToDate(world.running.db)).toEqual([])
    expect(await settleRights(world.running.db, world.running.db, day)).toBe(true)
  })

  test('programs that start at once grant one after another', async () => {
    const world = await open()
    onTestFinished(world.close)
    await bringUpToDate(world.owner.db)
    const all = Array.from({ length: 6 }, () => settleRights(world.owner.db, world.running.db, day))
    await expect(Promise.all(all)).resolves.toHaveLength(6)
  })

  test('an installation that ran as one role goes over to two, as the guide says', async () => {
    const world = await open()
    onTestFinished(world.close)
    const { admin, owner, running, name } = world
    await admin.pool.query(`alter database ${world.database} owner to ${name}`)
    await bringUpToDate(running.db)
    expect(await settleRights(running.db, running.db, day)).toBe(false)
    await createAudit(running.db).store(entry)
    const to = String(owner.pool.options.connectionString).split(/[/:]/)[3]
    await admin.pool.query(`reassign owned by ${name} to ${to}`)
    expect(await settleRights(owner.db, running.db, day)).toBe(true)
    await createAudit(running.db).store(entry)
    expect(await createAudit(running.db).page({}, { limit: 9, newestFirst: true })).toHaveLength(2)
    expect(await codeOf(running.pool, 'delete from nexus.audit')).toBe('42501')
  })

  test('the owner as the running role is known as such', async () => {
    const world = await open()
    onTestFinished(world.close)
    await bringUpToDate(world.owner.db)
    expect(await settleRights(world.owner.db, world.owner.db, day)).toBe(false)
  })
})
