import { isDeepStrictEqual } from 'node:util'

/** A line of a client: kept, taken away or added. */
export interface Line {
  readonly mark: ' ' | '-' | '+'
  readonly text: string
}

/** One member of a client, before and after. */
export interface MemberDifference {
  readonly member: string
  readonly lines: readonly Line[]
}

type Members = Readonly<Record<string, unknown>>

/** A client in Auth0, without its secret, and how many calls have tried to change it so far. */
export interface Holding {
  /** Empty where there is no such client. */
  readonly client: Members
  readonly writes: number
}

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The members of a client by path, `mobile.ios.team_id` and so on: objects are opened, lists stay lists. */
const flat = (value: Members, prefix = ''): Map<string, unknown> => {
  const members = new Map<string, unknown>()
  for (const [name, inner] of Object.entries(value)) {
    if (isMembers(inner)) for (const [path, leaf] of flat(inner, `${prefix}${name}.`)) members.set(path, leaf)
    else members.set(`${prefix}${name}`, inner)
  }
  return members
}

const linesOf = (value: unknown): string[] =>
  value === undefined
    ? []
    : (Array.isArray(value) ? value : [value]).map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))

/** What is in both keeps the order of the new value; what only the old one had stands before it. */
const compare = (before: readonly string[], after: readonly string[]): Line[] => [
  ...before.filter((line) => !after.includes(line)).map((text): Line => ({ mark: '-', text })),
  ...after.map((text): Line => ({ mark: before.includes(text) ? ' ' : '+', text })),
]

/** Two states of a client, member by member: those that differ, and those at `paths`, whether they differ or not. */
export const difference = (before: Members, after: Members, paths: readonly string[] = []): MemberDifference[] => {
  const [old, young] = [flat(before), flat(after)]
  return [...new Set([...old.keys(), ...young.keys()])]
    .filter((member) => paths.includes(member) || !isDeepStrictEqual(old.get(member), young.get(member)))
    .map((member) => ({ member, lines: compare(linesOf(old.get(member)), linesOf(young.get(member))) }))
}

/** The members at these paths. */
export const membersAt = (client: Members, paths: readonly string[]): Record<string, unknown> => {
  const all = flat(client)
  return Object.fromEntries(paths.map((path) => [path, all.get(path)]))
}
