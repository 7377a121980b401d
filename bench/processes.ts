import { readdirSync, readFileSync } from 'node:fs'

/** What Linux tells of a process in /proc; not a number where the system does not tell. */

type Pid = number | string

/** Linux counts processor time in these for every program that asks (`getconf CLK_TCK`). */
const ticksPerSecond = 100

const told = (pid: Pid, file: 'stat' | 'status' | 'schedstat'): string | undefined => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return undefined
  }
}

interface Stat {
  readonly parent: number
  /** Its own time, and that of its children that have ended: seconds. */
  readonly own: number
  readonly ended: number
}

const statOf = (pid: Pid): Stat | undefined => {
  const text = told(pid, 'stat')
  // The name of the program stands in brackets, and may hold anything.
  const fields = text
    ?.slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  if (fields === undefined) return undefined
  const [, parent = 0, , , , , , , , , , user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields
  return { parent, own: (user + system) / ticksPerSecond, ended: (endedUser + endedSystem) / ticksPerSecond }
}

/** Processor time of a process and its children so far, in seconds. */
export const processorSeconds = (pid: number): number => {
  const itself = statOf(pid)
  if (itself === undefined) return Number.NaN
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(statOf)
    .filter((stat) => stat?.parent === pid)
  return children.reduce((sum, child) => sum + (child?.own ?? 0), itself.own + itself.ended)
}

/** Processor time of a process alone so far, in milliseconds: finer than the ticks of `processorSeconds`. */
export const processorMs = (pid: number): number => Number(told(pid, 'schedstat')?.split(' ')[0]) / 1e6

/** The most memory that a process has held, in MiB. */
export const peakMiB = (pid: number): number => Number(/^VmHWM:\s+(\d+)/m.exec(told(pid, 'status') ?? '')?.[1]) / 1024

/** The memory that a process shares with no other, in bytes. */
export const ownBytes = (pid: number): number =>
  Number(/^RssAnon:\s+(\d+)/m.exec(told(pid, 'status') ?? '')?.[1]) * 1024
