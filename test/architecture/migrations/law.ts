/**
 * A migration expands: the version before goes on working with the schema, whether it is running or started again. What
 * would stop it is contracted one version later. And nobody who writes meanwhile waits for it.
 */

interface Rule {
  readonly what: RegExp
  readonly why: string
  /** Who suffers from it. A contraction may harm the version before; nothing else is allowed but on a migration's own tables. */
  readonly harms: 'version before' | 'writers'
}

const rules: readonly Rule[] = [
  {
    what: /\bdrop\s+(?!index concurrently\b)/,
    why: 'takes away what the version before uses',
    harms: 'version before',
  },
  { what: /\brename\b/, why: 'the version before knows the old name only', harms: 'version before' },
  { what: /\bset not null\b/, why: 'the version before may write null there', harms: 'version before' },
  {
    what: /\balter column \S+ (?:set data )?type\b/,
    why: 'rewrites the table, and reads otherwise',
    harms: 'version before',
  },
  {
    what: /\badd column (?:if not exists )?(?=[^,;]*\bnot null\b)(?![^,;]*\b(?:default|generated)\b)/,
    why: 'the version before leaves it out when it inserts',
    harms: 'version before',
  },
  {
    what: /\badd (?:constraint\b|primary key\b|unique\b|foreign key\b|check\b)/,
    why: 'refuses what the version before writes',
    harms: 'version before',
  },
  { what: /\bcreate unique index\b/, why: 'refuses what the version before writes', harms: 'version before' },
  { what: /\bcreate trigger\b/, why: 'changes what the version before writes', harms: 'version before' },
  {
    what: /\bcreate index (?!concurrently\b)/,
    why: 'keeps all who write waiting: see indexConcurrently',
    harms: 'writers',
  },
  {
    what: /\b(?:truncate|delete from)\b/,
    why: 'takes rows away that the version before reads',
    harms: 'version before',
  },
  { what: /\brevoke\b/, why: 'takes a right away that the version before needs', harms: 'version before' },
  {
    what: /\b(?:vacuum full|cluster|lock table|reindex (?!.*concurrently))\b/,
    why: 'locks a table for as long as it takes',
    harms: 'writers',
  },
]

/** Tables that these statements make. */
const madeBy = (statements: readonly string[]): readonly string[] =>
  statements.flatMap((statement) =>
    [...statement.matchAll(/\bcreate table (?:if not exists )?(\S+)/g)].map(([, name = '']) => name),
  )

/** Tables that these statements take from those who read or write them, if only for a moment. */
const lockedBy = (statements: readonly string[]): readonly string[] =>
  statements.flatMap((statement) =>
    [
      ...statement.matchAll(
        /\b(?:alter table|drop table|truncate|references|create (?:unique )?index(?! concurrently).*? on|create trigger .*? on) (?:only |if exists )?([\w.]+)/g,
      ),
    ].map(([, name = '']) => name),
  )

const plain = (statement: string): string =>
  statement
    .toLowerCase()
    .replaceAll(/--[^\n]*/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()

const tableOf = (statement: string): string | undefined =>
  /\balter table (?:only )?(\S+)/.exec(statement)?.[1] ?? / on (?:only )?(\S+)/.exec(statement)?.[1]

/**
 * What a migration does that it may not.
 *
 * @param statements as they are sent
 * @param isContraction whether it is named as one
 */
export const offences = (statements: readonly string[], isContraction: boolean): string[] => {
  const texts = statements.map(plain)
  const own = madeBy(texts)
  const locked = new Set(lockedBy(texts).filter((table) => !own.includes(table)))
  const broken = texts.flatMap((text) =>
    rules
      .filter(({ what }) => what.test(text))
      .filter(({ harms }) => !(isContraction && harms === 'version before') && !own.includes(tableOf(text) ?? ''))
      .map(({ why }) => `${text.slice(0, 80)}: ${why}`),
  )
  if (locked.size < 2) return broken
  return [
    ...broken,
    `locks ${[...locked].join(' and ')}: who uses both in another order meets a deadlock; make two of it`,
  ]
}
