import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { UserToken } from '../../simulator/tokens/issuer.ts'

/** A program that runs beside the bench, with its output in a file, as in production. */
export interface Program {
  readonly pid: number
  readonly close: () => Promise<void>
}

const here = path.join(import.meta.dirname, '..', '..')
const startWithinMs = 60_000

/**
 * Starts `nexus …`, and waits for what it says when it is up.
 *
 * @param checkout the sources that it is run from; this project's unless said otherwise
 */
const start = async <T>(
  parameters: readonly string[],
  log: string,
  find: (output: string) => T | undefined,
  checkout = here,
): Promise<Program & { readonly said: T }> => {
  const file = openSync(log, 'w')
  const child = spawn(process.execPath, [path.join(checkout, 'cli', 'nexus.mjs'), ...parameters], {
    stdio: ['ignore', file, file],
  })
  closeSync(file)
  const last = performance.now() + startWithinMs
  for (;;) {
    const output = await readFile(log, 'utf8')
    const said = find(output)
    if (said !== undefined && child.pid !== undefined) return { pid: child.pid, said, close: () => end(child) }
    if (child.exitCode !== null || performance.now() > last) {
      await end(child)
      throw new Error(`nexus ${parameters.join(' ')} did not start. It said:\n${output}`)
    }
    await sleep(50)
  }
}

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

const Up = z.looseObject({ msg: z.literal('Nexus is up'), url: z.string().nullable() })

/** A process of Nexus. @returns where its API listens; empty for a worker */
export const startNexus = async (
  role: 'start' | 'api' | 'worker',
  { configFile, log, checkout }: { readonly configFile: string; readonly log: string; readonly checkout?: string },
): Promise<Program & { readonly url: string }> => {
  const { said, ...program } = await start(
    [role, '--config', configFile],
    log,
    (output) => {
      const line = output.split('\n').find((one) => one.includes('"Nexus is up"') && one.endsWith('}'))
      return line === undefined ? undefined : Up.parse(JSON.parse(line))
    },
    checkout,
  )
  return { ...program, url: said.url ?? '' }
}

const Where = z.looseObject({
  url: z.string(),
  issuer: z.string(),
  credential: z.object({ clientId: z.string(), clientSecret: z.string() }),
})

/** A simulated tenant in a process of its own. */
export interface TenantProgram extends Program, z.infer<typeof Where> {
  readonly userToken: (claims: UserToken) => Promise<string>
  readonly setFaults: (faults: Record<string, unknown>) => Promise<void>
}

/** @param directory for its files */
export const startTenant = async (
  directory: string,
  name: string,
  clients: readonly { readonly client_id: string }[],
): Promise<TenantProgram> => {
  const seed = path.join(directory, `${name}.json`)
  await writeFile(seed, JSON.stringify(clients))
  const { said, ...program } = await start(
    ['simulator', '--port', '0', '--json', '--seed', seed],
    path.join(directory, `${name}.log`),
    (output) => {
      const line = output.split('\n').find((one) => one.startsWith('{') && one.endsWith('}'))
      return line === undefined ? undefined : Where.parse(JSON.parse(line))
    },
  )
  const post = async (place: string, body: unknown): Promise<unknown> => {
    const answer = await fetch(`${said.url}/_simulator/${place}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`The simulator answered ${answer.status}: ${await answer.text()}`)
    return answer.json()
  }
  return {
    ...program,
    ...said,
    userToken: async (claims) => z.object({ access_token: z.string() }).parse(await post('token', claims)).access_token,
    setFaults: async (faults) => {
      await post('faults', faults)
    },
  }
}
