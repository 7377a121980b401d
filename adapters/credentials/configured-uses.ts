import type { RegisteredKind } from '../../domain/access/registered.ts'
import { noteUseEveryMs } from '../postgres/configured-uses.ts'
import type { ConfiguredUses } from '../postgres/configured-uses.ts'

/**
 * Has the use of a caller of the configuration written down, where that is due. Their requests ask the database nothing, so
 * a process remembers when it last wrote. Nobody waits for it, and nobody fails with it: these callers come in while the
 * database is away.
 *
 * @param now milliseconds of a clock that nobody sets
 */
export const createUseNotes = (note: ConfiguredUses['note'], now: () => number, onError: (error: unknown) => void) => {
  const noted = new Map<string, number>()
  return (kind: RegisteredKind, name: string): void => {
    const key = `${kind} ${name}`
    if (now() - (noted.get(key) ?? -Infinity) < noteUseEveryMs) return
    noted.set(key, now())
    note(kind, name).catch(onError)
  }
}
