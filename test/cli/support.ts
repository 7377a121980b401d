import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { onTestFinished, vi } from 'vitest'
import { run } from '../../cli/run.ts'
import { output } from '../../cli/terminal/print.ts'

export const bin = resolve('cli/nexus.mjs')

export interface Invocation {
  /** What is piped in. */
  readonly input?: string | Buffer
  readonly env?: Readonly<Record<string, string>>
  /** The Node that runs it; otherwise the one that runs the tests. */
  readonly node?: string
  readonly script?: string
  readonly nodeArguments?: readonly string[]
}

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const start = (args: readonly string[], { env, node, script, nodeArguments }: Invocation) =>
  spawn(node ?? process.execPath, [...(nodeArguments ?? []), script ?? bin, ...args], {
    // Of the environment only what a program needs to start: a setting of the tester's must not change an outcome.
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], NO_COLOR: '1', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })

const exitOf = async (child: ChildProcess): Promise<number | null> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode
}

/** Runs the command to its end. */
export const nexus = async (args: readonly string[], invocation: Invocation = {}): Promise<Finished> => {
  const child = start(args, invocation)
  child.stdin.on('error', () => undefined)
  child.stdin.end(invocation.input ?? '')
  const [code, stdout, stderr] = await Promise.all([exitOf(child), text(child.stdout), text(child.stderr)])
  return { code, stdout, stderr }
}

/** Runs a command that goes on, and reads the first line that it prints. It is ended with the test. */
export const startNexus = async (args: readonly string[], invocation: Invocation = {}) => {
  const child = start(args, invocation)
  onTestFinished(async () => {
    if (child.exitCode === null) child.kill('SIGTERM')
    await exitOf(child)
  })
  const complaint = text(child.stderr)
  const lines = createInterface({ input: child.stdout })
  const firstLine = await Promise.race([
    once(lines, 'line').then(([line]) => String(line)),
    exitOf(child).then(async () => Promise.reject(new Error(await complaint))),
  ])
  return {
    firstLine,
    /** Sends a signal, and answers the code that it ends with. */
    end: async (signal: NodeJS.Signals): Promise<number | null> => {
      child.kill(signal)
      return exitOf(child)
    },
  }
}

export const emptyDirectory = (): string => mkdtempSync(join(tmpdir(), 'nexus-cli-'))

const keep =
  (add: (text: string) => void): typeof process.stdout.write =>
  (text: unknown) => {
    add(String(text))
    return true
  }

const exitCode = (): number => Number(process.exitCode ?? 0)

/**
 * The same in this process, without the start of one: for suites with many commands. One at a time, as standard output and
 * the environment are the process' own.
 */
export const nexusHere = async (args: readonly string[], env: Readonly<Record<string, string>>): Promise<Finished> => {
  let [stdout, stderr] = ['', '']
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(
      keep((text) => {
        stdout += text
      }),
    ),
    vi.spyOn(process.stderr, 'write').mockImplementation(
      keep((text) => {
        stderr += text
      }),
    ),
  ]
  for (const name of Object.keys(process.env)) if (name.startsWith('NEXUS_')) vi.stubEnv(name, undefined)
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  const before = process.exitCode
  process.exitCode = undefined
  try {
    const failed = await run(args, output)
    return { code: failed === 0 ? exitCode() : failed, stdout, stderr }
  } finally {
    process.exitCode = before
    for (const spy of spies) spy.mockRestore()
    vi.unstubAllEnvs()
  }
}
