/** What a look at an installation says, for `nexus doctor`: see `installation.ts`. */

export type Level = 'ok' | 'warn' | 'fail'

/** One thing that was looked at. `remedy` is null where there is nothing to do. */
export interface Finding {
  readonly about: string
  readonly level: Level
  readonly said: string
  readonly remedy: string | null
}

export const ok = (about: string, said: string): Finding => ({ about, level: 'ok', said, remedy: null })
export const warn = (about: string, said: string, remedy: string): Finding => ({ about, level: 'warn', said, remedy })
export const fail = (about: string, said: string, remedy: string): Finding => ({ about, level: 'fail', said, remedy })
