import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** A clock for a program that is started with these variables: it can be set while the program runs. */
export interface MovableClock {
  readonly env: Readonly<Record<string, string>>
  /** @param seconds how far the clock is ahead of the machine's; negative behind it */
  readonly set: (seconds: number) => void
}

/** Of libfaketime, which comes with Debian's package `faketime`; undefined where it is not installed. */
const findLibrary = (): string | undefined => {
  if (process.platform !== 'linux') return undefined
  const folders = readdirSync('/usr/lib').map((name) => path.join('/usr/lib', name))
  return ['/usr/lib', '/usr/local/lib', ...folders]
    .map((folder) => path.join(folder, 'faketime', 'libfaketime.so.1'))
    .find((file) => existsSync(file))
}

/** @param directory that the program may read: the offset stands in a file there */
export const movableClock = (directory: string): MovableClock | undefined => {
  const library = findLibrary()
  if (library === undefined) return undefined
  const file = path.join(directory, 'faketime')
  const set = (seconds: number): void => {
    writeFileSync(file, `${seconds < 0 ? '' : '+'}${seconds}\n`, { mode: 0o644 })
  }
  set(0)
  return {
    set,
    env: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      // What measures durations goes on evenly, as where only the wall clock is set.
      DONT_FAKE_MONOTONIC: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
  }
}
