import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'

/** A process of `nexus`, as a person would start it. */
export interface NexusProcess {
  readonly child: ChildProcess
  /** What it has printed on both outputs so far. */
  readonly output: () => string
  /** The first match in its output, as soon as it is there. */
  readonly says: (pattern: RegExp) => Promise<RegExpExecArray>
  readonly kill: (signal: NodeJS.Signals) => Promise<void>
  /** Resolves when it has ended by itself. */
  readonly ended: Promise<void>
}

const cli = path.resolve(import.meta.dirname, '../../cli/nexus.mjs')

/** Starts `nexus …` on this Node. @param program another version's command line */
export const nexus = (
  parameters: readonly string[],
  env: Record<string, string> = {},
  program: string = cli,
): NexusProcess => {
  const child = spawn(process.execPath, [program, ...parameters], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      printed += chunk.toString()
    })
  const exited = once(child, 'exit')
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null
  return {
    child,
    output: () => printed,
    says: async (pattern) => {
      const last = Date.now() + 30_000
      for (;;) {
        const match = pattern.exec(printed)
        if (match !== null) return match
        if (ended() || Date.now() > last) throw new Error(`It never said ${String(pattern)}. It said:\n${printed}`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    kill: async (signal) => {
      if (ended()) return
      child.kill(signal)
      await exited
    },
    ended: exited.then(() => undefined),
  }
}
