import { describe, expect, test } from 'vitest'
import type { Lease } from '../../adapters/postgres/changes/leases.ts'
import type { Settlement } from '../../domain/changes/settlement.ts'
import type { Reply } from '../../domain/changes/verdict.ts'
import { defaultMetadataKeys } from '../../domain/clients/metadata-keys.ts'
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

/** One round for a client that a change waits for: what was sent to Auth0, and what was written afterwards. */
const round = async ({
  lease = {},
  reply = taken,
  held = true,
}: {
  lease?: Partial<Lease>
  reply?: Reply<Auth0Client>
  /** Whether the lease still holds when the round is written. */
  held?: boolean
}) => {
  const sent: unknown[] = []
  const written: Settlement[] = []
  const broughtForward: string[] = []
  const lookedFor: number[] = []
  let leases = 1
  await createReconcile({
    inTrace: untraced,
    callMs,
    stopping: new AbortController().signal,
    keysOf: () => defaultMetadataKeys,
    health: { probe: () => Promise.resolve('unknown') },
    leases: {
      readiness: () => Promise.resolve({ kind: 'done' }),
      take: () =>
        Promise.resolve(
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
                remainingMs: () => callMs,
                settle: (settlement) => {
                  written.push(settlement)
                  return Promise.resolve(held ? ({ kind: 'done' } as const) : undefined)
                },
                ...lease,
              },
        ),
    },
    changes: { recentValues: () => Promise.resolve([]) },
    pacer: { limits: () => false, slot: () => Promise.resolve(), report: () => Promise.resolve() },
    auth0: {
      get: () => Promise.resolve({ ok: true, body: old, rate }),
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
  return { sent, written, broughtForward, lookedFor }
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
