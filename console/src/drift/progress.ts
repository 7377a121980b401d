/** How far one client of several is. */
export type Outcome =
  | { readonly kind: 'queued' | 'sending' | 'applied' }
  | { readonly kind: 'accepted' | 'withdrawn' | 'rejected'; readonly detail?: string }
  | { readonly kind: 'refused'; readonly error: unknown }

/** Outcomes of many, by the client's id. */
export type Progress = ReadonlyMap<string, Outcome>

const over: ReadonlySet<Outcome['kind']> = new Set(['applied', 'accepted', 'withdrawn', 'rejected', 'refused'])

/** How many have been answered: one that waits for Auth0 was accepted, and is Nexus' business from then on. */
export const answeredIn = (progress: Progress): number =>
  [...progress.values()].filter(({ kind }) => over.has(kind)).length

/**
 * Does the work of many, a few at a time.
 *
 * @param work never rejects
 * @param isStopped asked before each is begun
 */
export const inTurn = async (
  ids: readonly string[],
  atOnce: number,
  work: (id: string) => Promise<void>,
  isStopped: () => boolean,
): Promise<void> => {
  const waiting = ids.values()
  const lane = async (): Promise<void> => {
    // The lanes share the iterator: each takes the next that nobody has taken.
    for (const id of waiting) {
      if (isStopped()) return
      await work(id)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
}
