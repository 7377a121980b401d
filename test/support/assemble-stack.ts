import { createHash, randomBytes } from 'node:crypto'
import { Writable } from 'node:stream'
import type pg from 'pg'
import { parseConfiguration } from '../../adapters/config/load.ts'
import type { Configuration } from '../../adapters/config/configuration.ts'
import { createConnector } from '../../adapters/postgres/servers/connector.ts'
import { eachServer } from '../../domain/texts/database-url.ts'
import { editUrl } from './postgres/edit-url.ts'
import { startEmbedded } from '../../adapters/embedded-postgres/embedded.ts'
import { createLog } from '../../adapters/log/log.ts'
import { run } from '../../process/start.ts'
import type { Outside, Roles, Running } from '../../process/start.ts'
import { startSimulator } from '../../simulator/main.ts'
import type { Simulator, SimulatorOptions } from '../../simulator/main.ts'
import type { Servers } from './servers.ts'

export const applicationToken = 'nxa_test-application-token'
export const narrowApplicationToken = 'nxa_test-narrow-application-token'

/** Everything that the main job needs, for real, in this process. */
export interface Stack {
  readonly simulator: Simulator
  readonly configuration: Configuration
  /** The file that it was read from, for processes of their own. */
  readonly configurationText: string
  /** As a superuser. */
  readonly databaseUrl: string
  /** Where the API listens. */
  readonly url: string
  /** Lines of the log so far. */
  readonly logLines: () => readonly string[]
  /** A Bearer token with these claims, by default a user with client.write and client.read. */
  readonly token: (claims?: { sub?: string; permissions?: string[]; roles?: string[]; products?: string[] }) => string
  /** A request to the API, with a user's token unless headers say otherwise. */
  readonly request: (path: string, init?: RequestInit & { readonly as?: string }) => Promise<Response>
  /** PATCHes a client of the tenant `acme`. */
  readonly patch: (clientId: string, body: unknown, init?: RequestInit & { readonly as?: string }) => Promise<Response>
  /** Runs statements on the database. */
  readonly query: <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) => Promise<Row[]>
  /** Starts one more process of Nexus, as it were, over the same storage. */
  readonly also: (roles: Roles) => Promise<Running>
  /** Stops Nexus, and starts it again. */
  readonly stop: () => Promise<void>
  readonly start: () => Promise<void>
  readonly close: () => Promise<void>
}

export interface StackOptions {
  readonly simulator?: SimulatorOptions
  /** Members of the tenant in the configuration file. */
  readonly tenant?: Record<string, unknown>
  /** Tenants beside it, whole. */
  readonly otherTenants?: readonly Record<string, unknown>[]
  /** Issuers beside the simulated tenant's own, whole. */
  readonly otherIssuers?: readonly Record<string, unknown>[]
  /** The console of the configuration file, whose issuer is the simulated tenant's own. */
  readonly console?: Record<string, unknown>
  /** Further members of the configuration file. */
  readonly file?: Record<string, unknown>
  readonly roles?: Roles
  /** Where its traces are kept; it closes them. */
  readonly traces?: Outside['traces']
  /** Where Nexus starts an embedded PostgreSQL of its own, instead of using a database of the servers. */
  readonly embedded?: string
  /** What the configuration says of the database, beside adminUrl. @param url as the role that Nexus runs as */
  readonly database?: (url: string) => Record<string, unknown>
  /** Fills the database before Nexus starts. @param ownerUrl as the role that owns it */
  readonly fill?: (ownerUrl: string) => Promise<void>
  /**
   * Whether Nexus runs as a role that does not own its tables, as it should in production. Otherwise so with Redis, and as
   * the owner with the queue in PostgreSQL.
   */
  readonly twoRoles?: boolean
}

const execute = async (url: string, statement: string): Promise<void> => {
  const client = await createConnector(url).open({}, () => undefined)
  await client.query(statement)
  await client.end()
}

/** A database of its own on the servers of this run. */
export const createDatabase = async ({ postgresUrl }: Servers): Promise<{ url: string; drop: () => Promise<void> }> => {
  const name = `test_${randomBytes(6).toString('hex')}`
  await execute(postgresUrl, `create database ${name}`)
  const url = editUrl(postgresUrl, { pathname: `/${name}` })
  return { url, drop: () => execute(postgresUrl, `drop database ${name} with (force)`) }
}

/** A role that may log in and nothing more. */
export const createRole = async (
  adminUrl: string,
): Promise<{ name: string; url: string; drop: () => Promise<void> }> => {
  const name = `run_${randomBytes(6).toString('hex')}`
  await execute(adminUrl, `create role ${name} login password '${name}'`)
  const url = editUrl(adminUrl, { username: name, password: name })
  return { name, url, drop: () => execute(adminUrl, `drop owned by ${name}; drop role ${name}`) }
}

/** A role that owns the database, but is no superuser, and one that owns nothing: as the guide for operators says. */
export const createRoles = async (adminUrl: string) => {
  const owner = await createRole(adminUrl)
  const running = await createRole(adminUrl)
  const database = new URL(eachServer(adminUrl)[0] ?? adminUrl).pathname.slice(1)
  await execute(adminUrl, `alter database ${database} owner to ${owner.name}`)
  return {
    owner,
    running,
    drop: async () => {
      await running.drop()
      await execute(adminUrl, `alter database ${database} owner to current_user`)
      await owner.drop()
    },
  }
}

