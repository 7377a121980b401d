type Members = Readonly<Record<string, unknown>>

/** The members that are otherwise than before. */
export const differing = (before: Members, after: Members): Members =>
  Object.fromEntries(
    Object.entries(after).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name])),
  )
