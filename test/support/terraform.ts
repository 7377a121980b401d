import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

/** Whether the real `terraform` is on this machine. In CI it must be: no suite may be skipped there. */
export const hasTerraform = ((): boolean => {
  const found = spawnSync('terraform', ['version'], { stdio: 'ignore' }).status === 0
  if (!found && process.env['CI'] === 'true') throw new Error('In CI no suite may be skipped: terraform is missing.')
  if (!found) console.warn('\nThe suites that run terraform are skipped: install Terraform 1.7 or later.\n')
  return found
})()

/** What a run of `terraform` came to. */
interface Ran {
  readonly code: number | null
  /** Both outputs, in the order in which they came. */
  readonly output: string
}

/** A folder with a configuration, and the real program in it. */
export interface Workspace {
  readonly folder: string
  readonly write: (file: string, content: string) => Promise<void>
  readonly run: (...parameters: string[]) => Promise<Ran>
  /** Runs it and fails the test where it does not end with 0. */
  readonly must: (...parameters: string[]) => Promise<string>
  /** Starts it and lets the test go on. */
  readonly start: (...parameters: string[]) => {
    readonly kill: (signal: NodeJS.Signals) => void
    readonly ran: Promise<Ran>
  }
  readonly close: () => Promise<void>
}

/** @param env credentials of the backend, as `TF_HTTP_USERNAME` and `TF_HTTP_PASSWORD` */
export const openWorkspace = async (env: Readonly<Record<string, string>>): Promise<Workspace> => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'nexus-terraform-'))
  const start: Workspace['start'] = (...parameters) => {
    const child = spawn('terraform', parameters, {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        TF_IN_AUTOMATION: '1',
        TF_INPUT: '0',
        CHECKPOINT_DISABLE: '1',
        TF_CLI_ARGS: '-no-color',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString()
      })
    const ran = once(child, 'close').then(() => ({ code: child.exitCode, output }))
    return { kill: (signal) => void child.kill(signal), ran }
  }
  const run: Workspace['run'] = (...parameters) => start(...parameters).ran
  return {
    folder,
    write: (file, content) => writeFile(path.join(folder, file), content),
    run,
    must: async (...parameters) => {
      const { code, output } = await run(...parameters)
      if (code !== 0) throw new Error(`terraform ${parameters.join(' ')} ended with ${code}:\n${output}`)
      return output
    },
    start,
    close: () => rm(folder, { recursive: true, force: true }),
  }
}
