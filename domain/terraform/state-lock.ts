import { z } from 'zod'
import { isPlain } from '../shape.ts'
import { measured } from '../texts/lengths.ts'
import type { Author } from '../vocabulary.ts'

/** A lock as Terraform's http backend sends it and wants to read it again. */
export const LockInfo = z.object({
  ID: measured('lockId').min(1).refine(isPlain),
  Operation: measured('lockId').refine(isPlain).default(''),
  Info: measured('lockInfo').refine(isPlain).default(''),
  Who: measured('lockText').refine(isPlain).default(''),
  Version: measured('lockId').refine(isPlain).default(''),
  // Terraform refuses a lock whose time it cannot read, so one that has none gets Go's zero time.
  Created: measured('time')
    .pipe(z.iso.datetime({ offset: true }))
    .catch('0001-01-01T00:00:00Z'),
  Path: measured('lockText').refine(isPlain).default(''),
})
export type LockInfo = z.infer<typeof LockInfo>

/** Whether the holder of a lock writes to Auth0: planning and the `state` commands do not. */
export const isApply = ({ Operation }: Pick<LockInfo, 'Operation'>): boolean => Operation === 'OperationTypeApply'

/** Who shows the id of a lock: a caller, and whether they may take locks away (`terraform.state.force-unlock`). */
export interface Claimant {
  readonly author: Author
  /** Null where they show none. */
  readonly lockId: string | null
  readonly mayForce: boolean
}

/** How somebody stands to a lock: it is theirs, they may take it as if it were, or it is somebody else's. */
export type Hold = 'theirs' | 'forced' | 'other'

/** The same caller through the same application. */
const isSame = (one: Author, other: Author): boolean =>
  one.kind === other.kind && one.id === other.id && one.application === other.application

/**
 * A lock belongs to who took it. Terraform prints its id for everybody to see, so the id tells one lock from another and
 * is no key: whoever else shows it needs the permission to take locks away.
 */
export const holdOf = (
  lock: { readonly info: Pick<LockInfo, 'ID'>; readonly by: Author },
  { author, lockId, mayForce }: Claimant,
): Hold => {
  if (lockId !== lock.info.ID) return 'other'
  if (isSame(author, lock.by)) return 'theirs'
  return mayForce ? 'forced' : 'other'
}
