import type { Drift } from '../clients/drift.ts'
import type { TerraformPlacement } from '../terraform/placement.ts'
import type { ClientState, PendingChange } from '../vocabulary.ts'

/** What an operator asks of a client, each answered with the reason, what to do, and since when. */
export interface Condition {
  readonly type: 'Synced' | 'Drifted' | 'Stalled' | 'Paused'
  readonly status: 'True' | 'False'
  readonly reason: Reason
  readonly message: string
  readonly settledGeneration: number
  /** When it became so; null where it has always been. */
  readonly since: Date | null
}

type Reason =
  | 'Settled'
  | 'ChangesWaiting'
  | 'AsConfirmed'
  | 'ChangedOutside'
  | 'ChangedByTerraform'
  | 'Trying'
  | 'TriesFailing'
  | 'Sending'
  | 'ClientPaused'
  | 'TenantPaused'
  | 'TenantHeld'
  | 'TerraformApplies'

/** What the conditions are read from. */
export interface ConditionFacts extends Pick<ClientState, 'settledGeneration'> {
  readonly pending: readonly PendingChange[]
  /** When the newest change was settled, and the oldest waiting one accepted. */
  readonly settledAt: Date | null
  readonly waitingSince: Date | null
  readonly drift: readonly Drift[]
  /** When the drift was confirmed; null where it has only been seen. */
  readonly driftedAt: Date | null
  readonly observedAt: Date
  readonly stalledAt: Date | null
  readonly pausedAt: Date | null
  readonly failures: number
  readonly lastFailure: string | null
  readonly blockedBy: 'client-paused' | 'tenant-paused' | 'tenant-held' | null
  readonly driftedByState: string | null
  readonly terraform: Pick<TerraformPlacement, 'applying'>
}

/** What is said of a client to which nothing is sent. */
export const blocks = {
  'client-paused': { reason: 'ClientPaused', message: 'Nothing is sent for this client until it is resumed.' },
  'tenant-paused': { reason: 'TenantPaused', message: 'Nothing is sent to this tenant until it is resumed.' },
  'tenant-held': {
    reason: 'TenantHeld',
    message: "Auth0 does not take the tenant's credential; it is probed every 30 s, and nothing is lost meanwhile.",
  },
} as const

/** An apply of Terraform stands in the way too, for a bounded time. */
export const applyOf = ({ applying }: Pick<TerraformPlacement, 'applying'>) =>
  applying === null
    ? undefined
    : ({
        reason: 'TerraformApplies',
        message:
          `${applying.who === '' ? 'Somebody' : applying.who} holds the lock of the Terraform state ${applying.state}: ` +
          `changes wait until it is given back, at the latest until ${applying.until.toISOString()}.`,
      } as const)

/** The conditions of a client, always all four, in this order. */
export const conditionsOf = (facts: ConditionFacts): Condition[] => {
  const { settledGeneration, pending, blockedBy, lastFailure } = facts
  const waiting = pending.length
  const block = blockedBy === null ? applyOf(facts.terraform) : blocks[blockedBy]
  const condition = (
    type: Condition['type'],
    holds: boolean,
    reason: Reason,
    message: string,
    since: Date | null,
  ): Condition => ({ type, status: holds ? 'True' : 'False', reason, message, settledGeneration, since })
  return [
    waiting === 0
      ? condition('Synced', true, 'Settled', 'Every accepted change is settled.', facts.settledAt)
      : condition(
          'Synced',
          false,
          'ChangesWaiting',
          `${waiting === 1 ? 'One change waits' : `${waiting} changes wait`} for Auth0; withdraw what is no longer wanted.`,
          facts.waitingSince,
        ),
    facts.drift.length === 0
      ? condition('Drifted', false, 'AsConfirmed', 'Auth0 has what was last confirmed.', null)
      : condition(
          'Drifted',
          true,
          facts.driftedByState === null ? 'ChangedOutside' : 'ChangedByTerraform',
          (facts.driftedByState === null
            ? 'Owned fields were changed in Auth0. '
            : `Owned fields were changed in Auth0, by an apply of the Terraform state ${facts.driftedByState}. `) +
            'Revert puts the confirmed values back, accept takes the others over.',
          facts.driftedAt ?? facts.observedAt,
        ),
    facts.stalledAt === null
      ? condition('Stalled', false, 'Trying', 'Calls to Auth0 succeed, or have only begun to fail.', null)
      : condition(
          'Stalled',
          true,
          'TriesFailing',
          `${facts.failures} tries have failed (${lastFailure ?? 'no reason known'}); it is still tried. Retry tries at once.`,
          facts.stalledAt,
        ),
    block === undefined
      ? condition('Paused', false, 'Sending', 'Changes are sent as they come.', null)
      : condition('Paused', true, block.reason, block.message, facts.pausedAt),
  ]
}
