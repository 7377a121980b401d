import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { createLog } from '../../adapters/log/log.ts'
import { startSweep } from '../../worker/sweep.ts'

test('a backlog of which something is always due does not keep a process from ending', async () => {
  let claims = 0
  const stop = startSweep({
    clients: {
      claimLagging: async (_tenantIds, _quietMs, limit) => {
        claims += 1
        await sleep(1)
        return Array.from({ length: limit }, (_, index) => ({ tenantId: 'acme', clientId: `waiting${index}` }))
      },
    },
    tenants: { claimProbes: () => Promise.resolve([]), lift: () => Promise.resolve() },
    queue: { wake: () => Promise.resolve(), recovered: () => false },
    health: { probe: () => Promise.resolve('well') },
    tenantIds: ['acme'],
    isUrgent: () => false,
    log: createLog('silent'),
  })
  await vi.waitFor(() => {
    expect(claims).toBeGreaterThan(5)
  }, 10_000)
  await stop()
  const atTheEnd = claims
  await sleep(300)
  expect(claims).toBe(atTheEnd)
})
