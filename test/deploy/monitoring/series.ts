import { durations } from '../../../deploy/monitoring/durations.ts'

/** Series for promtool, a look of Prometheus each. */

/** When the fault begins, in looks. */
export const faultAt = 20
const looks = 7200

/** A gauge that stays. */
const stays = (value: number): string => `${value}x${looks}`

/** A counter that grows by so much a second. */
const grows = (perSecond: number): string => `0+${perSecond * durations.scrape}x${looks}`

/** A gauge that is something else from the fault on. */
export const becomes = (before: number, after: number): string => `${before}x${faultAt - 1} ${after}x${looks}`

/** A counter that grows at another rate from the fault on. */
export const growsFrom = (before: number, after: number): string => {
  const step = before * durations.scrape
  return `0+${step}x${faultAt - 1} ${step * faultAt}+${after * durations.scrape}x${looks}`
}

/** A series that is gone from the fault on. */
export const ends = (value: number): string => `${value}x${faultAt - 1}`

const tenants = ['acme', 'globex']
const processes = ['api:3000', 'worker:9464']

const forTenants = (metric: string, values: string): [string, string][] =>
  tenants.flatMap((tenant) =>
    processes.map((instance): [string, string] => [
      `nexus_${metric}{job="nexus",instance="${instance}",tenant="${tenant}"}`,
      values,
    ]),
  )

const forProcesses = (metric: string, values: string): [string, string][] =>
  processes.map((instance) => [`${metric}{job="nexus",instance="${instance}"}`, values])

export const requestsOf = (status: number): string =>
  `nexus_http_request_duration_seconds_count{job="nexus",instance="api:3000",method="PATCH",route="/v1",status="${status}"}`
export const callsOf = (status: number | 'none'): string =>
  `nexus_auth0_calls_total{job="nexus",instance="worker:9464",tenant="acme",call="update",status="${status}"}`
export const lossesOf = 'nexus_lease_losses_total{job="nexus",instance="worker:9464",tenant="acme"}'
export const budgetOf = (metric: string): string =>
  `nexus_auth0_${metric}{job="nexus",instance="worker:9464",tenant="acme",bucket="all"}`

/** A Nexus with two tenants under normal load: some refusals, now and then a 503, a 429 and a call without an answer. */
export const normal: ReadonlyMap<string, string> = new Map([
  ...forProcesses('up', stays(1)),
  ...forProcesses('nexus_database_up', stays(1)),
  ...forProcesses('nexus_queue_up', stays(1)),
  ...forProcesses('nodejs_eventloop_lag_p99_seconds', stays(0.03)),
  ...forTenants('tenant_served', stays(1)),
  ...forTenants('tenant_held', stays(0)),
  ...forTenants('tenant_paused', stays(0)),
  ...forTenants('tenant_paused_seconds', stays(0)),
  // A change waits for as long as an apply takes, and is then in Auth0.
  ...forTenants('lag_seconds', Array.from({ length: looks / 40 }, () => '0+15x19 0x19').join(' ')),
  ...forTenants('unheld_lag_seconds', stays(3)),
  ...forTenants('backlog_clients', stays(2)),
  ...forTenants('stalled_clients', stays(0)),
  ...forTenants('drifted_clients', stays(0)),
  ...forTenants('state_locks', stays(0)),
  ...forTenants('state_locks_abandoned', stays(0)),
  [requestsOf(200), grows(5)],
  [requestsOf(422), grows(1)],
  [requestsOf(503), grows(0.01)],
  [callsOf(200), grows(5)],
  [callsOf(429), grows(0.05)],
  [callsOf('none'), grows(0.02)],
  [lossesOf, grows(0.001)],
  [budgetOf('limit_per_second'), stays(16)],
  [budgetOf('others_per_second'), stays(4)],
])

/** The same where something is otherwise: for each process that tells of the tenant. */
export const tenantSeries = (metric: string, values: string): [string, string][] =>
  forTenants(metric, values).filter(([name]) => name.includes('tenant="acme"'))
export const processSeries = forProcesses
