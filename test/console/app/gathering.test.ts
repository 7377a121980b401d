import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { gathering } from '../../../console/src/app/gathering.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Works of which each takes so long, in milliseconds. */
const counted = (tookMs: number) => {
  let [begun, ended] = [0, 0]
  const work = async (): Promise<void> => {
    begun += 1
    await new Promise((done) => setTimeout(done, tookMs))
    ended += 1
  }
  return { work, told: () => ({ begun, ended }) }
}

/** An asking each 10 ms for so long. */
const storm = async (ask: () => void, ms: number): Promise<void> => {
  for (let at = 0; at < ms; at += 10) {
    ask()
    await vi.advanceTimersByTimeAsync(10)
  }
}

test('A thousand askings at once are one work', async () => {
  const { work, told } = counted(50)
  const { ask } = gathering(work, 150, 5000)
  for (let count = 0; count < 1000; count += 1) ask()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(told()).toEqual({ begun: 1, ended: 1 })
})

test('While askings go on, a work ends before the next one begins, and none of the last askings is missed', async () => {
  const { work, told } = counted(400)
  const { ask } = gathering(work, 100, 5000)
  await storm(ask, 10_000)
  const { begun, ended } = told()
  expect(begun).toBe(20)
  expect(begun - ended).toBeLessThanOrEqual(1)
  await vi.advanceTimersByTimeAsync(2000)
  expect(told().begun).toBeGreaterThan(begun)
  expect(told().ended).toBe(told().begun)
})

test('An asking during a work is followed by another one, which sees what has come meanwhile', async () => {
  const { work, told } = counted(400)
  const { ask } = gathering(work, 100, 5000)
  ask()
  await vi.advanceTimersByTimeAsync(200)
  ask()
  await vi.advanceTimersByTimeAsync(5000)
  expect(told()).toEqual({ begun: 2, ended: 2 })
})

test('A work that does not end is waited for no longer than agreed', async () => {
  const { work, told } = counted(60_000)
  const { ask } = gathering(work, 100, 5000)
  await storm(ask, 20_000)
  expect(told().begun).toBe(4)
})

test('After a stop nothing is begun, not even at the end of a work; and it can be asked again', async () => {
  const { work, told } = counted(400)
  const { ask, stop } = gathering(work, 100, 5000)
  ask()
  await vi.advanceTimersByTimeAsync(200)
  ask()
  stop()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(told()).toEqual({ begun: 1, ended: 1 })
  ask()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(told()).toEqual({ begun: 2, ended: 2 })
})
