import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { Problem } from '../../../api/http/problem.ts'
import { createBodies } from '../../../api/threads/bodies.ts'
import { perform } from '../../../api/threads/jobs.ts'
import type { Job } from '../../../api/threads/jobs.ts'
import { createPool, usualPool } from '../../../api/threads/pool.ts'
import type { Pool, PoolSettings } from '../../../api/threads/pool.ts'
import { managedClient, stateText } from '../../terraform/support.ts'

const logged: object[] = []
const pools: Pool[] = []
const poolOf = (settings: Partial<PoolSettings> = {}): Pool => {
  const pool = createPool({ ...usualPool, ...settings }, { error: (facts) => logged.push(facts) })
  pools.push(pool)
  return pool
}
afterEach(() => logged.splice(0))
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.close()))
})

const bytesOf = (value: unknown): Buffer => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
const clients = (many: number) =>
  Array.from({ length: many }, (_, at) => managedClient(`client${at}`, { name: `c${at}` }))

/** A result or a problem, so that two can be compared. */
const outcomeOf = async (work: () => unknown): Promise<unknown> => {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const { code, message, errors, headers, extension } = error
    return { code, message, errors, headers, extension }
  }
}

const jobs: readonly { readonly reason: string; readonly job: Job }[] = [
  { reason: 'a state', job: { name: 'state', bytes: bytesOf(stateText(3, clients(3))) } },
  {
    reason: 'a state with other resources',
    job: {
      name: 'state',
      bytes: bytesOf(stateText(3, [{ mode: 'managed', type: 'auth0_role', name: 'a', instances: [{}] }])),
    },
  },
  { reason: 'no state', job: { name: 'state', bytes: bytesOf({ version: 3 }) } },
  { reason: 'no JSON', job: { name: 'state', bytes: bytesOf('{"version": canary') } },
  { reason: 'nothing', job: { name: 'state', bytes: bytesOf('') } },
  { reason: 'no UTF-8', job: { name: 'state', bytes: Buffer.from([0xff]) } },
  { reason: 'nesting', job: { name: 'state', bytes: bytesOf('['.repeat(100_000)) } },
  {
    reason: 'a state that stands twice in itself',
    job: { name: 'state', bytes: bytesOf(stateText(3, [managedClient('a'), managedClient('a')])) },
  },
  { reason: 'a restored state', job: { name: 'restored', bytes: bytesOf(stateText(3, clients(2))), serial: 9 } },
  {
    reason: 'a patch',
    job: {
      name: 'patch',
      kind: 'plain',
      bytes: bytesOf({ callbackUrls: ['https://a.test,https://b.test'], mobile: { ios: { team_id: 'A' } } }),
    },
  },
  {
    reason: 'a patch with nulls',
    job: { name: 'patch', kind: 'merge-patch', bytes: bytesOf({ owners: null, mobile: null }) },
  },
  {
    reason: 'a patch with mistakes',
    job: { name: 'patch', kind: 'plain', bytes: bytesOf({ owners: 'me', x: 1, callbackUrls: [1] }) },
  },
  { reason: 'operations', job: { name: 'patch', kind: 'json-patch', bytes: bytesOf([]) } },
  {
    reason: 'a key that stands twice',
    job: { name: 'patch', kind: 'plain', bytes: bytesOf('{"owners":[],"owners":[]}') },
  },
  {
    reason: 'a list',
    job: {
      name: 'list',
      kind: 'plain',
      maximum: 3,
      bytes: bytesOf([
        { id: 'a', patch: { owners: ['x'] } },
        { id: 'b', patch: { owners: 1 } },
        { id: 'c', patch: [] },
      ]),
    },
  },
  {
    reason: 'a list that is too long',
    job: {
      name: 'list',
      kind: 'plain',
      maximum: 1,
      bytes: bytesOf([
        { id: 'a', patch: {} },
        { id: 'b', patch: {} },
      ]),
    },
  },
  { reason: 'an empty list', job: { name: 'list', kind: 'plain', maximum: 1, bytes: bytesOf([]) } },
  {
    reason: 'a client that stands twice',
    job: {
      name: 'list',
      kind: 'plain',
      maximum: 2,
      bytes: bytesOf([
        { id: 'a', patch: {} },
        { id: 'a', patch: {} },
      ]),
    },
  },
  { reason: 'no list', job: { name: 'list', kind: 'plain', maximum: 2, bytes: bytesOf({}) } },
]

