import type { Auth0 } from '../auth0/auth0.ts'
import type { Accept } from '../postgres/changes/accept.ts'
import type { Changes } from '../postgres/changes/changes.ts'
import type { Leases } from '../postgres/changes/leases.ts'
import type { Metrics } from './metrics.ts'

/** Things of the outside that do what they did, and are counted. */

const statusOf = (
  reply: { readonly ok: true } | { readonly ok: false; readonly status: number | null },
): number | null => (reply.ok ? 200 : reply.status)

export const countCalls = (auth0: Auth0, { calledAuth0 }: Metrics): Auth0 => ({
  ...auth0,
  get: async (key) => {
    const reply = await auth0.get(key)
    calledAuth0(key.tenantId, 'get', statusOf(reply))
    return reply
  },
  update: async (key, ...more) => {
    const reply = await auth0.update(key, ...more)
    calledAuth0(key.tenantId, 'update', statusOf(reply))
    return reply
  },
  readSecret: async (key) => {
    const reply = await auth0.readSecret(key)
    calledAuth0(key.tenantId, 'read-secret', statusOf(reply))
    return reply
  },
  list: async (tenantId, ...more) => {
    const reply = await auth0.list(tenantId, ...more)
    calledAuth0(tenantId, 'list', statusOf(reply))
    return reply
  },
})

export const countAccepted =
  (accept: Accept, { changed }: Metrics): Accept =>
  async (key, author, decide, origin, audit) => {
    const accepted = await accept(key, author, decide, origin, audit)
    if (accepted.kind === 'accepted') changed(key.tenantId, 'accepted')
    if (accepted.kind === 'accepted' && accepted.settled) changed(key.tenantId, 'applied')
    return accepted
  }

export const countWithdrawn = (changes: Changes, { changed }: Metrics): Changes => ({
  ...changes,
  withdraw: async (change, ...more) => {
    const outcome = await changes.withdraw(change, ...more)
    if (outcome === 'withdrawn') changed(change.key.tenantId, 'withdrawn')
    return outcome
  },
})

export const countSettled = (leases: Leases, { changed }: Metrics): Leases => ({
  ...leases,
  take: async (key, ...more) => {
    const lease = await leases.take(key, ...more)
    return (
      lease && {
        ...lease,
        settle: async (settlement) => {
          const written = await lease.settle(settlement)
          if (written) for (const { status } of settlement.outcomes ?? []) changed(key.tenantId, status)
          return written
        },
      }
    )
  },
})
