import type { ClientState } from '../vocabulary.ts'
import { applyOf, blocks } from './conditions.ts'
import type { ConditionFacts } from './conditions.ts'

/** Why what waits of a client is not in Auth0 yet, as one sentence. */
export interface Waiting {
  readonly reason: WaitingReason
  readonly detail: string
  /** Since when that stands in the way; null where it is not known. */
  readonly since: Date | null
  /** Until when it does at the latest; null where nobody can tell. */
  readonly until: Date | null
}

export const waitingReasons = [
  'running',
  'client-paused',
  'tenant-paused',
  'tenant-held',
  'apply-running',
  'backing-off',
  'no-worker',
  'queue-down',
  'limit-reached',
  'queued',
] as const
export type WaitingReason = (typeof waitingReasons)[number]

/** What beside the client's own row stands in the way; times that are over are null. */
export interface WaitingFacts {
  readonly now: Date
  /** A call for the client is under way: since when, and its deadline. */
  readonly running: { readonly since: Date; readonly until: Date } | null
  /** Why Auth0 does not take the tenant's credential; null where it does. */
  readonly heldReason: string | null
  /** Whether a worker serves the tenant. */
  readonly served: boolean
  /** When the lock was taken that keeps the changes waiting. */
  readonly appliesSince: Date | null
  /** When the tenant's limit lets the next call through. */
  readonly nextSlotAt: Date | null
  /** Why nobody wakes the worker; null where it is woken. */
  readonly queueProblem: string | null
}

/** What of a client is looked at besides. */
export interface WaitingClient
  extends
    Pick<ClientState, 'pending'>,
    Pick<ConditionFacts, 'blockedBy' | 'pausedAt' | 'failures' | 'lastFailure' | 'terraform' | 'waitingSince'> {
  readonly nextTryAt: Date | null
}

type Told = (client: WaitingClient, facts: WaitingFacts) => Omit<Waiting, 'reason'> | null

const blocked =
  (by: NonNullable<WaitingClient['blockedBy']>): Told =>
  ({ blockedBy, pausedAt }, { heldReason }) =>
    blockedBy === by
      ? {
          detail: [blocks[by].message, ...(by === 'tenant-held' && heldReason !== null ? [heldReason] : [])].join(' '),
          since: pausedAt,
          until: null,
        }
      : null

/** Each reason with what is said of it, where it is so. The first that is so counts. */
const reasons: Readonly<Record<WaitingReason, Told>> = {
  running: (_client, { running }) => running && { detail: 'It is being sent to Auth0 now.', ...running },
  'client-paused': blocked('client-paused'),
  'tenant-paused': blocked('tenant-paused'),
  'tenant-held': blocked('tenant-held'),
  'apply-running': ({ terraform }, { appliesSince }) => {
    const apply = applyOf(terraform)
    return apply === undefined
      ? null
      : { detail: apply.message, since: appliesSince, until: terraform.applying?.until ?? null }
  },
  'backing-off': ({ nextTryAt, failures, lastFailure }, { now }) =>
    nextTryAt === null || nextTryAt <= now
      ? null
      : {
          detail: `${failures === 1 ? 'One try has' : `${failures} tries have`} failed (${lastFailure ?? 'no reason known'}); it is tried again by itself.`,
          since: null,
          until: nextTryAt,
        },
  'no-worker': (_client, { served }) =>
    served ? null : { detail: 'No worker serves the tenant; start one that does.', since: null, until: null },
  'queue-down': (_client, { queueProblem }) =>
    queueProblem === null ? null : { detail: `Nobody wakes the worker. ${queueProblem}`, since: null, until: null },
  'limit-reached': (_client, { nextSlotAt }) =>
    nextSlotAt && { detail: "The tenant's rate limit is used up.", since: null, until: nextSlotAt },
  queued: ({ waitingSince }) => ({
    detail: 'It is in the queue, and is sent in its turn.',
    since: waitingSince,
    until: null,
  }),
}

/** Null where nothing waits. */
export const waitingOf = (client: WaitingClient, facts: WaitingFacts): Waiting | null => {
  if (client.pending.length === 0) return null
  for (const reason of waitingReasons) {
    const told = reasons[reason](client, facts)
    if (told !== null) return { reason, ...told }
  }
  return null
}
