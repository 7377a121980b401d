import { eventKindNames, eventKinds } from '../domain/events.ts'

/** The kinds of events, with what each says. */
export const eventTable = (): string => {
  const rows = eventKindNames.map((kind) => [`\`${kind}\``, eventKinds[kind]] as const)
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column === 0 ? 0 : 1].length)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [
    line(['kind', 'what has happened']),
    `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`,
    ...rows.map(line),
  ].join('\n')
}
