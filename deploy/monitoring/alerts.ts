import { durations, told } from './durations.ts'
import type { Duration, Durations } from './durations.ts'

/**
 * What somebody is told of, as symptoms: what users notice, not what may be its cause. Each has a page in docs/runbooks of
 * the same name.
 */
export interface Alert {
  /** By which it is known: `Nexus…`. */
  readonly name: string
  /** Whether somebody is woken, or finds it in the morning. */
  readonly severity: 'page' | 'ticket'
  /** PromQL: a series for each thing that is so. */
  readonly when: string
  /** How long it must have been so. */
  readonly lasts: Duration
  /** One sentence, with Prometheus' templates. */
  readonly summary: string
}

/** A tenant's gauge: every process reports the same of it. */
const tenant = (metric: string): string => `max by (tenant) (nexus_${metric})`

const requests = 'nexus_http_request_duration_seconds_count'
const calls = 'nexus_auth0_calls_total'

/** Of a counter, the share with a status, over so many seconds. @param sum how series are added up */
const share = (sum: string, counter: string, status: string, over: number): string => {
  const rateOf = (series: string): string => `${sum}(rate(${series}[${told(over)}]))`
  return `${rateOf(`${counter}{status${status}}`)} / ${rateOf(counter)}`
}
const byTenant = 'sum by (tenant) '

/** @param within how long things last */
export const alertsBy = (within: Durations): readonly Alert[] => [
  {
    name: 'NexusDown',
    severity: 'page',
    when: 'sum(up{job="nexus"}) == 0 or absent(up{job="nexus"})',
    lasts: 'outage',
    summary: 'No process of Nexus answers',
  },
  {
    name: 'NexusDatabaseDown',
    severity: 'page',
    when: 'max(nexus_database_up) == 0',
    lasts: 'outage',
    summary: 'No process of Nexus reaches the database: callers get 503',
  },
  {
    name: 'NexusErrors',
    severity: 'page',
    when: `${share('sum', requests, '=~"5.."', within.rate)} > 0.05`,
    lasts: 'trouble',
    summary: '{{ $value | humanizePercentage }} of all requests fail with a 5xx',
  },
  {
    name: 'NexusTenantUnserved',
    severity: 'page',
    when: `${tenant('tenant_served')} == 0`,
    lasts: 'outage',
    summary: 'No worker serves the tenant {{ $labels.tenant }}: its changes wait',
  },
  {
    name: 'NexusTenantHeld',
    severity: 'page',
    when: `${tenant('tenant_held')} == 1`,
    lasts: 'trouble',
    summary: 'Auth0 refuses the credential of the tenant {{ $labels.tenant }}: its changes wait',
  },
  {
    name: 'NexusChangesWait',
    severity: 'page',
    when: `${tenant('unheld_lag_seconds')} > ${within.lag}`,
    lasts: 'trouble',
    summary:
      'A change of the tenant {{ $labels.tenant }} has waited for {{ $value | humanizeDuration }}, and nothing is known to hold it',
  },
  {
    name: 'NexusAuth0Failing',
    severity: 'ticket',
    when: `${share(byTenant, calls, '=~"none|5.."', within.rate)} > 0.5`,
    lasts: 'trouble',
    summary:
      '{{ $value | humanizePercentage }} of the calls to the tenant {{ $labels.tenant }} get no answer, or a 5xx',
  },
  {
    name: 'NexusAuth0Throttling',
    severity: 'ticket',
    when: `${share(byTenant, calls, '="429"', within.rate)} > 0.1`,
    lasts: 'decline',
    summary: 'Auth0 refuses {{ $value | humanizePercentage }} of the calls to the tenant {{ $labels.tenant }} with 429',
  },
  {
    name: 'NexusBudgetTaken',
    severity: 'ticket',
    when:
      'max by (tenant, bucket) (nexus_auth0_others_per_second) / ' +
      'max by (tenant, bucket) (nexus_auth0_limit_per_second) > 0.8',
    lasts: 'decline',
    summary:
      'Others take {{ $value | humanizePercentage }} of the limit of the tenant {{ $labels.tenant }} ({{ $labels.bucket }})',
  },
  {
    name: 'NexusQueueDown',
    severity: 'page',
    when: 'max(nexus_queue_up) == 0',
    lasts: 'trouble',
    summary: 'Redis cannot do the work of the queue: nothing is sent to Auth0 until it can',
  },
  {
    name: 'NexusClientsStalled',
    severity: 'ticket',
    when: `${tenant('stalled_clients')} > 0`,
    lasts: 'decline',
    summary: '{{ $value }} clients of the tenant {{ $labels.tenant }} fail again and again',
  },
  {
    name: 'NexusLeasesLost',
    severity: 'ticket',
    when: `sum by (tenant) (increase(nexus_lease_losses_total[${told(within.decline)}])) > 5`,
    lasts: 'trouble',
    summary: 'Workers of the tenant {{ $labels.tenant }} are slower than their leases',
  },
  {
    name: 'NexusEventLoopLate',
    severity: 'ticket',
    when: 'nodejs_eventloop_lag_p99_seconds{job="nexus"} > 0.5',
    lasts: 'decline',
    summary: 'The process {{ $labels.instance }} is busy: it answers {{ $value | humanizeDuration }} late',
  },
  {
    name: 'NexusStateLockAbandoned',
    severity: 'ticket',
    when: `${tenant('state_locks_abandoned')} > 0`,
    lasts: 'decline',
    summary: 'A Terraform state of the tenant {{ $labels.tenant }} has been locked for longer than an apply takes',
  },
  {
    name: 'NexusDrift',
    severity: 'ticket',
    when: `${tenant('drifted_clients')} > 0`,
    lasts: 'leftAlone',
    summary: '{{ $value }} clients of the tenant {{ $labels.tenant }} were changed outside Nexus',
  },
  {
    name: 'NexusTenantForgotten',
    severity: 'ticket',
    when: `${tenant('tenant_paused_seconds')} > ${within.forgotten}`,
    lasts: 'outage',
    summary: 'The tenant {{ $labels.tenant }} has been paused for a day',
  },
]

export const alerts = alertsBy(durations)
