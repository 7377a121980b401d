import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

/** What a command came to. */
interface Ran {
  readonly code: number
  /** Both outputs, in the order in which they came. */
  readonly output: string
}

/** One shell, in which commands run one after the other: what one sets, or where it goes, holds for the next. */
export interface Session {
  readonly run: (command: string) => Promise<Ran>
  /** Starts what does not end by itself, and goes on once it has said this. @returns all that it has said by then */
  readonly start: (command: string, ready: RegExp) => Promise<string>
  /** Asks what was started by this command to end, as Ctrl-C does in a shell of its own, and goes on once it has. */
  readonly stop: (command: string) => Promise<void>
  /** Ends the shell and all that still runs in it. */
  readonly end: () => Promise<void>
}

/** Long enough for an install on a machine that is busy. */
const patienceMs = 240_000

/** @returns whether there was somebody to get it */
const signal = (group: number, name: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(group, name)
  } catch {
    return false
  }
}

/**
 * @param scratch where the commands and what they print are kept
 * @param env all of the environment
 */
export const openSession = (cwd: string, scratch: string, env: Readonly<Record<string, string>>): Session => {
  // In a group of its own, so that the programs in it can be ended with it.
  const shell = spawn('bash', ['--noprofile', '--norc'], {
    cwd,
    env,
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
  })
  const { stdin, pid } = shell
  const codes = shell.stdio[3]
  if (stdin === null || pid === undefined || !(codes instanceof Readable)) throw new Error('No shell has started.')
  const group = -pid
  const exited = once(shell, 'exit')
  /** Those who wait for an answer of the shell, in the order in which they have asked. */
  const asking: ((answer: string) => void)[] = []
  createInterface({ input: codes }).on('line', (line) => asking.shift()?.(line))
  /** Shells that started what does not end by itself, by its command. */
  const lasting = new Map<string, number>()
  let count = 0

  /** Where its output goes, and the line that runs it. */
  const prepare = async (command: string) => {
    count += 1
    const [script, output] = ['sh', 'out'].map((ending) => path.join(scratch, `${count}.${ending}`))
    if (script === undefined || output === undefined) throw new Error('unreachable')
    await writeFile(script, `${command}\n`)
    await writeFile(output, '')
    return { output, line: `. ${script} </dev/null >${output} 2>&1 3>&-` }
  }
  /** What the shell answers to a line that ends with `>&3`. */
  const answerTo = async (line: string, command: string, output: string): Promise<number> => {
    const answer = new Promise<string>((resolve) => asking.push(resolve))
    stdin.write(`${line}\n`)
    const late = sleep(patienceMs, undefined, { ref: false })
    const first = await Promise.race([answer, exited.then(() => 'ended'), late.then(() => 'late')])
    if (/^\d+$/.test(first)) return Number(first)
    throw new Error(`The shell ${first} at:\n${command}\n${await readFile(output, 'utf8')}`)
  }
  stdin.write('set -o pipefail\n')
  const run = async (command: string): Promise<Ran> => {
    const { output, line } = await prepare(command)
    return { code: await answerTo(`${line}; echo $? >&3`, command, output), output: await readFile(output, 'utf8') }
  }
  return {
    run,
    start: async (command, ready) => {
      const { output, line } = await prepare(command)
      lasting.set(command, await answerTo(`${line} & echo $! >&3`, command, output))
      const last = Date.now() + patienceMs
      for (;;) {
        const text = await readFile(output, 'utf8')
        if (ready.test(text)) return text
        if (Date.now() > last) throw new Error(`${command}\nnever said ${String(ready)}. It said:\n${text}`)
        await sleep(50)
      }
    },
    stop: async (command) => {
      const started = lasting.get(command)
      if (started === undefined) throw new Error(`Nobody has started:\n${command}`)
      await run(`kill $(ps -o pid= --ppid ${started}); wait ${started} || true`)
    },
    end: async () => {
      signal(group, 'SIGTERM')
      for (const last = Date.now() + 20_000; signal(group, 0) && Date.now() < last;) await sleep(50)
      signal(group, 'SIGKILL')
    },
  }
}
