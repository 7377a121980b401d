import { printable } from '../../domain/texts/printable.ts'

/** A place in the configuration: keys and indexes from the top. */
export type Path = readonly (string | number)[]

/** What is wrong with what stands at a place. */
export interface Finding {
  readonly path: Path
  readonly message: string
}

/** One mistake in the configuration: where, and what to do about it. Never holds a value that could be a secret. */
export interface Problem {
  /** Like `tenants[1].domain`; empty for the file as a whole. */
  readonly path: string
  /** From 1; null where the file does not say. */
  readonly line: number | null
  readonly message: string
}

/** A path as people write it: `tenants[1].domain`. */
export const formatPath = (path: Path): string =>
  path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`
      if (!/^[A-Za-z_$][\w$-]*$/.test(part)) return `[${JSON.stringify(part)}]`
      return index === 0 ? part : `.${part}`
    })
    .join('')

const describe = ({ path, line, message }: Problem): string => {
  const place = [path, line === null ? '' : `line ${line}`].filter((part) => part !== '').join(', ')
  return place === '' ? message : `${place}: ${message}`
}

/** The configuration cannot be used; `problems` holds every mistake found, in the order of the file. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
  readonly file: string
  readonly problems: readonly Problem[]

  constructor(file: string, problems: readonly Problem[]) {
    const count = problems.length === 1 ? 'one mistake' : `${problems.length} mistakes`
    super([`${printable(file)} has ${count}:`, ...problems.map((problem) => `  - ${describe(problem)}`)].join('\n'))
    this.file = file
    this.problems = problems
  }
}

/** Letters to insert, delete or replace to get from one word to the other (Levenshtein). */
const distance = (from: string, to: string): number => {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [i, letter] of Array.from(from).entries()) {
    const next = [i + 1]
    for (const [j, other] of Array.from(to).entries())
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)))
    row = next
  }
  return row.at(-1) ?? 0
}

const plain = (word: string): string => word.toLowerCase().replaceAll(/[^a-z0-9]/g, '')

/** The word that somebody probably meant; undefined where none is near. */
const nearest = (word: string, known: readonly string[]): string | undefined => {
  if (word.length > 64) return undefined
  const ranked = known
    .map((candidate) => ({ candidate, far: distance(plain(word), plain(candidate)) }))
    .filter(({ candidate, far }) => far <= Math.min(3, candidate.length / 2))
    .toSorted((a, b) => a.far - b.far)
  return ranked[0]?.candidate
}

/** ` Did you mean x?`, or nothing. */
export const didYouMean = (word: string, known: readonly string[]): string => {
  const near = nearest(word, known)
  return near === undefined ? '' : ` Did you mean ${near}?`
}

/** The configuration has no tenant of that name; the message says which it has. */
export class NoSuchTenant extends Error {
  override readonly name = 'NoSuchTenant'
}
