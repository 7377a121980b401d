import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { isAlive } from '../adapters/embedded-postgres/lock.ts'

/** What a look at another process says. */
interface Sight {
  readonly parent: number
  /** Its session on Linux, its process group elsewhere: `setsid` and supervisors give a new one. */
  readonly group: number
  readonly command: string
}

/** How often the ancestors are looked at, milliseconds. */
const everyMs = 500

/** More generations than any shell, launcher and script runner make. */
const maximumGenerations = 32

/**
 * Resolves when the npm that started this process has ended, or anything between the two: npm passes a signal on to its
 * shell only, and that one ends without a word to its children.
 *
 * Never resolves where nobody of the kind started it: without npm among the ancestors, or in another session than npm's
 * (`setsid`, a supervisor's daemon). A Node that this program started in its own place (`cli/nexus.mjs`) counts as npm does.
 */
export const untilStarterEnds = (): Promise<void> => {
  if (starters.length === 0) return new Promise(() => undefined)
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (stillThere(starters)) return
      clearInterval(timer)
      resolve()
    }, everyMs)
    timer.unref()
  })
}

/** The ancestors whose end is this process' end, from the parent up to npm. */
const startersOf = ({
  npm_execpath: npm,
  NEXUS_LAUNCHER: launcher,
}: Readonly<Record<string, string | undefined>>): number[] => {
  const own = look(process.pid)
  const launched = launcher === String(process.ppid) ? [process.ppid] : []
  if (npm === undefined || npm === '' || own === undefined) return launched
  const chain: number[] = []
  let upToNpm = 0
  for (let pid = process.ppid; pid > 0 && chain.length < maximumGenerations;) {
    const sight = look(pid)
    if (sight === undefined || sight.group !== own.group) break
    chain.push(pid)
    // One npm may run another: the outermost counts.
    if (isRunner(sight.command, npm)) upToNpm = chain.length
    pid = sight.parent
  }
  return upToNpm === 0 ? launched : chain.slice(0, upToNpm)
}

/** npm and its like write what they do over their command line: `npm run start`, `npm exec nexus start`. */
const isRunner = (command: string, npm: string): boolean =>
  /^(?:npm|npx|pnpm|pnpx|yarn|bun)\b/.test(command) || command.includes(npm)

/** Whether each is still the child of the next: who is orphaned belongs to another process at once. */
const stillThere = ([parent = 0, ...others]: readonly number[]): boolean => {
  if (process.ppid !== parent) return false
  let pid = parent
  for (const next of others) {
    if (!isChildOf(pid, next)) return false
    pid = next
  }
  return isAlive(pid)
}

const isChildOf = (pid: number, parent: number): boolean =>
  process.platform === 'linux' ? look(pid)?.parent === parent : isAlive(pid)

/** Undefined where it is gone, or this system does not say. */
const look = (pid: number): Sight | undefined => {
  try {
    return process.platform === 'linux' ? lookOnLinux(pid) : lookByPs(pid)
  } catch {
    return undefined
  }
}

/** See proc_pid_stat(5): the name in brackets may hold anything, so what follows is read from the last bracket on. */
const lookOnLinux = (pid: number): Sight => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const [, parent, , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  return { parent: Number(parent), group: Number(session), command }
}

const lookByPs = (pid: number): Sight => {
  const line = execFileSync('ps', ['-o', 'ppid=,pgid=,args=', '-p', String(pid)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [parent, group, ...command] = line.trim().split(/\s+/)
  return { parent: Number(parent), group: Number(group), command: command.join(' ') }
}

/** Looked at as early as can be: who started this process is known only while it lives. */
const starters = startersOf(process.env)
