import type { Reply } from '../../domain/changes/verdict.ts'
import type { Auth0 } from '../auth0/auth0.ts'
import type { Accept } from '../postgres/changes/accept.ts'
import type { Changes } from '../postgres/changes/changes.ts'
import type { Leases } from '../postgres/changes/leases.ts'
import type { Count } from './counters.ts'

/** Things of the outside that do what they did, and are counted. */

const statusOf = (reply: Reply<unknown>): number | 'none' => (reply.ok ? 200 : (reply.status ?? 'none'))

export const countCalls = (auth0: Auth0, count: Count): Auth0 => {
  const counted = async <Body>(tenant: string, call: string, asked: Promise<Reply<Body>>): Promise<Reply<Body>> => {
    const reply = await asked
    count('auth0Calls', { tenant, call, status: statusOf(reply) })
    return reply
  }
  return {
    get: (key) => counted(key.tenantId, 'get', auth0.get(key)),
    update: (key, ...more) => counted(key.tenantId, 'update', auth0.update(key, ...more)),
    readSecret: (key) => counted(key.tenantId, 'read-secret', auth0.readSecret(key)),
    list: (tenantId, ...more) => counted(tenantId, 'list', auth0.list(tenantId, ...more)),
  }
}

export const countAccepted =
  (accept: Accept, count: Count): Accept =>
  async (key, author, decide, more) => {
    const accepted = await accept(key, author, decide, more)
    if (accepted.kind === 'accepted') count('changes', { tenant: key.tenantId, outcome: 'accepted' })
    if (accepted.kind === 'accepted' && accepted.settled) count('changes', { tenant: key.tenantId, outcome: 'applied' })
    return accepted
  }

export const countWithdrawn = (changes: Changes, count: Count): Changes => ({
  ...changes,
  withdraw: async (change, ...more) => {
    const outcome = await changes.withdraw(change, ...more)
    if (outcome === 'withdrawn') count('changes', { tenant: change.key.tenantId, outcome: 'withdrawn' })
    return outcome
  },
})

export const countSettled = (leases: Leases, count: Count): Leases => ({
  ...leases,
  take: async (key, ...more) => {
    const lease = await leases.take(key, ...more)
    return (
      lease && {
        ...lease,
        settle: async (settlement) => {
          const next = await lease.settle(settlement)
          if (next === undefined) count('leaseLosses', { tenant: key.tenantId })
          else
            for (const { status } of settlement.outcomes ?? [])
              count('changes', { tenant: key.tenantId, outcome: status })
          return next
        },
      }
    )
  },
})
