import { readdir, readFile } from 'node:fs/promises'

/** Linux counts processor time in these for every program that asks (`getconf CLK_TCK`). */
const ticksPerSecond = 100

interface Stat {
  readonly parent: number
  /** Its own time, and that of its children that have ended: seconds. */
  readonly own: number
  readonly ended: number
}

const statOf = async (pid: number | string): Promise<Stat | undefined> => {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  // The name of the program stands in brackets, and may hold anything.
  const fields = text
    ?.slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  if (fields === undefined) return undefined
  const [, parent = 0, , , , , , , , , , user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields
  return { parent, own: (user + system) / ticksPerSecond, ended: (endedUser + endedSystem) / ticksPerSecond }
}

/** Processor time of a process and its children so far, in seconds; not a number where the system does not tell. */
export const processorSeconds = async (pid: number): Promise<number> => {
  const itself = await statOf(pid)
  if (itself === undefined) return Number.NaN
  const others = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const stats = await Promise.all(others.map(statOf))
  const children = stats.filter((stat) => stat?.parent === pid)
  return children.reduce((sum, child) => sum + (child?.own ?? 0), itself.own + itself.ended)
}

/** The most memory that a process has held, in MiB; not a number where the system does not tell. */
export const peakMiB = async (pid: number): Promise<number> => {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/^VmHWM:\s+(\d+)/m.exec(text)?.[1]) / 1024
}
