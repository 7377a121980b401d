import { randomUUID } from 'node:crypto'
import type { Auth0 } from '../adapters/auth0/auth0.ts'
import type { Log } from '../adapters/log/log.ts'
import type { Changes } from '../adapters/postgres/changes/changes.ts'
import type { Clients } from '../adapters/postgres/clients/clients.ts'
import type { KeysOf } from '../adapters/postgres/clients/listing-rows.ts'
import type { Lease, Leases } from '../adapters/postgres/changes/leases.ts'
import type { Next } from '../adapters/postgres/changes/next.ts'
import { orNoPlace } from '../adapters/auth0/pacer.ts'
import type { Pacer } from '../adapters/auth0/pacer.ts'
import type { JobResult } from '../adapters/queue/queue.ts'
import { leaseMs, verifyMarginMs } from '../domain/changes/clock.ts'
import { workOf } from '../domain/changes/plan.ts'
import type { Work } from '../domain/changes/plan.ts'
import { afterAnswer, afterFailure, afterReading, isRecovery, needsReading } from '../domain/changes/settlement.ts'
import type { Settlement, Step } from '../domain/changes/settlement.ts'
import { longestWaitMs, verdictOf } from '../domain/changes/verdict.ts'
import type { Reply } from '../domain/changes/verdict.ts'
import type { CallKind } from '../domain/limits/budget.ts'
import type { ClientKey } from '../domain/vocabulary.ts'
import type { Health } from './health.ts'
import type { Policies } from './policies.ts'
import type { InTrace } from './traced-rounds.ts'

export interface ReconcileDeps {
  readonly health: Pick<Health, 'probe'>
  readonly keysOf: KeysOf
  readonly clients: Pick<Clients, 'bringForward' | 'verify'>
  readonly leases: Pick<Leases, 'readiness' | 'take'>
  readonly changes: Pick<Changes, 'recentValues'>
  readonly pacer: Pick<Pacer, 'limits' | 'report' | 'slot'>
  readonly auth0: Pick<Auth0, 'get' | 'update'>
  readonly policies: Pick<Policies, 'onDrift' | 'undoPartial'>
  /** Deadline of one call to Auth0, its answer's body included. */
  readonly callMs: number
  /** Aborted when the worker ends: what is left to do is then another's. */
  readonly stopping: AbortSignal
  readonly inTrace: InTrace
  readonly log: Pick<Log, 'warn'>
}

/** Rounds for one client before its job makes room for others. */
const maximumRounds = 50

/**
 * Brings one client to its desired state. Level-triggered: it reads the newest state, never the job's payload, and goes
 * round until there is nothing left to do. Each round is one lease, at most one writing call and one transaction, and each
 * call has a slot of the budget; a process that dies leaves nothing but its lease, which ends by itself.
 */
export const createReconcile =
  (deps: ReconcileDeps) =>
  async (key: ClientKey): Promise<JobResult> => {
    let next: Next | undefined
    for (let round = 0; round < maximumRounds && !deps.stopping.aborted; round += 1) {
      const since = Date.now()
      let place: CallKind | undefined
      // A slot is spent only where there is something to do; without a limit there is none to spend.
      if (deps.pacer.limits(key.tenantId)) {
        next ??= await deps.leases.readiness(key)
        if (next.kind !== 'now') return resultOf(next)
        place = next.reads ? 'read-clients' : 'other'
        if (!(await hasSlot(deps, key, place, deps.stopping))) break
      }
      const lease = await deps.leases.take(key, leaseMs(deps.callMs), deps.callMs)
      // What was lost, or could not be had, is looked at again.
      next =
        (lease && (await deps.inTrace(lease, since, (held) => advance(deps, held, place)))) ??
        (await deps.leases.readiness(key))
      if (next.kind !== 'now') return resultOf(next)
    }
    return { kind: 'later', afterMs: 0 }
  }

const resultOf = (next: Exclude<Next, { kind: 'now' }>): JobResult =>
  next.kind === 'later' ? { kind: 'later', afterMs: Math.min(next.afterMs, longestWaitMs) } : { kind: 'done' }

/** After an outage, what waits for a later try is tried within this time. */
const recoveryMs = 5000

