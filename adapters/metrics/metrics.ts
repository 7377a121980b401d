import { setTimeout as sleep } from 'node:timers/promises'
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { BucketGauges, TenantGauges } from '../postgres/tenants/tenant-gauges.ts'
import { createCounters } from './counters.ts'
import type { Count } from './counters.ts'

/** What a process has counted, for Prometheus. Labels are tenants, routes, statuses: never a client, never a caller. */
export interface Metrics {
  readonly answered: (request: { method: string; route: string; status: number; seconds: number }) => void
  /** A change is in Auth0, so many seconds after it was accepted. */
  readonly applied: (tenantId: string, seconds: number) => void
  readonly count: Count
  /** Everything, in Prometheus' text format. Asks the database how tenants stand; without it the rest is there. */
  readonly text: () => Promise<string>
  readonly contentType: string
}

/** What is looked up whenever somebody asks. */
export interface Lookups {
  readonly tenants: () => Promise<readonly TenantGauges[]>
  /** People who are signed in to the console. */
  readonly sessions: () => Promise<number>
  /** Whether the queue can do its work, as far as this process knows. */
  readonly queueIsWell: () => boolean
}

/** From a probe to the longest wait for a change, in seconds. */
const requestBuckets = [0.005, 0.02, 0.1, 0.3, 1, 3, 10, 30, 60]
/** From a change that is applied at once to one that has waited for an apply of Terraform, in seconds. */
const changeBuckets = [0.05, 0.2, 1, 5, 15, 60, 300, 900, 3600]

type Describe<Of> = Readonly<Record<string, readonly [help: string, value: (of: Of) => number | boolean | null]>>

const tenantGauges: Describe<TenantGauges> = {
  nexus_backlog_clients: ['Clients whose newest change is not settled', ({ backlog }) => backlog],
  nexus_lag_seconds: ['How long the oldest change has waited', ({ lagSeconds }) => lagSeconds],
  nexus_unheld_lag_seconds: [
    'How long the oldest change has waited of those that nothing is known to hold back',
    ({ unheldLagSeconds }) => unheldLagSeconds,
  ],
  nexus_tenant_held: ['1 while Auth0 does not take the credential of the tenant', ({ held }) => held],
  nexus_tenant_paused: ['1 while a person has stopped sending to the tenant', ({ paused }) => paused],
  nexus_tenant_paused_seconds: [
    'How long a person has stopped sending to the tenant; 0 while nobody has',
    ({ pausedSeconds }) => pausedSeconds,
  ],
  nexus_tenant_served: ['1 while a worker serves the tenant', ({ served }) => served],
  nexus_drifted_clients: ['Clients with an owned field that was changed outside Nexus', ({ drifted }) => drifted],
  nexus_drifted_by_terraform_clients: [
    'Those of them whose values came with an apply of Terraform',
    ({ driftedByTerraform }) => driftedByTerraform,
  ],
  nexus_stalled_clients: ['Clients that have failed many times in a row', ({ stalled }) => stalled],
  nexus_left_out: ['Clients and parts of clients that the last scan left out', ({ leftOut }) => leftOut],
  nexus_state_locks: ['Terraform states that are locked', ({ locks }) => locks],
  nexus_state_locks_abandoned: [
    'Terraform states whose lock is older than an apply should take',
    ({ abandonedLocks }) => abandonedLocks,
  ],
}

const bucketGauges: Describe<BucketGauges> = {
  nexus_auth0_limit_per_second: ['Calls a second that Auth0 allows', ({ limitPerSecond }) => limitPerSecond],
  nexus_auth0_others_per_second: [
    'Calls a second that others make, as they are estimated from what Auth0 says is left',
    ({ othersPerSecond }) => othersPerSecond,
  ],
  nexus_auth0_calls_left: ['Calls that Auth0 last said are left', ({ remaining }) => remaining],
  nexus_auth0_blocked: ['1 while a 429 of Auth0 keeps everybody from calling', ({ blocked }) => blocked],
}

/** Prometheus gives up after ten seconds, and would take the process for dead. */
const lookMs = 8000

/** @param withinMs how long the database may take */
export const createMetrics = ({ tenants, sessions, queueIsWell }: Lookups, withinMs = lookMs): Metrics => {
  const registry = new Registry()
  const registers = [registry]
  const requests = new Histogram({
    name: 'nexus_http_request_duration_seconds',
    help: 'Answers of the API, by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: requestBuckets,
    registers,
  })
  const changes = new Histogram({
    name: 'nexus_change_duration_seconds',
    help: 'From the acceptance of a change until Auth0 had it',
    labelNames: ['tenant'],
    buckets: changeBuckets,
    registers,
  })
  const { count, know } = createCounters(registry)
  // Of the process itself: memory, processor, and how late its event loop is.
  collectDefaultMetrics({ register: registry })
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers })
  const databaseUp = gauge('nexus_database_up', '1 where the database answered')
  const queueUp = gauge('nexus_queue_up', '1 where the queue can do its work')
  const signedIn = gauge('nexus_console_sessions', 'Sessions of the console that have not ended')
  const described = <Of>(gauges: Describe<Of>, labelNames: readonly string[]) =>
    Object.entries(gauges).map(([name, [help, value]]) => ({
      value,
      gauge: new Gauge({ name, help, labelNames: [...labelNames], registers }),
    }))
  const ofTenants = described(tenantGauges, ['tenant'])
  const ofBuckets = described(bucketGauges, ['tenant', 'bucket'])
  let asked: Promise<readonly [readonly TenantGauges[], number]> | undefined
  /** One question at a time: a database that is slow is not asked again meanwhile. @throws where it is too slow */
  const ask = async () => {
    asked ??= Promise.all([tenants(), sessions()]).finally(() => {
      asked = undefined
    })
    const late = new AbortController()
    const tooLate = sleep(withinMs, undefined, { signal: late.signal, ref: false }).then(() => {
      throw new Error('The database is too slow.')
    })
    try {
      return await Promise.race([asked, tooLate])
    } finally {
      late.abort()
    }
  }
  const look = async (): Promise<void> => {
    for (const { gauge } of [...ofTenants, ...ofBuckets]) gauge.reset()
    queueUp.set(Number(queueIsWell()))
    try {
      const [all, people] = await ask()
      signedIn.set(people)
      for (const tenant of all) {
        know(tenant.tenantId)
        set(ofTenants, { tenant: tenant.tenantId }, tenant)
        for (const bucket of tenant.buckets) set(ofBuckets, { tenant: tenant.tenantId, bucket: bucket.bucket }, bucket)
      }
      databaseUp.set(1)
    } catch {
      databaseUp.set(0)
    }
  }
  return {
    answered: ({ method, route, status, seconds }) => requests.observe({ method, route, status }, seconds),
    applied: (tenant, seconds) => changes.observe({ tenant }, seconds),
    count,
    text: async () => {
      await look()
      return registry.metrics()
    },
    contentType: registry.contentType,
  }
}

/** Sets what is known of one thing; what is not known has no series. */
const set = <Of>(
  gauges: readonly { readonly gauge: Gauge; readonly value: (of: Of) => number | boolean | null }[],
  labels: Readonly<Record<string, string>>,
  of: Of,
): void => {
  for (const { gauge, value } of gauges) {
    const known = value(of)
    if (known !== null) gauge.set(labels, Number(known))
  }
}
