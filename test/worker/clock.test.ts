import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createApplyChecks } from '../../adapters/postgres/terraform/apply-checks.ts'
import { createChanges } from '../../adapters/postgres/changes/changes.ts'
import { createEvents } from '../../adapters/postgres/events/events.ts'
import { createClock } from '../../adapters/postgres/database/clock.ts'
import { connect } from '../../adapters/postgres/database/connect.ts'
import { createIdempotency } from '../../adapters/postgres/changes/idempotency.ts'
import { createOperations } from '../../adapters/postgres/changes/operations.ts'
import { createLog } from '../../adapters/log/log.ts'
import { defaultMetadataKeys } from '../../domain/clients/metadata-keys.ts'
import { forgetSessions } from '../../adapters/postgres/sessions.ts'
import { startRequestRetention } from '../../worker/retention.ts'
import { startMovablePostgres } from '../support/local-servers.ts'
import { assembleStack } from '../support/assemble-stack.ts'
import { servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'
import { pathOf, read, seedClient } from '../api/support.ts'

const scaled = {
  simulator: { limits: 'enterprise-non-production' },
  tenant: { plan: 'enterprise-non-production', scanInterval: '1h', freshness: '1h' },
  file: { worker: { httpTimeout: '1s' }, terraform: { applyWait: '2s' } },
} as const
/**
 * Most is found by the look each second, a lost wake-up after ten. On a busy machine a lease may have to end as well, and a
 * refused try to be repeated: still seconds, where the rows say a day.
 */
const withinMs = 25_000

const applied = async (stack: Stack, id: string): Promise<number> => {
  const start = performance.now()
  const { status } = await stack
    .patch(
      id,
      { callbackUrls: [`https://${id.toLowerCase()}.example.com/${start}`] },
      { headers: { prefer: 'wait=30' } },
    )
    .then(read)
  expect(status).toBe(200)
  return performance.now() - start
}

describe.skipIf(servers === null)('a time that another clock has left in a row', { timeout: 60_000 }, () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack(scaled)
  })
  afterAll(() => stack.close())

  test.each([
    { reason: 'a lease', sql: `lease_token = gen_random_uuid(), lease_until = now() + interval '1 day'` },
    { reason: 'a next try', sql: `next_try_at = now() + interval '1 day', failures = 3` },
    { reason: 'a wake-up', sql: `woken_at = now() + interval '1 day'` },
    { reason: 'a call that may be under way', sql: `attempt_deadline = now() + interval '1 day'` },
    {
      reason: 'a call of a former holder',
      sql: `previous_attempt_deadline = now() + interval '1 day', taken_over = true`,
    },
    { reason: 'a reading that is due', sql: `verify_at = now() + interval '1 day'` },
    {
      reason: 'what was written',
      sql: `written_at = now() + interval '1 day', observed_at = now() + interval '1 day'`,
    },
    { reason: 'years ahead', sql: `next_try_at = now() + interval '40 years', failures = 1` },
    { reason: 'an hour ahead', sql: `next_try_at = now() + interval '1 hour', failures = 1` },
  ])('keeps a change waiting for seconds only: $reason', async ({ sql }) => {
    const id = seedClient(stack)
    await applied(stack, id)
    // Together with the change, as if both had happened while the clock was ahead.
    await stack.query(`update nexus.clients set ${sql} where client_id = $1`, [id])
    const change = await stack.patch(id, { applicationName: 'Later' }, { headers: { prefer: 'respond-async' } })
    expect([200, 202]).toContain(change.status)
    await stack.query(`update nexus.clients set ${sql} where client_id = $1 and generation > settled_generation`, [id])
    await expect
      .poll(() => stack.simulator.clients.get(id)?.['client_metadata'], { timeout: withinMs })
      .toMatchObject({ application_name: 'Later' })
  })

  test.each([
    { reason: 'the place of the next call', sql: `next_at = now() + interval '1 day'` },
    { reason: 'a block', sql: `blocked_until = now() + interval '1 day'` },
    { reason: 'the last answer', sql: `seen_at = now() + interval '1 day'` },
    { reason: 'the last answer, long ago', sql: `seen_at = now() - interval '10 years'` },
    { reason: 'everything, behind', sql: `next_at = now() - interval '1 day', seen_at = now() - interval '1 day'` },
  ])('keeps no call from the tenant: $reason', async ({ sql }) => {
    const id = seedClient(stack)
    await applied(stack, id)
    await stack.query(`update nexus.budgets set ${sql}`)
    expect(await applied(stack, id)).toBeLessThan(withinMs)
  })

  test('keeps no tenant from being scanned, or from being probed', async () => {
    await stack.query(
      `update nexus.tenants set next_scan_at = now() + interval '400 days', scan_until = now() + interval '400 days',
         held_at = now(), held_reason = 'test', next_probe_at = now() + interval '1 day'`,
    )
    await expect
      .poll(() => stack.query('select held_at from nexus.tenants'), { timeout: withinMs })
      .toEqual([{ held_at: null }])
    const [row] = await stack.query<{ soon: boolean }>(
      `select next_scan_at <= now() + interval '1 hour' and coalesce(scan_until, now()) <= now() + interval '1 minute' as soon
       from nexus.tenants`,
    )
    expect(row?.soon).toBe(true)
  })

  test('and the limits were kept all the while', () => {
    expect(stack.logLines().filter((line) => /overflow|out of range/.test(line))).toEqual([])
    expect(stack.simulator.stats.tooMany).toBeLessThan(stack.simulator.stats.calls / 10)
  })
})

