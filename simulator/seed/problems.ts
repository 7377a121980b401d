/** A file that cannot be used as a seed; the message names every place and what is wrong there. */
export class SeedError extends Error {
  override readonly name = 'SeedError'
}

const most = 10

/** Throws what was found, where anything was. */
export const refuse = (problems: readonly string[]): void => {
  if (problems.length === 0) return
  const more = problems.length > most ? [`and ${problems.length - most} more`] : []
  throw new SeedError([...problems.slice(0, most), ...more].join('\n'))
}
