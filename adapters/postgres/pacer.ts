import { setTimeout as sleep } from 'node:timers/promises'
import { bucketOf } from '../../domain/budget.ts'
import type { CallKind, PlanName } from '../../domain/budget.ts'
import type { Reply } from '../../domain/verdict.ts'
import { verdictOf } from '../../domain/verdict.ts'
import type { Budgets } from './budgets.ts'

/** Keeps every call to Auth0 within the tenant's limits, across all processes. */
export interface Pacer {
  /** Whether the tenant has a limit to keep to. */
  readonly limits: (tenantId: string) => boolean
  /** Resolves when one call may be sent. */
  readonly slot: (tenantId: string, kind: CallKind) => Promise<void>
  /** Learns from an answer. */
  readonly report: (tenantId: string, kind: CallKind, reply: Reply<unknown>) => Promise<void>
}

/**
 * @param plans each tenant's subscription
 */
export const createPacer = (budgets: Budgets, plans: ReadonlyMap<string, PlanName>): Pacer => {
  const bucketFor = (tenantId: string, kind: CallKind) => bucketOf(plans.get(tenantId) ?? 'free', kind)
  return {
    limits: (tenantId) => bucketFor(tenantId, 'other') !== undefined,
    slot: async (tenantId, kind) => {
      const bucket = bucketFor(tenantId, kind)
      if (bucket === undefined) return
      for (;;) {
        const { waitMs, epoch, blocked } = await budgets.reserve(tenantId, bucket)
        if (waitMs > 0) await sleep(waitMs)
        if (blocked) continue
        // Who waited may have been overtaken by a 429: that slot is void, and a new one is reserved.
        if (waitMs === 0 || (await budgets.epoch(tenantId, bucket)) === epoch) return
      }
    },
    report: async (tenantId, kind, reply) => {
      const bucket = bucketFor(tenantId, kind)
      if (bucket === undefined) return
      const verdict = verdictOf(reply)
      if (verdict.kind === 'again') await budgets.block(tenantId, bucket, verdict.afterMs)
      else if (reply.rate.remaining !== null) await budgets.learn(tenantId, bucket, reply.rate.remaining)
    },
  }
}
