import { expect, test } from 'vitest'
import { createMetrics } from '../../adapters/metrics/metrics.ts'
import type { TenantGauges } from '../../adapters/postgres/tenants/tenant-gauges.ts'

const acme: TenantGauges = {
  tenantId: 'acme',
  backlog: 0,
  lagSeconds: 0,
  unheldLagSeconds: 0,
  held: false,
  paused: false,
  pausedSeconds: 0,
  served: true,
  drifted: 0,
  driftedByTerraform: 0,
  stalled: 0,
  leftOut: 0,
  locks: 0,
  abandonedLocks: 0,
  buckets: [],
}
const rest = { sessions: () => Promise.resolve(0), queueIsWell: () => true }

test('what is counted for a tenant is there before it happens: the first time is a rise, too', async () => {
  const text = await createMetrics({ ...rest, tenants: () => Promise.resolve([acme]) }).text()
  expect(text).toContain('nexus_lease_losses_total{tenant="acme"} 0')
})

test('a database that does not answer is down, and it is asked no second time meanwhile', async () => {
  let asked = 0
  const { promise, resolve } = Promise.withResolvers<TenantGauges[]>()
  const tenants = (): Promise<TenantGauges[]> => {
    asked += 1
    return promise
  }
  const metrics = createMetrics({ ...rest, tenants }, 50)
  expect(await metrics.text()).toContain('nexus_database_up 0')
  expect(await metrics.text()).toContain('nexus_database_up 0')
  expect(asked).toBe(1)
  const now = metrics.text()
  resolve([acme])
  expect(await now).toContain('nexus_database_up 1')
})

test('a database that fails late, when nobody waits any more, ends nothing', async () => {
  const { promise, reject } = Promise.withResolvers<TenantGauges[]>()
  const metrics = createMetrics({ ...rest, tenants: () => promise }, 20)
  expect(await metrics.text()).toContain('nexus_database_up 0')
  reject(new Error('gone'))
  // An unhandled rejection would fail the run.
  await new Promise((resolve) => setTimeout(resolve, 20))
})
