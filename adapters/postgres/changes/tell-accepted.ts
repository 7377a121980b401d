import type { WakeUps } from '../events/wake-ups.ts'
import type { Accept } from './accept.ts'

/** Accepts as it did, and wakes who looks on. */
export const tellAccepted =
  (accept: Accept, wakeUps: Pick<WakeUps, 'accepted'>): Accept =>
  async (...asked) => {
    const accepted = await accept(...asked)
    if (accepted.kind === 'accepted') wakeUps.accepted(accepted.changeId)
    return accepted
  }
