import { describe, expect, test } from 'vitest'
import { NoPlace } from '../../adapters/auth0/pacer.ts'
import type { Lease } from '../../adapters/postgres/changes/leases.ts'
import type { Settlement } from '../../domain/changes/settlement.ts'
import type { Reply } from '../../domain/changes/verdict.ts'
import { defaultMetadataKeys } from '../../domain/clients/metadata-keys.ts'
import type { CallKind } from '../../domain/limits/budget.ts'
import type { Auth0Client } from '../../domain/vocabulary.ts'
import { createReconcile } from '../../worker/reconcile.ts'
import { untraced } from '../../worker/traced-rounds.ts'

const key = { tenantId: 'acme', clientId: 'c' }
const callMs = 1000
const rate = { remaining: null, resetIn: null }
const old: Auth0Client = { client_metadata: { product_name: 'Old' } }
const taken: Reply<Auth0Client> = { ok: true, body: { client_metadata: { product_name: 'New' } }, rate }
const failed: Reply<Auth0Client> = {
  ok: false,
  status: 503,
  errorCode: null,
  fromAuth0: true,
  message: 'not now',
  retryAfter: null,
  rate,
}

/** How a tenant's limit lets calls through. */
interface Limit {
  /** Whether it is known before the lease that Auth0 has to be read. */
  readonly reads: boolean
  /** Whether a slot can be had while it is of use. */
  readonly slot: (kind: CallKind) => boolean
}

/** One round for a client that a change waits for: what was sent to Auth0, and what was written afterwards. */
const round = async ({
  lease = {},
  reply = taken,
  held = true,
  limit,
}: {
  lease?: Partial<Lease>
  limit?: Limit
  reply?: Reply<Auth0Client>
  /** Whether the lease still holds when the round is written. */
  held?: boolean
}) => {
  const sent: unknown[] = []
  const written: Settlement[] = []
  const broughtForward: string[] = []
  const lookedFor: number[] = []
  /** What was done in turn, by a tenant that has a limit. */
  const steps: string[] = []
  let leases = 1
  await createReconcile({
    inTrace: untraced,
    callMs,
    stopping: new AbortController().signal,
    keysOf: () => defaultMetadataKeys,
    health: { probe: () => Promise.resolve('unknown') },
    leases: {
      readiness: () => Promise.resolve(leases > 0 ? { kind: 'now', reads: limit?.reads === true } : { kind: 'done' }),
      take: () => {
        steps.push('lease')
        return Promise.resolve(
          (leases -= 1) < 0
            ? undefined
            : {
                key,
                state: {
                  key,
                  observed: old,
                  observedAt: new Date(0),
                  base: {},
                  pending: [{ id: 'a', generation: 1, values: { productName: 'New' } }],
                  generation: 1,
                  settledGeneration: 0,
                },
                failures: 0,
                oneByOneUntil: null,
                contested: null,
                openAttemptMs: null,
                mayBeLate: false,
                verifyDue: false,
                lastReadingSet: false,
                remainingMs: () => callMs,
                settle: (settlement) => {
                  written.push(settlement)
                  return Promise.resolve(held ? ({ kind: 'done' } as const) : undefined)
                },
                ...lease,
              },
        )
      },
    },
    changes: { recentValues: () => Promise.resolve([]) },
    pacer: {
      limits: () => limit !== undefined,
      slot: (_tenantId, kind, purpose) => {
        steps.push(`slot: ${kind}`)
        if (limit?.slot(kind) === true) return Promise.resolve()
        return new Promise((_resolve, reject) => {
          if ('signal' in purpose)
            purpose.signal?.addEventListener('abort', () => reject(new NoPlace(0)), { once: true })
        })
      },
      report: () => Promise.resolve(),
    },
    auth0: {
      get: () => {
        steps.push('read')
        return Promise.resolve({ ok: true, body: old, rate })
      },
      update: (_key, members) => {
        sent.push(members)
        return Promise.resolve(reply)
      },
    },
    clients: {
      bringForward: (tenantId) => Promise.resolve(void broughtForward.push(tenantId)),
      verify: (_key, afterMs) => Promise.resolve(void lookedFor.push(afterMs)),
    },
    policies: { onDrift: () => Promise.resolve(), undoPartial: () => Promise.resolve() },
    log: { warn: () => undefined },
  })(key)
  return { sent, written, broughtForward, lookedFor, steps }
}

