/** What separates the lines of `Nexus-Warning` in one header: each ends with a full stop. */
const between = '., '

/** What `Nexus-Warning` says of a client, by line. Drift is left out: the page shows it, and what to do about it, itself. */
export const warningsIn = (header: string | null): readonly string[] =>
  (header ?? '')
    .split(between)
    .map((line, index, lines) => (index < lines.length - 1 ? `${line}.` : line))
    .filter((line) => line !== '' && !line.startsWith('Drift:'))
