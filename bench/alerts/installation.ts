import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import type { Durations } from '../../deploy/monitoring/durations.ts'
import { applicationToken, createDatabase, fileFor } from '../../test/support/assemble-stack.ts'
import { editUrl } from '../../test/support/postgres/edit-url.ts'
import { basic, withStates } from '../../test/support/pipeline.ts'
import type { Servers } from '../../test/support/servers.ts'
import { startTcpSwitch } from '../../test/support/tcp-switch.ts'
import type { TcpSwitch } from '../../test/support/tcp-switch.ts'
import { owner, startTenant } from '../installation/programs.ts'
import type { TenantProgram } from '../installation/programs.ts'
import { createProcess } from './processes.ts'
import type { Process } from './processes.ts'

/** An installation as in production, every part of which can be broken. */
export interface Installation {
  readonly directory: string
  /** The simulated Auth0 tenant `acme`. */
  readonly tenant: TenantProgram
  readonly api: Process
  readonly workers: readonly Process[]
  /** The only ways to PostgreSQL and to Redis. */
  readonly database: TcpSwitch
  readonly redis: TcpSwitch
  /** Redis itself, past the switch, and the prefix of the keys there. */
  readonly queue: { readonly url: string; readonly prefix: string }
  /** Asks the API, as a user who owns every client unless headers say otherwise. */
  readonly ask: (path: string, init?: RequestInit) => Promise<Response>
  /** As a service account that may do everything. @throws where it is refused */
  readonly command: (method: string, path: string, body?: unknown) => Promise<void>
  /** Runs a statement on the database, past the switch. */
  readonly query: (text: string) => Promise<void>
  readonly close: () => Promise<void>
}

const clients = 40
/** An issuer whose keys nobody can read: nothing listens there. */
export const lostIssuer = 'http://127.0.0.1:9/'
const plan = 'private-100'

/** Starts it all. @param within how long things last for the rules: an apply counts as over after the same time */
export const install = async (servers: Servers, within: Durations): Promise<Installation> => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-alerts-'))
  const closers: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })]
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer()
  }
  const leadTo = async (url: string) => {
    const address = await startTcpSwitch(Number(new URL(url).port))
    closers.push(address.close)
    return { address, url: editUrl(url, { port: String(address.port) }) }
  }
  try {
    const tenant = await startTenant({ directory, clients, limits: plan })
    closers.push(tenant.close)
    const own = await createDatabase(servers)
    closers.push(own.drop)
    const db = new pg.Pool({ connectionString: own.url, max: 2 })
    db.on('error', () => undefined)
    closers.push(() => db.end())
    const database = await leadTo(own.url)
    if (servers.redisUrl === null) throw new Error('Alerts are tried with the queue on Redis.')
    const redis = await leadTo(servers.redisUrl)
    const prefix = randomBytes(6).toString('hex')
    const options = withStates(
      {
        tenant: { plan, scanInterval: '15s', freshness: '1s' },
        otherIssuers: [
          { issuer: lostIssuer, audience: 'urn:nexus', allowInsecure: true, tenants: '*', prefix: 'lost:' },
        ],
      },
      { applyWait: `${within.decline}s` },
    )
    const configuration = {
      ...fileFor(tenant, { url: database.url }, { redis: { url: redis.url, prefix } }, options),
      worker: { httpTimeout: '1s' },
    }
    const processOf = async (role: Process['role'], name: string): Promise<Process> => {
      const one = await createProcess(role, name, directory, configuration)
      closers.push(one.stop)
      return one
    }
    const api = await processOf('api', 'api')
    const workers = [await processOf('worker', 'worker-1'), await processOf('worker', 'worker-2')]
    for (const one of [api, ...workers]) await one.start()
    const token = await tenant.userToken({ sub: owner, permissions: ['client.write'], expiresIn: 86_400 })
    const ask: Installation['ask'] = (place, { headers, ...init } = {}) =>
      fetch(`http://127.0.0.1:${api.port}${place}`, {
        signal: AbortSignal.timeout(30_000),
        ...init,
        headers: {
          authorization: `Bearer ${token}`,
          'x-application-token': applicationToken,
          'content-type': 'application/json',
          ...Object.fromEntries(new Headers(headers)),
        },
      })
    return {
      directory,
      tenant,
      api,
      workers,
      database: database.address,
      redis: redis.address,
      queue: { url: servers.redisUrl, prefix },
      ask,
      command: async (method, place, body) => {
        const init = { method, headers: { authorization: basic } }
        const answer = await ask(place, body === undefined ? init : { ...init, body: JSON.stringify(body) })
        if (!answer.ok) throw new Error(`${method} ${place}: ${answer.status} ${await answer.text()}`)
      },
      query: async (text) => {
        await db.query(text)
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
