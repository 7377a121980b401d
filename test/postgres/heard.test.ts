import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createBudgets } from '../../adapters/postgres/tenants/budgets.ts'
import type { Budgets } from '../../adapters/postgres/tenants/budgets.ts'
import { createPacer } from '../../adapters/auth0/pacer.ts'
import type { Reply } from '../../domain/changes/verdict.ts'
import type { Bucket } from '../../domain/limits/budget.ts'
import type { Heard } from '../../domain/limits/heard.ts'
import { servers } from '../support/stack.ts'
import { openStore } from './support.ts'
import type { Store } from './support.ts'

const bucket: Bucket = { name: 'all', burst: 50, intervalMs: 20 }

const left = (remaining: number): Reply<null> => ({ ok: true, body: null, rate: { remaining, resetIn: null } })

describe.skipIf(servers === null)('what answers say of a bucket', () => {
  let store: Store
  let budgets: Budgets
  beforeAll(async () => {
    store = await openStore()
    budgets = createBudgets(store.postgres.db)
  })
  afterAll(() => store.close())

  let made = 0
  /** A bucket of which an answer was heard a while ago. */
  const tenantWith = async (before: Heard): Promise<string> => {
    const tenantId = `heard-${(made += 1)}`
    await budgets.take(tenantId, bucket, 'change', 1)
    await budgets.learn(tenantId, bucket, [before])
    return tenantId
  }
  /** Tells what was heard. What is told late has another age: of such a telling nothing can be said. */
  const toldInTime = async (tenantId: string, heard: readonly Heard[]): Promise<boolean> => {
    const began = performance.now()
    await budgets.learn(tenantId, bucket, heard)
    return performance.now() - began < 50
  }
  const rowOf = async (tenantId: string) => {
    const [row] = await store.query<{ others: number; remaining: number; next: number }>(
      `select foreign_per_second as others, remaining, extract(epoch from next_at)::float8 * 1000 as next
       from nexus.budgets where tenant_id = $1`,
      [tenantId],
    )
    return row ?? { others: Number.NaN, remaining: Number.NaN, next: Number.NaN }
  }

  test('comes to the same, told together or one after the other', async () => {
    const step = fc.record({ remaining: fc.integer({ min: 0, max: 49 }), afterMs: fc.integer({ min: 0, max: 400 }) })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        let at = performance.now() - 5000
        const first = { remaining: 40, at }
        const heard = steps.map(({ remaining, afterMs }) => ({ remaining, at: (at += afterMs) }))
        const [together, apart] = [await tenantWith(first), await tenantWith(first)]
        fc.pre(await toldInTime(together, heard))
        for (const one of heard) fc.pre(await toldInTime(apart, [one]))
        const [a, b] = [await rowOf(together), await rowOf(apart)]
        expect(a.remaining).toBe(b.remaining)
        // An estimate that is cut off at the rate on the way is less than one that is cut off in the end.
        fc.pre(Math.abs(b.others) < 20)
        expect(Math.abs(a.others - b.others)).toBeLessThan(2)
      }),
      { numRuns: 30 },
    )
  })

  test('of two processes that tell theirs late is no foreign use, where there is none', async () => {
    const tenantId = await vi.waitFor(async () => {
      // 30 calls in 600 ms, in turn: 40 were left, and 30 came back meanwhile.
      const began = performance.now() - 1000
      const id = await tenantWith({ remaining: 40, at: began })
      const answers = Array.from({ length: 30 }, (_, index) => ({ remaining: 40, at: began + (index + 1) * 20 }))
      for (const turn of [0, 1]) {
        const own = answers.filter((_, index) => index % 2 === turn)
        expect(await toldInTime(id, own), 'the database answers in time').toBe(true)
      }
      return id
    }, 10_000)
    // Time that is counted twice would make it six; a statement that is 100 ms late would make it one.
    expect(Math.abs((await rowOf(tenantId)).others)).toBeLessThan(3)
  })

  test('from before a 429 of another process does not speak against it', async () => {
    const before = performance.now()
    const tenantId = await tenantWith({ remaining: 40, at: before - 1000 })
    await budgets.block(tenantId, bucket, 60_000)
    await budgets.learn(tenantId, bucket, [{ remaining: 39, at: before }])
    expect((await rowOf(tenantId)).remaining).toBe(0)
  })

  test('goes along with the next slot, and follows where there is none', async () => {
    const told: (readonly Heard[])[] = []
    const watched: Budgets = {
      ...budgets,
      take: (tenantId, of, rank, want, heard) => {
        told.push(heard ?? [])
        return budgets.take(tenantId, of, rank, want, heard)
      },
      learn: (tenantId, of, heard) => {
        told.push(heard)
        return budgets.learn(tenantId, of, heard)
      },
    }
    const pacer = createPacer(watched, new Map([['told', 'private-500']]))
    for (const remaining of [248, 247]) {
      await pacer.slot('told', 'other', { rank: 'change' })
      await pacer.report('told', 'other', left(remaining))
    }
    const said = () => told.map((heard) => heard.map(({ remaining }) => remaining))
    expect(said()).toEqual([[], [248]])
    await expect.poll(said, { timeout: 5000 }).toEqual([[], [248], [247]])
    await sleep(300)
    expect(told).toHaveLength(3)
  })

  test('costs no statement of its own for as long as slots are asked for', async () => {
    let learned = 0
    const watched: Budgets = {
      ...budgets,
      learn: (...of) => {
        learned += 1
        return budgets.learn(...of)
      },
    }
    const pacer = createPacer(watched, new Map([['steady', 'private-500']]))
    for (let call = 0; call < 20; call += 1) {
      await pacer.slot('steady', 'other', { rank: 'change' })
      await pacer.report('steady', 'other', left(248))
      await sleep(30)
    }
    // Where the machine stands still for longer than answers are kept, they are told all the same.
    expect(learned).toBeLessThan(5)
  })
})
