import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createWakes } from '../../adapters/queue/wakes.ts'

/** An add that ends when it is told to. */
const slowAdds = () => {
  const begun: { clientIds: readonly string[]; end: (error?: Error) => void }[] = []
  const add = (clientIds: readonly string[]) =>
    new Promise<void>((resolve, reject) => {
      begun.push({ clientIds, end: (error) => (error === undefined ? resolve() : reject(error)) })
    })
  return { begun, add }
}
const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('wake-ups that come together', () => {
  test('in one tick go in one add, each client once', async () => {
    const { begun, add } = slowAdds()
    const wake = createWakes(add, 0)
    const all = Promise.all(['b', 'a', 'b'].map(wake))
    await turn()
    expect(begun.map(({ clientIds }) => clientIds)).toEqual([['a', 'b']])
    begun[0]?.end()
    await all
  })

  test('while others are added wait for that add and no longer, also a client that is in it', async () => {
    const { begun, add } = slowAdds()
    const wake = createWakes(add, 0)
    const first = wake('a')
    await turn()
    const later = Promise.all(['a', 'c'].map(wake))
    await turn()
    expect(begun).toHaveLength(1)
    begun[0]?.end()
    await first
    await turn()
    expect(begun[1]?.clientIds).toEqual(['a', 'c'])
    begun[1]?.end()
    await later
  })

  test('are all told when their add fails, and those that came meanwhile are added', async () => {
    const { begun, add } = slowAdds()
    const wake = createWakes(add, 0)
    const failing = Promise.allSettled(['a', 'b'].map(wake))
    await turn()
    const later = wake('c')
    begun[0]?.end(new Error('Redis is away'))
    expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await turn()
    expect(begun[1]?.clientIds).toEqual(['c'])
    begun[1]?.end()
    await later
  })

  test('are added again for as long as patience lasts, with those that came since', async () => {
    const { begun, add } = slowAdds()
    const wake = createWakes(add, 5000)
    const first = wake('a')
    await turn()
    begun[0]?.end(new Error('the connection is being made'))
    await turn()
    const second = wake('b')
    await expect.poll(() => begun[1]?.clientIds).toEqual(['a', 'b'])
    begun[1]?.end()
    await Promise.all([first, second])
  })

  test('whatever fails, every wake is answered, and a kept one was in an add that began after it and succeeded', async () => {
    const step = fc.record({
      client: fc.constantFrom('a', 'b', 'c', 'd'),
      pause: fc.constantFrom(0, 0, 0, 1, 3),
      fails: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
        let clock = 0
        const added: { at: number; clientIds: readonly string[] }[] = []
        let under = 0
        const wake = createWakes(async (clientIds) => {
          const at = (clock += 1)
          under += 1
          expect(under).toBe(1)
          await sleep(1)
          under -= 1
          if (steps[at % steps.length]?.fails === true) throw new Error('away')
          added.push({ at, clientIds })
        }, 0)
        const asked: { client: string; at: number; outcome: Promise<boolean> }[] = []
        for (const { client, pause } of steps) {
          const at = (clock += 1)
          asked.push({
            client,
            at,
            outcome: wake(client).then(
              () => true,
              () => false,
            ),
          })
          if (pause > 0) await sleep(pause)
        }
        for (const { client, at, outcome } of asked) {
          const resolved = await outcome
          const isKept = added.some((one) => one.at > at && one.clientIds.includes(client))
          expect(resolved && !isKept).toBe(false)
        }
      }),
      { numRuns: 50 },
    )
  })
})