const postgres = servers === null ? undefined : await startMovablePostgres()
afterAll(() => postgres?.close())
if (servers !== null && postgres === undefined) {
  if (process.env['CI'] === 'true') throw new Error('In CI no suite may be skipped: faketime or PostgreSQL is missing.')
  console.warn('\nThe suites that set clocks are skipped: apt-get install postgresql faketime.\n')
}

describe.skipIf(postgres === undefined)("when the database's clock is set", { timeout: 120_000 }, () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await assembleStack({ redisUrl: servers?.redisUrl ?? null, postgresUrl: postgres?.url ?? '' }, scaled)
  })
  afterEach(() => postgres?.setClock(0))
  afterAll(() => stack.close())

  test.each([
    { reason: 'an hour ahead', seconds: 3600 },
    { reason: 'a day ahead', seconds: 86_400 },
    { reason: 'an hour behind', seconds: -3600 },
    { reason: 'a day behind', seconds: -86_400 },
  ])('changes are applied within seconds, then and after it is right again: $reason', async ({ seconds }) => {
    const ids = Array.from({ length: 4 }, () => seedClient(stack))
    for (const id of ids) await applied(stack, id)
    postgres?.setClock(seconds)
    const waiting = ids.map((id) => applied(stack, id))
    await sleep(300)
    postgres?.setClock(0)
    for (const took of await Promise.all(waiting)) expect(took).toBeLessThan(withinMs)
    postgres?.setClock(seconds)
    for (const took of await Promise.all(ids.map((id) => applied(stack, id)))) expect(took).toBeLessThan(withinMs)
    postgres?.setClock(0)
    for (const took of await Promise.all(ids.map((id) => applied(stack, id)))) expect(took).toBeLessThan(withinMs)
    expect(stack.logLines().filter((line) => /overflow|out of range/.test(line))).toEqual([])
  })

  test('nothing that is kept for a time is forgotten because of it', async () => {
    const id = seedClient(stack)
    const change = () =>
      stack
        .patch(id, { applicationName: 'Once' }, { headers: { 'idempotency-key': 'kept', prefer: 'wait=20' } })
        .then(read)
    // The clock was just set: a statement that was under way then is given up, and its caller told to come again.
    const first = await vi.waitFor(async () => {
      const answer = await change()
      expect(answer.status).toBe(200)
      return answer
    }, withinMs)
    const { db, close } = connect(stack.databaseUrl, () => undefined)
    const log = createLog('silent')
    const kept = {
      idempotency: createIdempotency(db),
      operations: createOperations(db),
      changes: createChanges(db, () => defaultMetadataKeys),
      applyChecks: createApplyChecks(db, { applyWaitMs: 1000 }),
      events: createEvents(db),
      expireSessions: forgetSessions(db, { idleMs: 1000 }),
      keep: { changesMs: 86_400_000, eventsMs: 86_400_000 },
      clock: createClock(db),
      log,
    }
    const stop = startRequestRetention({ ...kept, everyMs: 100 })
    await sleep(500)
    postgres?.setClock(40 * 86_400)
    await sleep(500)
    await stop()
    await close()
    postgres?.setClock(0)
    const again = await change()
    expect(again.headers.get('nexus-replayed')).toBe('true')
    expect(again.headers.get('nexus-change')).toBe(first.headers.get('nexus-change'))
  })

  test('who reads a client gets what Auth0 has, not what was observed in the future', async () => {
    const id = seedClient(stack)
    postgres?.setClock(86_400)
    await stack.request(pathOf(id)).then(read)
    postgres?.setClock(0)
    Object.assign(stack.simulator.clients.get(id) ?? {}, { name: 'Renamed' })
    const { body } = await stack.request(pathOf(id)).then(read)
    expect(body['name']).toBe('Renamed')
  })
})
