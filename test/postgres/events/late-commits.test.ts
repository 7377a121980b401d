import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { connect } from '../../../adapters/postgres/database/connect.ts'
import { createEvents } from '../../../adapters/postgres/events/events.ts'
import type { EventPage } from '../../../adapters/postgres/events/events.ts'
import { servers } from '../../support/stack.ts'
import { openStore } from '../support.ts'
import type { Store } from '../support.ts'

const insert = "insert into nexus.events (tenant_id, client_id, kind) values ('acme', $1, 'client.observed')"

const clientsOf = (page: EventPage) => page.events.map(({ clientId }) => clientId)

describe.skipIf(servers === null)('the events of a tenant', () => {
  let store: Store
  let events: ReturnType<typeof createEvents>
  beforeAll(async () => {
    store = await openStore()
    events = createEvents(store.postgres.db)
    await store.query("insert into nexus.tenants (tenant_id) values ('acme'), ('other')")
  })
  afterAll(() => store.close())
  let start: number
  beforeEach(async () => {
    start = (await events.after('acme', undefined)).upTo
  })

  const happens = (client: string) => store.query(insert, [client])
  /** A transaction that stays open. */
  const open = async () => {
    const client = await store.postgres.pool.connect()
    await client.query('begin')
    const end = async (how: 'commit' | 'rollback'): Promise<void> => {
      await client.query(how)
      client.release()
    }
    return {
      happens: (id: string) => client.query(insert, [id]),
      /** Gets its number from the server, by a write to another table. */
      locks: () => client.query("update nexus.tenants set scan_problem = null where tenant_id = 'other'"),
      end,
    }
  }

  test('nothing is read past a transaction that is still open; when it ends, its event comes before later ones', async () => {
    const late = await open()
    await late.happens('late')
    await happens('soon')
    const during = await events.after('acme', start)
    expect(clientsOf(during)).toEqual([])
    expect(during).toMatchObject({ heldBack: true, whole: true, more: false })
    await late.end('commit')
    const after = await events.after('acme', during.upTo)
    expect(clientsOf(after)).toEqual(['late', 'soon'])
    expect(after.heldBack).toBe(false)
    expect((await events.after('acme', after.upTo)).events).toEqual([])
  })

  test('a transaction that had its number before others wrote, and wrote after them, is not missed either', async () => {
    const late = await open()
    // Its number is given out here: the sequence is drawn from later.
    await late.happens('first of late')
    await happens('soon')
    await events.after('acme', start)
    await late.happens('second of late')
    const during = await events.after('acme', start)
    expect(clientsOf(during)).toEqual([])
    await late.end('commit')
    const seen = [...clientsOf(during), ...clientsOf(await events.after('acme', during.upTo))]
    expect(seen).toEqual(['first of late', 'soon', 'second of late'])
  })

  test('a transaction that began first and has not written yet holds up nobody, and is not missed', async () => {
    const late = await open()
    await late.locks()
    await happens('soon')
    const during = await events.after('acme', start)
    expect(clientsOf(during)).toEqual(['soon'])
    await late.happens('late')
    const between = await events.after('acme', during.upTo)
    await late.end('commit')
    const after = await events.after('acme', between.upTo)
    expect([between, after].flatMap(clientsOf)).toEqual(['late'])
  })

  test('a process that begins while somebody writes begins with what they write', async () => {
    const late = await open()
    await late.happens('late')
    await happens('soon')
    const began = createEvents(store.postgres.db).after('acme', undefined)
    await late.end('commit')
    const { upTo } = await began
    const seen = clientsOf(await events.after('acme', start))
    expect(seen).toEqual(['late', 'soon'])
    expect(upTo).toBe((await events.after('acme', start)).upTo)
  })

  test('what is rolled back has not happened', async () => {
    const late = await open()
    await late.happens('never')
    await happens('soon')
    await late.end('rollback')
    expect(clientsOf(await events.after('acme', start))).toEqual(['soon'])
  })

  test('pages follow each other without a gap, also in the middle of a transaction', async () => {
    await store.query(
      "insert into nexus.events (tenant_id, client_id, kind) select 'acme', 'n' || n, 'client.observed' from generate_series(1, 1100) n",
    )
    const first = await events.after('acme', start)
    const second = await events.after('acme', first.upTo)
    const third = await events.after('acme', second.upTo)
    expect([first, second, third].map(({ more }) => more)).toEqual([true, true, false])
    expect([first, second, third].flatMap(clientsOf)).toEqual(Array.from({ length: 1100 }, (_, n) => `n${n + 1}`))
    // Every event is a place to go on from.
    const at = first.events[249]?.position
    expect(clientsOf(await events.after('acme', at))[0]).toBe('n251')
  })

  test('who stands at one place at one time gets one page, and of other tenants nobody gets anything', async () => {
    await happens('mine')
    const [one, same, other] = await Promise.all([
      events.after('acme', start),
      events.after('acme', start),
      events.after('other', start),
    ])
    expect(one).toBe(same)
    expect(clientsOf(one)).toEqual(['mine'])
    expect(other.events).toEqual([])
  })

  test('a page that is being read is not for who asks after it', async () => {
    const asked = Array.from({ length: 50 }, async (_, index) => {
      await happens(`n${index}`)
      const page = await events.after('acme', start)
      // One that is still being stored may hold it back; then the page says so.
      return page.heldBack || clientsOf(page).includes(`n${index}`)
    })
    expect(await Promise.all(asked)).not.toContain(false)
  })

  test('a position of no event of this database, or of a time to come, is told apart', async () => {
    for (const { position, whole } of [
      { position: start, whole: true },
      { position: 0, whole: true },
      { position: -1, whole: false },
      { position: start + 1000, whole: false },
      { position: Number.MAX_SAFE_INTEGER, whole: false },
    ])
      expect([position, (await events.after('acme', position)).whole]).toEqual([position, whole])
  })

  test('old events are forgotten, and who has seen no later ones is told so', async () => {
    await happens('old')
    await happens('older by the clock only')
    const [old, second] = (await events.after('acme', start)).events
    await store.query("update nexus.events set happened_at = happened_at - interval '2 days' where client_id = 'old'")
    await store.query("update nexus.events set happened_at = happened_at - interval '2 days' where position < $1", [
      old?.position,
    ])
    const yesterday = new Date(Date.now() - 86_400_000)
    while ((await events.expire(yesterday, 500)) > 0);
    expect((await events.after('acme', start)).whole).toBe(false)
    expect((await events.after('acme', old?.position)).whole).toBe(true)
    expect((await events.after('acme', second?.position)).whole).toBe(true)
    expect((await store.query("select 1 from nexus.events where client_id <> 'older by the clock only'")).length).toBe(
      0,
    )
  })

  test('whoever reads needs one statement, and the index of the primary key', async () => {
    await store.query(
      "insert into nexus.events (tenant_id, client_id, kind) select 'acme', 'n', 'client.observed' from generate_series(1, 5000)",
    )
    await store.query('analyze nexus.events')
    const { pool, close } = connect(store.url, () => undefined, { size: 1 })
    onTestFinished(close)
    const { rows } = await pool.query<{ 'QUERY PLAN': string }>(
      `explain select * from nexus.events e where tenant_id = 'acme' and position > 7 and position <= 99
       order by position limit 500`,
    )
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('events_pkey')
  })

  test('a machine that is lost in the middle of a transaction holds nobody up for ever', async () => {
    const { rows } = await store.postgres.pool.query(
      "select current_setting('idle_in_transaction_session_timeout') as longest",
    )
    expect(rows).toEqual([{ longest: '1min' }])
    const settings = { idle_in_transaction_session_timeout: '300' }
    const lost = connect(store.url, () => undefined, { size: 1, settings })
    onTestFinished(lost.close)
    const client = await lost.pool.connect()
    await client.query('begin')
    await client.query(insert, ['lost'])
    await happens('soon')
    await expect.poll(async () => clientsOf(await events.after('acme', start)), { timeout: 5000 }).toEqual(['soon'])
    client.release(true)
  })

  test('a database that was restored to an earlier time has a new beginning: who was further is told so once', async () => {
    await happens('kept')
    const { upTo: earlier } = await events.after('acme', start)
    await happens('lost')
    const { upTo: later } = await events.after('acme', earlier)
    await store.query("select setval('nexus.events_position', $1)", [earlier])
    await store.query("delete from nexus.events where tenant_id = 'acme' and position > $1", [earlier])
    const told = await events.after('acme', later)
    expect(told).toMatchObject({ whole: false, upTo: earlier })
    await happens('after')
    const after = await events.after('acme', told.upTo)
    expect(after.whole).toBe(true)
    expect(clientsOf(after)).toEqual(['after'])
  })
})
