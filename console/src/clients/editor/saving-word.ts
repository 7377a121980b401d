import type { Schemas } from '../../app/schemas.ts'

export type SavingWord = 'sending' | 'accepted' | 'applied' | 'rejected' | 'withdrawn'

/**
 * How far a change that was just saved has come; null where none was, and where somebody goes on editing after it was.
 *
 * @param isEdited whether there are edits that are not saved: those of a refused change are in the form again
 */
export const savingWord = (
  {
    isSaving,
    isAccepted,
    isStored,
    change,
  }: {
    readonly isSaving: boolean
    /** Whether the server has taken it. */
    readonly isAccepted: boolean
    /** Whether it became a change: what changes nothing becomes none. */
    readonly isStored: boolean
    /** That change; undefined while it is not read. */
    readonly change: Pick<Schemas['Change'], 'status'> | undefined
  },
  isEdited: boolean,
): SavingWord | null => {
  if (isSaving) return 'sending'
  if (!isAccepted) return null
  const word = isStored ? (change?.status ?? 'accepted') : 'applied'
  return isEdited && word !== 'rejected' ? null : word
}
