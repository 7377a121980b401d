import type { HeldLock } from '../../adapters/postgres/terraform/state-rows.ts'
import type { Written } from '../../adapters/postgres/terraform/states.ts'
import { highestSerial } from '../../domain/terraform/state.ts'
import { Problem } from '../http/problem.ts'

/** Why a state is not written or locked, in words and as Terraform reads it. */

/** What was written. @throws Problem for what was not */
export const orRefuse = (written: Written, lockId: string | null): Extract<Written, { kind: 'written' }> => {
  switch (written.kind) {
    case 'written':
      return written
    case 'locked':
      throw locked(written.lock, 423, lockId)
    case 'lock-lost':
      throw new Problem(
        'state-lock-lost',
        'This lock is not held any more: somebody took it away. Terraform keeps what it could not write in ' +
          'errored.tfstate; look at what happened since, then `terraform state push` it.',
      )
    case 'leap':
      throw new Problem(
        'impossible',
        `The serial is too high: from it hardly any later write would be possible. A state begins at ${highestSerial} at ` +
          'the most, and its serial rises with each write; nothing was stored.',
        { errors: [{ pointer: '/serial', detail: `This must be at most ${highestSerial}.` }] },
      )
    case 'foreign-lineage':
    case 'lower-serial':
    case 'same-serial':
      throw new Problem(
        'state-conflict',
        `${conflicts[written.kind]} Held is serial ${written.present?.serial} of ` +
          `lineage ${written.present?.lineage}. To go back to an older version on purpose: \`nexus state restore\`; to ` +
          'begin anew, delete the state first.',
      )
  }
}

const conflicts = {
  'foreign-lineage': 'This state is of another lineage: it began elsewhere.',
  'lower-serial': 'This state is older than the one that is held.',
  'same-serial': 'Another state of this serial is held: somebody wrote in between.',
} as const

/**
 * Who holds a lock, in words and as Terraform reads it.
 *
 * @param shown the id that the asker showed: where it is the lock's, they are told that it is no key
 */
export const locked = (
  { info, by, since, abandoned }: HeldLock,
  status: 409 | 423 = 423,
  shown: string | null = null,
): Problem =>
  new Problem(
    status === 409 ? 'state-lock-other' : 'state-locked',
    `${info.Who === '' ? 'Somebody' : info.Who} holds the lock of this state since ${since.toISOString()}` +
      `${info.Operation === '' ? '' : ` (${info.Operation})`}.${abandoned ? ' It looks abandoned: if nobody is at it, take it away with `terraform force-unlock` or `nexus state unlock`.' : ''}${
        shown === info.ID
          ? ` It belongs to ${by.id}${by.application === null ? '' : ` through ${by.application}`}, who took it; its ID is no key. Whoever else shows it needs the permission terraform.state.force-unlock.`
          : ''
      }`,
    { extension: info },
  )
