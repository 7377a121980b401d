import type { Issue } from '../../domain/texts/json-text.ts'

/** Characters of all lines together: proxies take a few kilobytes of headers, and not more. */
const most = 2000

/**
 * What a change was warned of, as lines of `Nexus-Warning`, each of which ends with a full stop. The same warning of many
 * texts is one line, with the place of the first; those for which there is no room stand in the preview and in the change.
 */
export const warningLines = (warnings: readonly Issue[]): string[] => {
  const said = Map.groupBy(warnings, ({ detail }) => detail)
  const lines = [...said].map(([detail, places]) => `${placesOf(places)}: ${detail}`)
  const fitting = lines.filter((_, index) => lines.slice(0, index + 1).join('').length <= most)
  const left = lines.length - fitting.length
  return left === 0 ? lines : [...fitting, `There are ${left} more warnings: the preview and the change name them all.`]
}

const placesOf = ([first, ...others]: readonly Issue[]): string =>
  `${first?.pointer ?? ''}${others.length === 0 ? '' : ` and ${others.length} more`}`
