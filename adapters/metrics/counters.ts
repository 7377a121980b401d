import { Counter } from 'prom-client'
import type { Registry } from 'prom-client'

/** What a label may name: never a client, never a caller. */
type Label = 'call' | 'outcome' | 'status' | 'tenant'

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
  queueErrors: { name: 'nexus_queue_errors_total', help: 'Errors of the queue', labels: [] },
} as const satisfies Readonly<Record<string, CounterRow>>

type CounterName = keyof typeof counters

/** Counts one more of something. */
export type Count = <Name extends CounterName>(
  what: Name,
  labels: Readonly<Record<(typeof counters)[Name]['labels'][number], string | number>>,
) => void

export const createCounters = (registry: Registry): Count => {
  const created = new Map(
    Object.entries<CounterRow>(counters).map(([what, { name, help, labels }]) => [
      what,
      new Counter({ name, help, labelNames: [...labels], registers: [registry] }),
    ]),
  )
  return (what, labels) => created.get(what)?.inc(labels)
}