/** Starts a simulated tenant, a database of its own, and Nexus over both. */
export const assembleStack = async (servers: Servers, options: StackOptions = {}): Promise<Stack> => {
  const simulator = await startSimulator({ ...options.simulator })
  const database = options.embedded === undefined ? await createDatabase(servers) : null
  const roles =
    database !== null && (options.twoRoles ?? servers.redisUrl !== null) ? await createRoles(database.url) : null
  if (database !== null) await options.fill?.(roles?.owner.url ?? database.url)
  const lines: string[] = []
  const log = createLog(
    'debug',
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        lines.push(chunk.toString())
        done()
      },
    }),
  )
  // Parallel suites must not see each other's jobs.
  const prefix = randomBytes(6).toString('hex')
  const redis = servers.redisUrl === null ? {} : { redis: { url: servers.redisUrl, prefix } }
  const text = JSON.stringify(
    fileFor(
      simulator,
      roles === null
        ? { url: database?.url, embedded: options.embedded }
        : { ...(options.database?.(roles.running.url) ?? { url: roles.running.url }), adminUrl: roles.owner.url },
      redis,
      options,
    ),
  )
  const configuration = parseConfiguration(text, { file: 'test.yaml', env: {} })
  let running: Running | undefined
  const start = async (): Promise<void> => {
    const { roles = { api: true, worker: true }, traces = null } = options
    running = await run(configuration, roles, log, undefined, { traces })
  }
  const others: Running[] = []
  await start()
  const url = (): string => running?.url ?? ''
  const visit = options.embedded === undefined ? null : await startEmbedded(options.embedded)
  const databaseUrl = database?.url ?? visit?.url ?? ''
  const pool = createConnector(databaseUrl).pool({ max: 2 }, () => undefined)

  const token: Stack['token'] = (claims = {}) =>
    simulator.issueUserToken({ sub: 'auth0|tester', permissions: ['client.read', 'client.write'], ...claims })
  const request: Stack['request'] = (path, { as, headers, ...init } = {}) =>
    fetch(`${url()}${path}`, {
      ...init,
      headers: {
        authorization: `Bearer ${as ?? token()}`,
        'x-application-token': applicationToken,
        ...Object.fromEntries(new Headers(headers)),
      },
    })

  return {
    simulator,
    configuration,
    configurationText: text,
    databaseUrl,
    get url() {
      return url()
    },
    logLines: () => lines,
    token,
    request,
    patch: (clientId, body, init = {}) =>
      request(`/v1/tenants/acme/clients/${clientId}`, {
        method: 'PATCH',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        ...init,
        headers: { 'content-type': 'application/json', ...Object.fromEntries(new Headers(init.headers)) },
      }),
    query: async (text, values) => (await pool.query(text, values)).rows,
    also: async (roles) => {
      const other = await run({ ...configuration, server: { ...configuration.server, port: 0 } }, roles, log)
      others.push(other)
      return other
    },
    stop: async () => {
      await running?.close()
      running = undefined
    },
    start,
    close: async () => {
      await Promise.all(others.map((other) => other.close()))
      await running?.close()
      await pool.end()
      await simulator.close()
      await roles?.drop()
      await database?.drop()
      await visit?.stop()
    },
  }
}

/** In hexadecimal digits: how a configuration names an application token. */
export const sha256Of = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex')

/** The application through which tests call, as a configuration file has it. */
export const portal = { name: 'portal', sha256: sha256Of(applicationToken), tenants: '*' }

/** The configuration file of an installation over a simulated tenant. */
export const fileFor = (
  simulator: Pick<Simulator, 'url' | 'issuer' | 'credential'>,
  database: Record<string, unknown>,
  redis: Record<string, unknown>,
  options: Pick<StackOptions, 'tenant' | 'otherTenants' | 'otherIssuers' | 'console' | 'file'>,
): Record<string, unknown> => ({
  server: { host: '127.0.0.1', port: 0 },
  database,
  // One caller does what many would.
  limits: {
    requestsPerSecond: 100_000,
    burst: 1_000_000,
    waitingChanges: 1_000_000,
    waitingChangesOfCaller: 1_000_000,
  },
  ...redis,
  tenants: [
    {
      id: 'acme',
      domain: simulator.url,
      credential: { ...simulator.credential },
      plan: 'none',
      allowInsecure: true,
      ...options.tenant,
    },
    ...(options.otherTenants ?? []),
  ],
  issuers: [
    {
      issuer: simulator.issuer,
      audience: 'urn:nexus',
      allowInsecure: true,
      claims: { roles: 'https://nexus.example/roles', products: 'https://nexus.example/products' },
      tenants: '*',
    },
    ...(options.otherIssuers ?? []),
  ],
  applicationTokens: {
    tokens: [portal, { name: 'narrow', sha256: sha256Of(narrowApplicationToken), tenants: '*', products: ['Billing'] }],
  },
  ...(options.console && { console: { issuer: simulator.issuer, ...options.console } }),
  ...options.file,
})
