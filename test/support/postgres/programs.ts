import { execFileSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

/** Ends a program as Ctrl-C does, and waits for it. */
export const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGINT')
  await ended
}

/** Where a program is; undefined where the machine has none of that name. */
export const findOnPath = (program: string): string | undefined => {
  try {
    return execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}

/** Tries until it works, for twenty seconds at most. */
export const until = async (attempt: () => Promise<void>): Promise<void> => {
  const last = Date.now() + 20_000
  for (;;) {
    try {
      await attempt()
      return
    } catch (error) {
      if (Date.now() > last) throw error
      await sleep(100)
    }
  }
}

/** Whether a program is there that a suite runs: without it the suite is skipped, except in CI, where that is a failure. */
export const isThere = (found: unknown, packages: string): boolean => {
  if (found !== undefined && found !== false) return true
  if (process.env['CI'] === 'true') throw new Error(`In CI no suite may be skipped: apt-get install ${packages}.`)
  console.warn(`\nA suite is skipped: apt-get install ${packages}.\n`)
  return false
}
