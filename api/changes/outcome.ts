import type { ChangedClient } from '../../adapters/postgres/changes/changed-clients.ts'
import type { Notifications } from '../../adapters/postgres/database/notifications.ts'
import type { FindingChanges } from './read-change.ts'

/** What a request waits with. */
export interface AwaitingOutcome extends FindingChanges {
  readonly notifications: Pick<Notifications, 'wait'>
  readonly settings: PollSettings
}

export interface PollSettings {
  /** How often a waiting request looks at its change itself, in case a notification was lost. Milliseconds. */
  readonly pollMs: number
}

/** Why the last wait ends: made once, as an error that is made knows its stack. */
const known = new Error('The outcome is known.')

/**
 * Waits until a change has settled. The wait is registered before this function first yields, so that whoever calls it
 * and then wakes the queue misses nothing; and before each look at the row, so that a settling in between is not slept
 * over.
 *
 * @param patienceMs how long to wait
 * @param enough aborted when waiting longer is of no use: the caller is gone, or the server is closing
 * @returns the change and its client by the last look: the change has settled, unless the patience was over first, or the
 *   client or its tenant was paused or held meanwhile. Undefined where nobody looked. The change remains, whatever comes back.
 */
export const outcomeOf = async (
  deps: AwaitingOutcome,
  tenantId: string,
  changeId: string,
  patienceMs: number,
  enough: AbortSignal,
): Promise<ChangedClient | undefined> => {
  if (patienceMs <= 0) return undefined
  const end = performance.now() + patienceMs
  const done = new AbortController()
  const signal = AbortSignal.any([enough, done.signal])
  const nextSign = (): Promise<void> =>
    deps.notifications.wait(changeId, Math.max(0, Math.min(deps.settings.pollMs, end - performance.now())), signal)
  try {
    for (let sign = nextSign(); ;) {
      await sign
      if (enough.aborted) return undefined
      const last = performance.now() >= end
      sign = nextSign()
      const found = await deps.changedClients.find(tenantId, changeId)
      if (last || (found && (found.change.status !== 'accepted' || found.record.blockedBy !== null))) return found
    }
  } finally {
    done.abort(known)
  }
}