/** Whether one call may be sent, which is then to be sent at once. @param signal aborted when waiting is of no use any more */
const hasSlot = async ({ pacer }: ReconcileDeps, { tenantId }: ClientKey, kind: CallKind, signal: AbortSignal) =>
  (await orNoPlace(pacer.slot(tenantId, kind, { rank: 'change', signal }).then(() => true))) ?? false

/**
 * One step under the lease.
 *
 * @param place the call that a slot was had for before the lease
 * @returns what comes next; undefined where the lease was lost
 */
const advance = async (deps: ReconcileDeps, lease: Lease, place: CallKind | undefined): Promise<Next | undefined> => {
  const { undoPartial, ...settlement } = await step(deps, lease, place)
  const next = await lease.settle(settlement)
  if (next === undefined) {
    deps.log.warn(
      { ...lease.key },
      'lease lost before settling: the call may have arrived late, so Auth0 is read again',
    )
    // Another holder may have read Auth0 before this call wrote there, and nobody would look again.
    await deps.clients.verify(lease.key, settlement.attemptClosed ? 0 : deps.callMs + verifyMarginMs)
    return undefined
  }
  if (isRecovery(lease, settlement)) await deps.clients.bringForward(lease.key.tenantId, recoveryMs)
  if (undoPartial !== undefined) await deps.policies.undoPartial(lease.key, undoPartial)
  else if (settlement.drifted === true) await deps.policies.onDrift(lease.key)
  return next
}

const step = async (deps: ReconcileDeps, lease: Lease, place: CallKind | undefined): Promise<Step> => {
  const keys = deps.keysOf(lease.key.tenantId)
  /** Beyond what a call may take. */
  const spareMs = () => lease.remainingMs() - deps.callMs
  /** Under the lease a slot is waited for no longer than the call can still be made. */
  const slotFor = (kind: CallKind): true | Promise<boolean> => {
    if (kind === place || !deps.pacer.limits(lease.key.tenantId)) return true
    const enough = AbortSignal.timeout(Math.max(0, Math.floor(spareMs())))
    return hasSlot(deps, lease.key, kind, AbortSignal.any([deps.stopping, enough]))
  }
  const reads = needsReading(lease)
  // Nothing was called: whether a former call has ended is as unknown as before.
  if (reads && !(await slotFor('read-clients'))) return { attemptClosed: false }
  const reading = reads ? await read(deps, lease) : undefined
  if (reading?.ok === false) return fail(deps, lease, undefined, reading)
  const observed = reading?.body ?? lease.state.observed
  const history = reading && (lease.mayBeLate ? await deps.changes.recentValues(lease.key) : [])
  const work = workOf({ ...lease.state, observed, oneByOneUntil: lease.oneByOneUntil }, keys, history)
  if (work.kind === 'settled') return afterReading(lease, observed, work, keys)
  // A call may only be made under a lease that outlasts it; the reading, or the wait, may have used it up.
  if (!(await slotFor('other')) || spareMs() < 0)
    return reading === undefined ? { attemptClosed: true } : afterReading(lease, observed, work, keys)
  const reply = await deps.auth0.update(lease.key, work.members, work.changes[0]?.id ?? randomUUID())
  await deps.pacer.report(lease.key.tenantId, 'other', reply)
  return reply.ok ? afterAnswer(lease, observed, work, reply.body, keys) : fail(deps, lease, work, reply)
}

/** A call failed: where its verdict doubts the tenant's credential, that is found out first. */
const fail = async (
  deps: ReconcileDeps,
  lease: Lease,
  sent: Extract<Work, { kind: 'send' }> | undefined,
  reply: Extract<Reply<unknown>, { ok: false }>,
): Promise<Settlement> => {
  const { tenantId } = lease.key
  const verdict = verdictOf(reply)
  const credential = verdict.kind === 'probe' ? await deps.health.probe(tenantId, verdict.reason) : null
  return afterFailure(lease, sent, reply, { credential, random: Math.random(), keys: deps.keysOf(tenantId) })
}

const read = async ({ auth0, pacer }: ReconcileDeps, { key }: Lease) => {
  const reply = await auth0.get(key)
  await pacer.report(key.tenantId, 'read-clients', reply)
  return reply
}
