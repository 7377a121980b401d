import { createHash, randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { access, constants, mkdir, mkdtemp } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { finished } from 'node:stream/promises'
import pg from 'pg'
import { parseConfiguration } from '../adapters/config/load.ts'
import { createLog } from '../adapters/log/log.ts'
import { createHttp } from '../adapters/http/http.ts'
import type { Http } from '../adapters/http/http.ts'
import { startEmbedded } from '../adapters/embedded-postgres/embedded.ts'
import { freePort } from '../adapters/embedded-postgres/free-port.ts'
import { run } from '../process/start.ts'
import { startSimulator } from '../simulator/main.ts'
import type { GivenUser, Simulator } from '../simulator/main.ts'
import { seeds, tenantIds } from './cast.ts'
import type { Person, TenantId } from './cast.ts'
import { consoleApplication } from './console-application.ts'
import { consoleTenant, consoleUsers } from './console.ts'

/** Everything that the demo runs: two simulated tenants, a database with the queue on it, Nexus' API and worker. */
export interface World {
  readonly nexusUrl: string
  readonly tenants: Readonly<Record<TenantId, Simulator>>
  /** What requests go out by: through no proxy of the user's, for everything is on this machine. */
  readonly http: Pick<Http, 'ask'>
  /** The calling application, without which no Bearer token is good. */
  readonly applicationToken: string
  readonly tokenOf: (person: Person) => string
  /** Where Nexus writes its log. */
  readonly logFile: string
  /** What a person should know of how it was started. */
  readonly notes: readonly string[]
  readonly close: () => Promise<void>
}

const month = 30 * 24 * 3600

/** Starts everything. What was started is closed again where something fails. @param port of the API; 0 for any */
export const startWorld = async (port: number): Promise<World> => {
  const closers: (() => Promise<void>)[] = []
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer()
  }
  try {
    const directory = await demoDirectory()
    const logFile = path.join(directory, 'nexus.log')
    const lines = createWriteStream(logFile)
    closers.push(() => finished(lines.end()))
    const publicUrl = `http://127.0.0.1:${port === 0 ? await freePort() : port}`
    const credential = { clientId: 'nexus-console', clientSecret: randomBytes(24).toString('base64url') }
    const tenants = {
      acme: await startTenant('acme', [consoleApplication(publicUrl, credential)], consoleUsers),
      globex: await startTenant('globex'),
    }
    closers.push(...Object.values(tenants).map((simulator) => simulator.close))
    const embedded = await startEmbedded(path.join(directory, 'store'))
    closers.push(embedded.stop)
    const database = await freshDatabase(embedded.url)
    closers.push(database.drop)

    const applicationToken = `nxa_${randomBytes(24).toString('base64url')}`
    const file = configurationFile(tenants, database.url, applicationToken, { publicUrl, ...credential })
    const configuration = parseConfiguration(JSON.stringify(file), { file: 'the demo', env: {} })
    const http = createHttp({})
    const nexus = await run(configuration, { api: true, worker: true }, createLog('info', lines), undefined, { http })
    closers.push(nexus.close)
    return {
      nexusUrl: nexus.url ?? '',
      tenants,
      http,
      applicationToken,
      tokenOf: ({ tenant, claims }) => tenants[tenant].issueUserToken({ expiresIn: month, ...claims }),
      logFile,
      notes: embedded.notes,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

const startTenant = (
  tenant: TenantId,
  more: readonly ReturnType<typeof consoleApplication>[] = [],
  users: readonly GivenUser[] = [],
): Promise<Simulator> =>
  startSimulator({ tenant, seed: [...seeds[tenant], ...more].map((seed) => structuredClone(seed)), users })

/** A folder for this user's demos, where the demo is started; a temporary one where nothing may be written there. */
const demoDirectory = async (): Promise<string> => {
  const wanted = path.resolve('.nexus', 'demo', String(process.getuid?.() ?? 'user'))
  try {
    await mkdir(wanted, { recursive: true })
    await access(wanted, constants.W_OK)
    return wanted
  } catch {
    return mkdtemp(path.join(os.tmpdir(), 'nexus-demo-'))
  }
}

/**
 * A database of its own for each run, so that every run starts afresh, and two at once do not meet. Those that runs
 * left behind which were killed are dropped.
 */
const freshDatabase = async (serverUrl: string): Promise<{ url: string; drop: () => Promise<void> }> => {
  const asAdmin = async <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const client = new pg.Client({ connectionString: serverUrl })
    await client.connect()
    try {
      return await work(client)
    } finally {
      await client.end()
    }
  }
  const name = `demo_${randomBytes(6).toString('hex')}`
  await asAdmin(async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      `select datname from pg_database d where datname ~ '^demo_[0-9a-f]{12}$'
       and not exists (select from pg_stat_activity a where a.datid = d.oid)`,
    )
    for (const { datname } of rows) await client.query(`drop database if exists ${datname} with (force)`)
    await client.query(`create database ${name}`)
  })
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return {
    url: url.href,
    drop: () => asAdmin(async (client) => void (await client.query(`drop database ${name} with (force)`))),
  }
}

/** What a nexus.yaml would say. */
const configurationFile = (
  tenants: World['tenants'],
  databaseUrl: string,
  applicationToken: string,
  console: { readonly publicUrl: string; readonly clientId: string; readonly clientSecret: string },
): unknown => ({
  server: { host: '127.0.0.1', port: Number(new URL(console.publicUrl).port) },
  database: { url: databaseUrl },
  terraform: { stateKeys: [randomBytes(32).toString('base64')] },
  tenants: tenantIds.map((id) => ({
    id,
    domain: tenants[id].url,
    credential: tenants[id].credential,
    plan: 'none',
    allowInsecure: true,
    terraformStates: ['main'],
  })),
  issuers: tenantIds.map((id) => ({
    issuer: tenants[id].issuer,
    audience: 'urn:nexus',
    allowInsecure: true,
    tenants: [id],
  })),
  applicationTokens: {
    tokens: [
      { name: 'demo', sha256: createHash('sha256').update(applicationToken).digest('hex'), tenants: [...tenantIds] },
    ],
  },
  console: {
    ...console,
    issuer: tenants[consoleTenant].issuer,
    applicationToken,
    sessionKeys: [randomBytes(32).toString('base64')],
  },
})
