import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { atRate, byCallers } from '../../bench/installation/load.ts'

test('so many callers ask at once, and each request once', async () => {
  let underWay = 0
  let most = 0
  const asked: number[] = []
  const { took } = await byCallers(4, 20, async (index) => {
    asked.push(index)
    underWay += 1
    most = Math.max(most, underWay)
    await sleep(2)
    underWay -= 1
  })
  expect(most).toBe(4)
  expect(asked).toEqual(Array.from({ length: 20 }, (_, index) => index))
  expect(took).toHaveLength(20)
})

test('at a steady rate nobody waits for the answer of another, and a standstill counts for all who were due', async () => {
  const standstillMs = 100
  const { took } = await atRate(200, 40, (index) => {
    const until = index === 0 ? performance.now() + standstillMs : 0
    while (performance.now() < until);
    return Promise.resolve()
  })
  expect(took).toHaveLength(40)
  // Due during the standstill: one each 5 ms. Each but those due at its end was late.
  expect(took.filter((ms) => ms > 5).length).toBeGreaterThanOrEqual(15)
})
