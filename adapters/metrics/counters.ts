import { Counter } from 'prom-client'
import type { Registry } from 'prom-client'

/** What a label may name: never a client, never a caller. */
type Label = 'call' | 'outcome' | 'reason' | 'status' | 'tenant'

interface CounterRow {
  readonly name: string
  readonly help: string
  readonly labels: readonly Label[]
}

/** What a process counts. */
const counters = {
  changes: {
    name: 'nexus_changes_total',
    help: 'Changes, by what this process did with them',
    labels: ['tenant', 'outcome'],
  },
  auth0Calls: {
    name: 'nexus_auth0_calls_total',
    help: 'Calls to Auth0; status none where no answer came',
    labels: ['tenant', 'call', 'status'],
  },
  refusals: {
    name: 'nexus_refusals_total',
    help: 'Requests that the API refused, by the code of the problem',
    labels: ['reason'],
  },
  leaseLosses: {
    name: 'nexus_lease_losses_total',
    help: 'Leases that were lost before their step was written: the client is read again',
    labels: ['tenant'],
  },
  queueErrors: { name: 'nexus_queue_errors_total', help: 'Errors of the queue', labels: [] },
} as const satisfies Readonly<Record<string, CounterRow>>

type CounterName = keyof typeof counters

/** Counts one more of something. */
export type Count = <Name extends CounterName>(
  what: Name,
  labels: Readonly<Record<(typeof counters)[Name]['labels'][number], string | number>>,
) => void

interface Counters {
  readonly count: Count
  /**
   * Begins what is counted for each tenant at 0. Of a series that is not there before its first event, Prometheus sees no
   * rise: many at once would be none.
   */
  readonly know: (tenant: string) => void
}

export const createCounters = (registry: Registry): Counters => {
  const created = new Map(
    Object.entries<CounterRow>(counters).map(([what, { name, help, labels }]) => [
      what,
      { labels, counter: new Counter({ name, help, labelNames: [...labels], registers: [registry] }) },
    ]),
  )
  return {
    count: (what, labels) => created.get(what)?.counter.inc(labels),
    know: (tenant) => {
      for (const { labels, counter } of created.values()) if (labels.join() === 'tenant') counter.inc({ tenant }, 0)
    },
  }
}
