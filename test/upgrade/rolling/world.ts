import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { freePort } from '../../../adapters/embedded-postgres/free-port.ts'
import { startSimulator } from '../../../simulator/main.ts'
import type { Simulator } from '../../../simulator/main.ts'
import { application, users } from '../../api/console/browser.ts'
import { consoleSettings } from '../../api/console/support.ts'
import { createDatabase, createRoles, fileFor } from '../../support/assemble-stack.ts'
import { nexus } from '../../support/process.ts'
import type { NexusProcess } from '../../support/process.ts'
import type { Servers } from '../../support/servers.ts'
import { unpackFormer } from './former.ts'

/** Which code a process runs. */
export type Version = 'former' | 'next'

/** The places where processes run: each at its own port, whichever version is there. */
export const places = ['api-1', 'api-2', 'worker-1', 'worker-2'] as const
export type Place = (typeof places)[number]

/** An installation in production: PostgreSQL with two roles, Redis, two APIs and two workers, each a process of its own. */
export interface World {
  readonly simulator: Simulator
  /** Where the API listens in each of its places. */
  readonly addresses: Readonly<Record<'api-1' | 'api-2', string>>
  readonly query: <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) => Promise<Row[]>
  readonly migrate: (version: Version) => Promise<string>
  readonly start: (place: Place, version: Version) => Promise<void>
  /** Ends a process as a supervisor does. @returns how long it took, milliseconds */
  readonly end: (place: Place) => Promise<number>
  /** What the processes have logged as their own faults. */
  readonly faults: () => string
  readonly close: () => Promise<void>
}

/** @returns what is missing, where the former version cannot be had */
export const openWorld = async (servers: Servers): Promise<World | { readonly missing: string }> => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'nexus-rolling-'))
  const former = await unpackFormer(path.join(folder, 'former'))
  if ('missing' in former) {
    await rm(folder, { recursive: true, force: true })
    return former
  }
  const simulator = await startSimulator({ users, faults: { latencyMs: 20 } })
  simulator.seed({ ...application, client_id: consoleSettings.clientId })
  const database = await createDatabase(servers)
  const roles = await createRoles(database.url)
  const pool = new pg.Pool({ connectionString: database.url, max: 2 })
  pool.on('error', () => undefined)
  const ports = { 'api-1': await freePort(), 'api-2': await freePort(), 'worker-1': 0, 'worker-2': 0 }
  const redis = { redis: { url: servers.redisUrl, prefix: randomBytes(6).toString('hex') } }
  const file = async (name: string, url: Record<string, string>, port: number): Promise<string> => {
    const settings = fileFor(simulator, url, redis, {
      console: consoleSettings,
      file: { server: { host: '127.0.0.1', port }, worker: { httpTimeout: '2s' } },
    })
    await mkdir(path.join(folder, 'configuration'), { recursive: true })
    const to = path.join(folder, 'configuration', `${name}.yaml`)
    await writeFile(to, JSON.stringify(settings), { mode: 0o600 })
    return to
  }
  const running = { url: roles.running.url }
  const asOwner = await file('migrate', { ...running, adminUrl: roles.owner.url }, 0)
  const files = new Map<Place, string>()
  for (const place of places) files.set(place, await file(place, running, ports[place]))
  const processes = new Map<Place, NexusProcess>()
  const begun: NexusProcess[] = []
  const cliOf = (version: Version): string | undefined => (version === 'former' ? former.cli : undefined)

  return {
    simulator,
    addresses: { 'api-1': `http://127.0.0.1:${ports['api-1']}`, 'api-2': `http://127.0.0.1:${ports['api-2']}` },
    query: async (text, values) => (await pool.query(text, values)).rows,
    migrate: async (version) => {
      const one = nexus(['migrate', '--config', asOwner], {}, cliOf(version))
      await one.says(/up to date|Applied/)
      await one.ended
      return one.output()
    },
    start: async (place, version) => {
      const role = place.startsWith('api') ? 'api' : 'worker'
      const one = nexus([role, '--config', files.get(place) ?? ''], {}, cliOf(version))
      processes.set(place, one)
      begun.push(one)
      await one.says(/"msg":"Nexus is up"/)
    },
    end: async (place) => {
      const began = performance.now()
      const one = processes.get(place)
      await one?.kill('SIGTERM')
      if (one?.child.exitCode !== 0) throw new Error(`It did not end in order:\n${one?.output() ?? ''}`)
      return performance.now() - began
    },
    faults: () =>
      begun
        .flatMap((one) => one.output().split('\n'))
        .filter((line) => line.includes('"level":50'))
        .join('\n'),
    close: async () => {
      await Promise.all(begun.map((one) => one.kill('SIGKILL')))
      await pool.end()
      await simulator.close()
      await roles.drop()
      await database.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
