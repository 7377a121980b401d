/**
 * Who waits for a place, in the order of service: one of each asker, then again one of each. A flood of one of them keeps
 * the others no longer than one of its own.
 *
 * It holds `all` at the most, and `each` of one asker. Where it is full, whoever has the most in it gives way: its newest
 * entry is refused, be it the one that was about to enter.
 */
export interface Line<Entry> {
  /** @returns the entry that is refused; undefined where nobody has to be */
  readonly enter: (asker: string, entry: Entry) => Entry | undefined
  /** Takes an entry out that no longer wants to wait. @returns whether it stood there */
  readonly leave: (asker: string, entry: Entry) => boolean
  /** Takes the next one out; undefined where nobody waits. */
  readonly next: () => Entry | undefined
  readonly size: () => number
}

export const createLine = <Entry>(bounds: { readonly all: number; readonly each: number }): Line<Entry> => {
  // In the order of service: who has been served goes to the end.
  const askers = new Map<string, Entry[]>()
  let size = 0

  const leave = (asker: string, entry: Entry): boolean => {
    const entries = askers.get(asker) ?? []
    const place = entries.indexOf(entry)
    if (place === -1) return false
    entries.splice(place, 1)
    size -= 1
    if (entries.length === 0) askers.delete(asker)
    return true
  }

  return {
    enter: (asker, entry) => {
      const own = askers.get(asker) ?? []
      if (own.length >= bounds.each) return entry
      let refused: Entry | undefined
      if (size >= bounds.all) {
        const busiest = [...askers.values()].reduce((most, one) => (one.length > most.length ? one : most), own)
        if (busiest.length <= own.length + 1) return entry
        refused = busiest.pop()
        size -= 1
      }
      own.push(entry)
      askers.set(asker, own)
      size += 1
      return refused
    },
    leave,
    next: () => {
      const [first] = askers
      if (first === undefined) return undefined
      const [asker, entries] = first
      const entry = entries.shift()
      size -= 1
      askers.delete(asker)
      if (entries.length > 0) askers.set(asker, entries)
      return entry
    },
    size: () => size,
  }
}
