import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import pg from 'pg'
import { Pool } from 'undici'
import { applicationToken, createDatabase, fileFor } from '../../test/support/assemble-stack.ts'
import type { StackOptions } from '../../test/support/assemble-stack.ts'
import type { Servers } from '../../test/support/servers.ts'
import { processorSeconds } from '../processes.ts'
import { owner, startNexus, startTenant } from './programs.ts'
import type { Program, Role, TenantProgram } from './programs.ts'

/** Nexus as in production: each part a process of its own, and whoever asks another. */
export interface Installation {
  /** The simulated Auth0 tenant `acme`. */
  readonly tenant: TenantProgram
  /** The first process of Nexus. */
  readonly nexus: Program
  /** Starts one more process of Nexus; it ends with the others, if not before. */
  readonly start: (role: Role) => Promise<Program>
  /** PATCHes a client with a value that no other change has. @throws where the answer has another status */
  readonly change: (clientId: string, wanted: 200 | 202, tenantId?: string) => Promise<void>
  readonly query: <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) => Promise<Row[]>
  /** Processor time so far of every program, this one as `load` among them: seconds. */
  readonly processorSeconds: () => Readonly<Record<string, number>>
  readonly close: () => Promise<void>
}

interface Options extends Pick<StackOptions, 'tenant' | 'file'> {
  /** Clients of each simulated tenant. */
  readonly clients: number
  /** Where the simulated tenant listens, if it is to have more than one address. */
  readonly host?: string
  /** Tenants beside `acme`, whole, by where that one is. */
  readonly otherTenants?: (acme: TenantProgram) => NonNullable<StackOptions['otherTenants']>
  /** What the first process of Nexus does: everything, unless said otherwise. */
  readonly role?: Role
  /** Another checkout of the project, whose Nexus is run. */
  readonly checkout?: string
  /** Environment variables of its processes, beside those of this one. */
  readonly env?: Readonly<Record<string, string>>
}

/** Connections to the API: more than any load has callers. */
const connections = 256

/** Starts it all, and waits until Nexus knows every client. */
const install = async (servers: Servers, options: Options): Promise<Installation> => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-bench-'))
  const closers: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })]
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer()
  }
  try {
    const tenant = await startTenant({ directory, clients: options.clients, host: options.host })
    closers.push(tenant.close)
    const database = await createDatabase(servers)
    closers.push(database.drop)
    const db = new pg.Pool({ connectionString: database.url, max: 4 })
    db.on('error', () => undefined)
    closers.push(() => db.end())
    const query: Installation['query'] = async (text, values) => (await db.query(text, values)).rows
    const redis =
      servers.redisUrl === null ? {} : { redis: { url: servers.redisUrl, prefix: randomBytes(6).toString('hex') } }
    const configFile = path.join(directory, 'nexus.yaml')
    const quiet = { scanInterval: '24h', freshness: '24h', ...options.tenant }
    await writeFile(
      configFile,
      JSON.stringify(
        fileFor(tenant, { url: database.url }, redis, {
          file: options.file ?? {},
          tenant: quiet,
          otherTenants: options.otherTenants?.(tenant) ?? [],
        }),
      ),
    )

    const processes: Program[] = []
    const start = async (role: Role): Promise<Program & { readonly url: string }> => {
      const log = path.join(directory, `nexus-${processes.length}.log`)
      const nexus = await startNexus(role, {
        configFile,
        log,
        checkout: options.checkout,
        env: options.env,
      })
      processes.push(nexus)
      closers.push(nexus.close)
      return nexus
    }
    const nexus = await start(options.role ?? 'start')
    const api = new Pool(nexus.url, { connections, pipelining: 1 })
    closers.push(() => api.close())
    const headers = {
      authorization: `Bearer ${await tenant.userToken({ sub: owner, permissions: ['client.write'], expiresIn: 86_400 })}`,
      'x-application-token': applicationToken,
      'content-type': 'application/json',
    }
    let values = 0
    const change: Installation['change'] = async (clientId, wanted, tenantId = 'acme') => {
      values += 1
      const { statusCode, body } = await api.request({
        method: 'PATCH',
        path: `/v1/tenants/${tenantId}/clients/${clientId}`,
        headers: wanted === 202 ? { ...headers, prefer: 'respond-async' } : { ...headers, prefer: 'wait=60' },
        body: `{"callbackUrls":["https://app.example.com/${values}"]}`,
      })
      const text = await body.text()
      if (statusCode !== wanted) throw new Error(`Nexus answered ${statusCode} instead of ${wanted}: ${text}`)
    }
    // An API alone lists no client.
    const lister = options.role === 'api' ? await start('worker') : undefined
    await untilKnown(query, options.clients)
    await lister?.close()
    const pids = { ...(await pidsOf(servers)), simulator: tenant.pid }
    return {
      tenant,
      nexus,
      start,
      change,
      query,
      processorSeconds: () => {
        const { user, system } = process.cpuUsage()
        return {
          nexus: processes.reduce((sum, { pid }) => sum + processorSeconds(pid), 0),
          ...Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, processorSeconds(pid)])),
          load: (user + system) / 1e6,
        }
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Works with an installation, and ends all of it. */
export const withInstallation = async <T>(
  servers: Servers,
  options: Options,
  work: (nexus: Installation) => Promise<T>,
): Promise<T> => {
  const nexus = await install(servers, options)
  try {
    return await work(nexus)
  } finally {
    await nexus.close()
  }
}

/** Waits until the first scans have listed them. */
const untilKnown = async (query: Installation['query'], clients: number): Promise<void> => {
  for (;;) {
    const [row] = await query<{ known: number; scanned: boolean }>(
      `select (select count(*)::int from nexus.clients where tenant_id = 'acme') as known,
              bool_and(last_scan_at is not null) as scanned from nexus.tenants`,
    )
    if (row?.scanned === true && row.known >= clients) return
    await sleep(50)
  }
}

/** The servers say themselves which processes they are. */
const pidsOf = async ({ postgresUrl, redisUrl }: Servers): Promise<Record<string, number>> => {
  const db = new pg.Client({ connectionString: postgresUrl })
  await db.connect()
  const { rows } = await db.query<{ pid: number }>(
    `select split_part(pg_read_file('postmaster.pid'), e'\\n', 1)::int as pid`,
  )
  await db.end()
  const postgresql = rows[0]?.pid ?? Number.NaN
  if (redisUrl === null) return { postgresql }
  const redis = new Redis(redisUrl)
  const pid = /process_id:(\d+)/.exec(await redis.info('server'))?.[1]
  redis.disconnect()
  return { postgresql, redis: Number(pid) }
}
