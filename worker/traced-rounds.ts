import type { Lease } from '../adapters/postgres/changes/leases.ts'
import { ofQueue } from '../adapters/traces/traced.ts'
import { asSpan } from '../adapters/traces/traces.ts'
import type { BeginsSpans } from '../adapters/traces/traces.ts'
import { changesOf } from '../domain/changes/plan.ts'

/**
 * Works on a round of a client, as far as its trace is concerned.
 *
 * @param since when the round began, milliseconds of `Date.now()`: its lease says later what it continues
 */
export type InTrace = <T>(lease: Lease, since: number, work: (lease: Lease) => Promise<T>) => Promise<T>

/** Where no traces are kept. */
export const untraced: InTrace = (lease, _since, work) => work(lease)

/**
 * A round is a span that continues the trace of the newest change that it sends, and is linked to those of the others. One
 * that sends none, to read Auth0 again, has a trace of its own.
 */
export const tracedRounds =
  (traces: BeginsSpans): InTrace =>
  (lease, startedAt, work) => {
    const changes = changesOf({ pending: lease.state.pending, oneByOneUntil: lease.oneByOneUntil })
    const accepted = changes.flatMap(({ traceparent }) => traceparent ?? [])
    const { name, attributes } = ofQueue(lease.key, 'process', 'process')
    const beginning = {
      name,
      kind: 'consumer',
      attributes: { ...attributes, 'nexus.changes': changes.length },
      continues: { traceparent: accepted.at(-1) },
      links: accepted.slice(0, -1),
      startedAt,
    } as const
    return asSpan(traces, beginning, (span) =>
      work({
        ...lease,
        settle: (settlement) => {
          const outcomes = new Set(settlement.outcomes?.map(({ status }) => status))
          if (outcomes.size > 0) span.note({ 'nexus.outcome': [...outcomes].join(', ') })
          return lease.settle(settlement)
        },
      }),
    )
  }
