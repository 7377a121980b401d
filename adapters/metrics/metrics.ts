import { Gauge, Histogram, Registry } from 'prom-client'
import type { TenantGauges } from '../postgres/tenants/tenant-gauges.ts'
import { createCounters } from './counters.ts'
import type { Count } from './counters.ts'

/** What a process has counted, for Prometheus. Labels are tenants, routes, statuses: never a client, never a caller. */
export interface Metrics {
  readonly answered: (request: { method: string; route: string; status: number; seconds: number }) => void
  readonly count: Count
  /** Everything, in Prometheus' text format. Asks the database how tenants stand; without it the rest is there. */
  readonly text: () => Promise<string>
  readonly contentType: string
}

/** From a probe to the longest wait for a change. */
const buckets = [0.005, 0.02, 0.1, 0.3, 1, 3, 10, 30, 60]

const gauges = {
  backlog: ['nexus_backlog_clients', 'Clients whose newest change is not settled'],
  lagSeconds: ['nexus_lag_seconds', 'How long the oldest change has waited'],
  held: ['nexus_tenant_held', '1 while Auth0 does not take the credential of the tenant'],
  paused: ['nexus_tenant_paused', '1 while a person has stopped sending to the tenant'],
  served: ['nexus_tenant_served', '1 while a worker serves the tenant'],
  drifted: ['nexus_drifted_clients', 'Clients with an owned field that was changed outside Nexus'],
  stalled: ['nexus_stalled_clients', 'Clients that have failed many times in a row'],
  leftOut: ['nexus_left_out', 'Clients and parts of clients that the last scan left out'],
  locks: ['nexus_state_locks', 'Terraform states that are locked'],
  abandonedLocks: ['nexus_state_locks_abandoned', 'Terraform states whose lock is older than an apply should take'],
} as const satisfies Partial<Record<keyof TenantGauges, readonly [string, string]>>

export const createMetrics = (readGauges: () => Promise<readonly TenantGauges[]>): Metrics => {
  const registry = new Registry()
  const registers = [registry]
  const requests = new Histogram({
    name: 'nexus_http_request_duration_seconds',
    help: 'Answers of the API, by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets,
    registers,
  })
  const count = createCounters(registry)
  const databaseUp = new Gauge({
    name: 'nexus_database_up',
    help: '1 where the database answered',
    registers,
  })
  const perTenant = Object.entries(gauges).map(([member, [name, help]]) => ({
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.entries forgets what they are
    member: member as keyof typeof gauges,
    gauge: new Gauge({ name, help, labelNames: ['tenant'], registers }),
  }))
  const look = async (): Promise<void> => {
    for (const { gauge } of perTenant) gauge.reset()
    try {
      for (const tenant of await readGauges())
        for (const { member, gauge } of perTenant) gauge.set({ tenant: tenant.tenantId }, Number(tenant[member]))
      databaseUp.set(1)
    } catch {
      databaseUp.set(0)
    }
  }
  return {
    answered: ({ method, route, status, seconds }) => requests.observe({ method, route, status }, seconds),
    count,
    text: async () => {
      await look()
      return registry.metrics()
    },
    contentType: registry.contentType,
  }
}