describe('a call to Auth0', () => {
  test('is made under a lease that outlasts it', async () => {
    const { sent, written } = await round({ lease: { remainingMs: () => callMs } })
    expect(sent).toEqual([{ client_metadata: { product_name: 'New' } }])
    expect(written).toMatchObject([{ outcomes: [{ id: 'a', status: 'applied' }] }])
  })

  test('is not made under one that it could outlast: the change waits for the next round', async () => {
    const { sent, written } = await round({ lease: { remainingMs: () => callMs - 1 } })
    expect(sent).toEqual([])
    expect(written).toEqual([{ attemptClosed: true }])
  })

  test('is not made under one that a reading has used up: what was read is kept', async () => {
    const { sent, written } = await round({ lease: { remainingMs: () => callMs - 1, openAttemptMs: 200 } })
    expect(sent).toEqual([])
    expect(written).toMatchObject([{ observed: old, confirmed: {}, attemptClosed: true, verifyAfterMs: 1200 }])
    expect(written[0]).not.toHaveProperty('outcomes')
  })
})

describe('where a limit has to be waited for', () => {
  const short = { openAttemptMs: 200, remainingMs: () => callMs + 50 }

  test('what is known to be called first gets its slot before the lease', async () => {
    const sending = await round({ limit: { reads: false, slot: () => true } })
    expect(sending.steps).toEqual(['slot: other', 'lease'])
    expect(sending.sent).toHaveLength(1)
    const reading = await round({ lease: short, limit: { reads: true, slot: () => true } })
    expect(reading.steps).toEqual(['slot: read-clients', 'lease', 'read', 'slot: other'])
    expect(reading.sent).toHaveLength(1)
  })

  test('a reading that nobody knew of waits no longer than it can be of use, and is the next round’s', async () => {
    const { steps, sent, written } = await round({
      lease: short,
      limit: { reads: false, slot: (kind) => kind === 'other' },
    })
    expect(steps).toEqual(['slot: other', 'lease', 'slot: read-clients'])
    expect(sent).toEqual([])
    expect(written).toEqual([{ attemptClosed: false }])
  })

  test('a change that waits after a reading waits no longer than the lease is good for: what was read is kept', async () => {
    const { sent, written } = await round({
      lease: short,
      limit: { reads: true, slot: (kind) => kind === 'read-clients' },
    })
    expect(sent).toEqual([])
    expect(written).toMatchObject([{ observed: old, attemptClosed: true, verifyAfterMs: 1200 }])
  })
})

test.each([
  { reason: 'the first success after failures', lease: { failures: 3 }, reply: taken, held: true, tenants: ['acme'] },
  { reason: 'a success among successes', lease: {}, reply: taken, held: true, tenants: [] },
  { reason: 'one more failure', lease: { failures: 3 }, reply: failed, held: true, tenants: [] },
  { reason: 'a success that could not be written', lease: { failures: 3 }, reply: taken, held: false, tenants: [] },
])('others that wait are brought forward, or not: $reason', async ({ lease, reply, held, tenants }) => {
  expect((await round({ lease, reply, held })).broughtForward).toEqual(tenants)
})

test.each([
  { reason: 'after an answer at once', reply: taken, held: false, after: [0] },
  {
    reason: 'without one when the call can have ended',
    reply: { ...failed, status: null },
    held: false,
    after: [callMs + 1000],
  },
  { reason: 'not while it holds', reply: taken, held: true, after: [] },
])('what came after the lease was lost is looked for: $reason', async ({ reply, held, after }) => {
  expect((await round({ reply, held })).lookedFor).toEqual(after)
})
