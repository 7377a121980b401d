import { expect, test, vi } from 'vitest'
import { startShortening } from '../../worker/scan.ts'

test('each tenant gets its interval once, also after the database was away', async () => {
  const answers = [true, false, true, true]
  const asked: string[] = []
  const failures: unknown[] = []
  const stop = startShortening({
    configurations: new Map([
      ['a', { scanIntervalMs: 1 }],
      ['b', { scanIntervalMs: 2 }],
      ['c', { scanIntervalMs: 3 }],
    ]),
    scans: {
      shorten: (tenantId, intervalMs) => {
        asked.push(`${tenantId} ${intervalMs}`)
        return answers.shift() === true ? Promise.resolve() : Promise.reject(new Error('away'))
      },
    },
    log: { error: (entry: unknown) => void failures.push(entry) },
  })
  await vi.waitFor(() => expect(asked).toHaveLength(4), { timeout: 5000 })
  await stop()
  expect(asked).toEqual(['a 1', 'b 2', 'b 2', 'c 3'])
  expect(failures).toHaveLength(1)
})
