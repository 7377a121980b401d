import { execFileSync } from 'node:child_process'
import os from 'node:os'
import { z } from 'zod'

/** What figures were measured on. */
export const Machine = z.strictObject({
  processor: z.string(),
  cores: z.number(),
  memoryGiB: z.number(),
  /** Programs that wanted to run, in the mean of the minute before: on a quiet machine less than one. */
  load: z.number(),
  /** Versions of what runs, by name; those that are not there are left out. */
  versions: z.record(z.string(), z.string()),
  /** Of the sources; with a plus where they have been changed since. */
  commit: z.string(),
})

/** What a program says, such as its version; undefined where there is none. */
const said = (program: string, ...parameters: readonly string[]): string | undefined => {
  try {
    return execFileSync(program, parameters, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return undefined
  }
}

const versionIn = (text: string | undefined): string | undefined =>
  text?.split(/[^\d.]/).find((part) => /^\d+\.\d/.test(part))

/** The machine and the commit, as they are now: before a bench makes it busy. */
export const thisMachine = (): z.infer<typeof Machine> => {
  const versions = {
    node: process.versions.node,
    postgresql: versionIn(said('psql', '--version')),
    redis: versionIn(said('redis-server', '--version')),
    linux: os.type() === 'Linux' ? versionIn(os.release()) : undefined,
  }
  const changed = said('git', 'status', '--porcelain', '--untracked-files=no') === '' ? '' : '+'
  return {
    processor: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    load: Number((os.loadavg()[0] ?? Number.NaN).toFixed(1)),
    versions: Object.fromEntries(
      Object.entries(versions).flatMap(([name, version]) => (version === undefined ? [] : [[name, version] as const])),
    ),
    commit: `${said('git', 'rev-parse', '--short', 'HEAD') ?? 'unknown'}${changed}`,
  }
}