describe('a body in a thread', () => {
  const pool = poolOf()
  test.each(jobs)('comes to what it comes to here: $reason', async ({ job }) => {
    const here = await outcomeOf(() => perform(job))
    expect(await outcomeOf(() => pool.run(job))).toEqual(here)
    expect(JSON.stringify(here)).not.toContain('canary')
  })

  test('a large one comes to the same as a small one', async () => {
    const bodies = createBodies(pool)
    const filling = 'x'.repeat(2_000_000)
    const [small, large] = await Promise.all([
      bodies.state(bytesOf(stateText(3, clients(2)))),
      bodies.state(bytesOf(stateText(3, clients(2), { outputs: { filling } }))),
    ])
    expect(large.state).toEqual(small.state)
    expect(large.sha256).not.toBe(small.sha256)
    const restored = await bodies.restored(bytesOf(stateText(3, clients(2), { outputs: { filling } })), 8)
    expect(JSON.parse(restored.text.toString())).toMatchObject({ serial: 8, outputs: { filling } })
  })
})

const state: Job = { name: 'state', bytes: bytesOf(stateText(1)) }
const heavy: Job = { name: 'state', bytes: bytesOf(`{"a":[${'{},'.repeat(4_000_000)}{}]}`) }
/** Nothing that a body can hold brings a thread to its end; a number that is none does. */
const fatal: Job = { name: 'restored', bytes: state.bytes, serial: Object({ toString: null }) }

describe('a thread', () => {
  test('that ends at work takes no other with it: 503, and the next body is worked on', async () => {
    const pool = poolOf({ threads: 1 })
    const [lost, next] = await Promise.allSettled([pool.run(fatal), pool.run(state)])
    expect(lost).toMatchObject({ reason: { code: 'unavailable' } })
    expect(next).toMatchObject({ value: { state: { serial: 1 } } })
    expect(logged).toEqual([{ job: 'restored', code: null }])
  })

  test('can hold whatever may be in a body', async () => {
    const pool = poolOf({ threads: 1 })
    const objects = '[{}],'.repeat(1_600_000)
    const bytes = bytesOf(`{"version":4,"serial":1,"lineage":"a","a":[${objects}0]}`)
    expect(await pool.run({ name: 'state', bytes })).toMatchObject({ state: { serial: 1 } })
    const more = bytesOf(`[${'{},'.repeat(5_000_000)}0]`)
    await expect(pool.run({ name: 'state', bytes: more })).rejects.toMatchObject({ code: 'impossible' })
    expect(logged).toEqual([])
  })

  test('that takes too long is ended: 503', async () => {
    const pool = poolOf({ threads: 1, deadlineMs: 1 })
    await expect(pool.run(heavy)).rejects.toMatchObject({ code: 'unavailable', headers: { 'retry-after': '5' } })
  })

  test('is waited for by so many and no more: 503', async () => {
    const pool = poolOf({ threads: 1, waiting: 1 })
    const [first, second, third] = await Promise.allSettled([pool.run(state), pool.run(state), pool.run(state)])
    expect([first.status, second.status, third.status]).toEqual(['fulfilled', 'fulfilled', 'rejected'])
    expect(third).toMatchObject({ reason: { code: 'unavailable' } })
    expect(await pool.run(state)).toMatchObject({ state: { serial: 1 } })
  })

  test('without work ends, and another begins when there is some', async () => {
    const pool = poolOf({ idleMs: 1 })
    for (let round = 0; round < 3; round += 1) {
      expect(
        await pool.run({ ...state, bytes: bytesOf(stateText(round, [], { lineage: randomUUID() })) }),
      ).toMatchObject({
        state: { serial: round },
      })
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    expect(logged).toEqual([])
  })

  test('of a closed pool is ended, and who waits is told: 503', async () => {
    const pool = poolOf({ threads: 1 })
    const answers = Promise.allSettled([pool.run(heavy), pool.run(state)])
    await pool.close()
    for (const answer of await answers) expect(answer).toMatchObject({ reason: { code: 'unavailable' } })
    await expect(pool.run(state)).rejects.toMatchObject({ code: 'unavailable' })
    expect(logged).toEqual([])
  })
})
