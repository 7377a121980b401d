import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { PlanName } from '../../domain/limits/budget.ts'
import type { UserToken } from '../../simulator/tokens/issuer.ts'

/** A program that runs beside the bench, with its output in a file, as in production. */
export interface Program {
  readonly pid: number
  readonly close: () => Promise<void>
}

const here = path.join(import.meta.dirname, '..', '..')
const startWithinMs = 60_000
/** Longer than Nexus waits for the calls that it has under way. */
const endWithinMs = 20_000

/** What still runs when the bench ends early, by a failure or because somebody interrupts it. */
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGTERM')
})

interface Surroundings {
  /** The sources that it is run from; this project's unless said otherwise. */
  readonly checkout?: string | undefined
  /** Environment variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>> | undefined
}

/** Starts `nexus …`, and waits for what it says when it is up. */
const start = async <T>(
  parameters: readonly string[],
  log: string,
  find: (output: string) => T | undefined,
  { checkout = here, env = {} }: Surroundings = {},
): Promise<Program & { readonly said: T }> => {
  const file = openSync(log, 'w')
  const child = spawn(process.execPath, [path.join(checkout, 'cli', 'nexus.mjs'), ...parameters], {
    stdio: ['ignore', file, file],
    env: { ...process.env, ...env },
  })
  closeSync(file)
  running.add(child)
  child.once('exit', () => running.delete(child))
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
  const late = setTimeout(() => child.kill('SIGKILL'), endWithinMs)
  await ended
  clearTimeout(late)
}

const Up = z.looseObject({ msg: z.literal('Nexus is up'), url: z.string().nullable() })

/** What a process of Nexus does. */
export type Role = 'start' | 'api' | 'worker'

/** A process of Nexus. @returns where its API listens; empty for a worker */
export const startNexus = async (
  role: Role,
  { configFile, log, ...surroundings }: Surroundings & { readonly configFile: string; readonly log: string },
): Promise<Program & { readonly url: string }> => {
  const { said, ...program } = await start(
    [role, '--config', configFile],
    log,
    (output) => {
      const line = output.split('\n').find((one) => one.includes('"Nexus is up"') && one.endsWith('}'))
      return line === undefined ? undefined : Up.parse(JSON.parse(line))
    },
    surroundings,
  )
  return { ...program, url: said.url ?? '' }
}

const Where = z.looseObject({
  url: z.string(),
  port: z.number(),
  issuer: z.string(),
  credential: z.object({ clientId: z.string(), clientSecret: z.string() }),
})

/** A simulated tenant in a process of its own. */
export interface TenantProgram extends Program, z.infer<typeof Where> {
  /** The clients that it has from the start. */
  readonly clientIds: readonly string[]
  readonly userToken: (claims: UserToken) => Promise<string>
  /** Those not named stay as they are. */
  readonly setFaults: (faults: Record<string, unknown>) => Promise<void>
  /** Ends all of them. */
  readonly clearFaults: () => Promise<void>
}

/** Whoever changes clients in a bench owns them all. */
export const owner = 'auth0|tester'

const clientOf = (index: number) => ({
  client_id: `client${String(index).padStart(8, '0')}`,
  name: `Application ${index}`,
  app_type: 'regular_web',
  callbacks: [`https://app-${index}.example.com/callback`],
  client_metadata: { owners: JSON.stringify([owner]), product_name: 'Bench' },
})

/** @param directory for its files */
export const startTenant = async ({
  directory,
  clients,
  name = 'acme',
  host = '127.0.0.1',
  limits = 'none',
}: {
  readonly directory: string
  readonly clients: number
  readonly name?: string
  readonly host?: string | undefined
  readonly limits?: PlanName
}): Promise<TenantProgram> => {
  const seed = path.join(directory, `${name}.json`)
  const all = Array.from({ length: clients }, (_, index) => clientOf(index))
  await writeFile(seed, JSON.stringify(all))
  const { said, ...program } = await start(
    ['simulator', '--port', '0', '--host', host, '--limits', limits, '--json', '--seed', seed],
    path.join(directory, `${name}.log`),
    (output) => {
      const line = output.split('\n').find((one) => one.startsWith('{') && one.endsWith('}'))
      return line === undefined ? undefined : Where.parse(JSON.parse(line))
    },
  )
  const ask = async (method: 'POST' | 'DELETE', place: string, body: unknown = {}): Promise<unknown> => {
    const answer = await fetch(`${said.url}/_simulator/${place}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`The simulator answered ${answer.status}: ${await answer.text()}`)
    return answer.json()
  }
  return {
    ...program,
    ...said,
    clientIds: all.map(({ client_id }) => client_id),
    userToken: async (claims) =>
      z.object({ access_token: z.string() }).parse(await ask('POST', 'token', claims)).access_token,
    setFaults: async (faults) => {
      await ask('POST', 'faults', faults)
    },
    clearFaults: async () => {
      await ask('DELETE', 'faults')
    },
  }
}
