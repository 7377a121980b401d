import { isDeepStrictEqual } from 'node:util'
import { difference, membersAt } from './difference.ts'
import type { Holding } from './difference.ts'
import { green, red, say, tell } from './screen.ts'

/** Something that must be so, in words, with what was found. */
export interface Check {
  readonly what: string
  readonly found: unknown
  readonly wanted: unknown
}

/** What has come of all checks. */
export interface Tally {
  readonly count: () => number
  /** What was not as it should be, in words. */
  readonly failures: readonly string[]
  /** Shows checks, those that hold on one line, and counts them. */
  readonly check: (checks: readonly Check[]) => void
  /** Something else went wrong. */
  readonly fail: (failure: string) => void
}

/** What went wrong, with what lies behind it. */
export const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message
}

const holds = ({ found, wanted }: Check): boolean => isDeepStrictEqual(found, wanted)

/** Starts counting. */
export const createTally = (): Tally => {
  let count = 0
  const failures: string[] = []
  const fail = (failure: string): void => {
    failures.push(failure)
    say(red(`✗ ${failure}`), 3)
  }
  return {
    count: () => count,
    failures,
    fail,
    check: (checks) => {
      count += checks.length
      const good = checks.filter(holds).map(({ what }) => what)
      if (good.length > 0) tell(`${green('✓')} ${good.join(' · ')}`, 3)
      for (const { what, found, wanted } of checks.filter((one) => !holds(one)))
        fail(`${what}: it should be ${JSON.stringify(wanted)}, and is ${JSON.stringify(found)}`)
    },
  }
}

/** The client has exactly these new members, by path, and was otherwise left alone. */
export const hasBecome = (before: Holding, now: Holding, wanted: Readonly<Record<string, unknown>>): Check[] => {
  const paths = Object.keys(wanted)
  const others = difference(before.client, now.client)
    .map(({ member }) => member)
    .filter((member) => !paths.includes(member))
  return [
    { what: 'Auth0 holds it', found: membersAt(now.client, paths), wanted },
    { what: 'nothing else changed', found: others, wanted: [] },
    { what: 'one call', found: now.writes - before.writes, wanted: 1 },
  ]
}

/** Nothing was changed in Auth0, and nothing was tried. */
export const isUntouched = (before: Holding, now: Holding): Check => ({
  what: 'Auth0 was not touched',
  found: now,
  wanted: before,
})
