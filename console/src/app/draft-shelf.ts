type Shelf = Pick<Storage, 'getItem' | 'key' | 'length' | 'removeItem' | 'setItem'>

/** What somebody has typed and not saved, by who they are and what it is about. */
export interface Drafts {
  /** What was kept; undefined for nothing. */
  readonly read: (userId: string, about: readonly string[]) => unknown
  readonly keep: (userId: string, about: readonly string[], draft: unknown) => void
  readonly forget: (userId: string, about: readonly string[]) => void
  readonly areAny: () => boolean
  /** Another user of the same tab finds nothing of it. */
  readonly forgetAllBut: (userId: string) => void
}

/** @param shelf asked for each time: a browser may refuse it, and then nothing is kept */
export const draftsOn = (shelf: () => Shelf, prefix: string): Drafts => {
  const trying = <Found>(work: (found: Shelf) => Found): Found | undefined => {
    try {
      return work(shelf())
    } catch {
      return undefined
    }
  }
  // A user's own begin alike, and no other's: quotation marks in a name are escaped.
  const of = (userId: string): string => `${prefix}${JSON.stringify(userId)} `
  const keyOf = (userId: string, about: readonly string[]): string => of(userId) + JSON.stringify(about)
  const kept = (found: Shelf): string[] =>
    Array.from({ length: found.length }, (_, index) => found.key(index) ?? '').filter((name) => name.startsWith(prefix))
  return {
    read: (userId, about) =>
      trying((found): unknown => JSON.parse(found.getItem(keyOf(userId, about)) ?? '') as unknown),
    keep: (userId, about, draft) => trying((found) => found.setItem(keyOf(userId, about), JSON.stringify(draft))),
    forget: (userId, about) => trying((found) => found.removeItem(keyOf(userId, about))),
    areAny: () => trying((found) => kept(found).length > 0) ?? false,
    forgetAllBut: (userId) =>
      trying((found) => {
        for (const name of kept(found)) if (!name.startsWith(of(userId))) found.removeItem(name)
      }),
  }
}
