import { createServer } from 'node:net'
import type { Configuration } from '../../adapters/config/configuration.ts'
import { createHttp } from '../../adapters/http/http.ts'
import type { Http } from '../../adapters/http/http.ts'
import { connect } from '../../adapters/postgres/database/connect.ts'
import type { Postgres } from '../../adapters/postgres/database/connect.ts'
import { restoredTenants } from '../../adapters/postgres/tenants/restored.ts'
import { createTenants } from '../../adapters/postgres/tenants/tenants.ts'
import { nothingLeftOut } from '../../domain/clients/left-out.ts'
import { embeddedExists } from '../../adapters/embedded-postgres/embedded.ts'
import { inspect } from '../../adapters/postgres/database/inspect.ts'
import { isForbidden } from '../../adapters/postgres/servers/sqlstate.ts'
import { DatabaseUnusable } from '../../adapters/postgres/servers/reach.ts'
import { inspectRedis, problemAt } from '../../adapters/queue/inspect.ts'
import { maximumTenantsOnPostgres } from '../../adapters/queue/settings.ts'
import { keyIdsOf } from '../../adapters/sealing/sealing.ts'
import {
  grant,
  judgeClock,
  judgeDatabase,
  judgeLeftOut,
  judgeRedis,
  judgeServed,
  judgeStateKeys,
  judgeUnnamedStates,
} from '../../domain/installation/installation.ts'
import { judgeReplication } from '../../domain/installation/replication.ts'
import { judgeIdentities } from '../../domain/access/identities.ts'
import { tellProblem } from '../../domain/redis/fitness.ts'
import { redisFoundText, redisPlaceText } from '../../domain/redis/place.ts'
import { placeOf } from '../../domain/texts/web-address.ts'
import { unnamedStates } from '../../process/unnamed-states.ts'
import { fail, ok, warn } from '../../domain/finding.ts'
import { codeOf } from '../../domain/shape.ts'
import type { Finding } from '../../domain/finding.ts'
import { openDatabase } from '../../process/database.ts'
import { applicationOfConsole, signingIn } from './console.ts'
import { outgoing } from './outgoing.ts'

/**
 * Everything that an installation needs, looked at one after the other; nothing is changed.
 *
 * @param http what calls go out by
 */
export const examine = async (configuration: Configuration, http: Http): Promise<Finding[]> => [
  ...(await database(configuration)),
  ...(await queue(configuration)),
  ...judgeIdentities(
    configuration.issuers,
    configuration.tenants.map(({ id }) => id),
  ),
  ...(await outgoing(configuration, http)),
  ...(await signingIn(configuration, http)),
  ...(await port('port of the API', configuration.server.host, configuration.server.port)),
  ...(configuration.server.metricsPort === null
    ? []
    : await port('port of the metrics', configuration.server.host, configuration.server.metricsPort)),
]

const reasonOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return reasonOf(error.errors[0])
  if (!(error instanceof Error)) return 'no reason is known'
  return error.message === '' ? (codeOf(error) ?? 'unreachable') : error.message
}

const database = async (configuration: Configuration): Promise<Finding[]> => {
  const { database: place } = configuration
  if ('embedded' in place && !(await embeddedExists(place.embedded)))
    return [
      ok('database', `The embedded one in ${place.embedded} is made at the first start.`),
      ...stateKeys(configuration, new Map()),
    ]
  const where = 'url' in place ? placeOf(place.url) : `embedded in ${place.embedded}`
  try {
    const opened = await openDatabase(configuration, () => undefined)
    const postgres = connect(opened.url, () => undefined, { size: 1, pooled: opened.pooled })
    try {
      const facts = await inspect(postgres.db)
      const owner = await ownerOf(configuration)
      return [
        ok('database', where),
        ...(await pooler(configuration, facts)),
        ...owner.findings,
        ...judgeDatabase({ ...facts, mayMigrate: facts.mayMigrate || owner.mayMigrate }),
        judgeReplication(facts.replication),
        judgeClock('clock of the database', facts.skewMs),
        ...stateKeys(configuration, facts.sealed),
        ...judgeUnnamedStates(await unnamedStates(postgres.db, configuration)),
        ...(facts.unapplied.length > 0 ? [] : await asTheyStand(postgres.db, configuration)),
      ]
    } finally {
      await postgres.close()
      await opened.close()
    }
  } catch (error) {
    if (isForbidden(error)) return [fail('database rights', `The user may not even look: ${reasonOf(error)}.`, grant)]
    if (error instanceof DatabaseUnusable) return [fail('database', error.said, error.remedy)]
    const remedy =
      'url' in place
        ? 'Check database.url, and that the database is up and lets this machine and user in.'
        : `Look at ${place.embedded}/postgres.log.`
    return [fail('database', `${where} cannot be used: ${reasonOf(error)}.`, remedy)]
  }
}

/** What is known of the tenants and the console's application, as they stand. */
const asTheyStand = async (db: Postgres['db'], configuration: Configuration): Promise<Finding[]> => {
  const { tenants } = configuration
  const { health } = createTenants(db)
  const found = await Promise.all(tenants.map(async ({ id }) => ({ id, health: await health(id) })))
  return [
    ...(await applicationOfConsole(db, configuration)),
    ...found.flatMap(({ id, health }) => judgeLeftOut(`clients of ${id}`, health?.leftOut ?? nothingLeftOut)),
    ...(await restoredTenants(db)).map(({ tenantId }) =>
      warn(
        `tenant ${tenantId}`,
        'It is paused, because the database was restored from a backup, which is older than Auth0.',
        'Run nexus after-restore.',
      ),
    ),
    ...judgeServed(found.flatMap(({ id, health }) => (health === undefined ? [] : [{ ...health, id }]))),
  ]
}

const stateKeys = ({ terraform, tenants }: Configuration, sealed: ReadonlyMap<string, number>): Finding[] =>
  judgeStateKeys({
    keyIds: keyIdsOf(terraform.stateKeys),
    sealed,
    tenantsWithStates: tenants.flatMap(({ id, terraformStates }) => (terraformStates.length > 0 ? [id] : [])),
  })

/** What stands before the database, and the way past it. @param seen what was seen through it */
const pooler = async (
  { database }: Configuration,
  seen: Pick<Awaited<ReturnType<typeof inspect>>, 'identity'>,
): Promise<Finding[]> => {
  if (!('url' in database) || database.directUrl === null) return []
  const about = 'database.directUrl'
  const where = placeOf(database.directUrl)
  const postgres = connect(database.directUrl, () => undefined, { size: 1 })
  try {
    const { identity } = await inspect(postgres.db)
    return [
      ...(database.pooler === 'transaction'
        ? [ok('database pooler', 'transaction: settings hold for a transaction, and statements are not prepared.')]
        : []),
      identity === seen.identity
        ? ok(about, `${where}, for LISTEN and migrations.`)
        : fail(about, `${where} is another database than database.url leads to.`, 'Set both to the same database.'),
    ]
  } finally {
    await postgres.close()
  }
}

/** Who migrates where the running user may not: the user of database.adminUrl. */
const ownerOf = async ({
  database,
}: Configuration): Promise<{ readonly mayMigrate: boolean; readonly findings: Finding[] }> => {
  if (!('adminUrl' in database) || database.adminUrl === null) return { mayMigrate: false, findings: [] }
  const about = 'database.adminUrl'
  const where = placeOf(database.adminUrl)
  const postgres = connect(database.adminUrl, () => undefined, { size: 1 })
  try {
    const { mayMigrate } = await inspect(postgres.db)
    const finding = mayMigrate
      ? ok(about, where)
      : fail(about, 'Its user does not own the tables.', 'Give the URL of their owner, or leave it out.')
    return { mayMigrate, findings: [finding] }
  } catch (error) {
    const said = `${where} cannot be used: ${reasonOf(error)}.`
    return { mayMigrate: false, findings: [fail(about, said, 'Check it; the processes that run do without it.')] }
  } finally {
    await postgres.close()
  }
}

const queue = async ({ redis, tenants }: Configuration): Promise<Finding[]> => {
  if (redis === null)
    return tenants.length > maximumTenantsOnPostgres
      ? [
          fail(
            'queue',
            `It is in the database, which serves ${maximumTenantsOnPostgres} tenants, and there are ${tenants.length}.`,
            'Set redis (url, sentinel or cluster).',
          ),
        ]
      : [ok('queue', 'It is in the database.')]
  const facts = await inspectRedis({ ...redis, tenants: tenants.map(({ id }) => id) })
  const problem = problemAt(redis, facts)
  if (problem !== null)
    return [fail('queue', `${redisPlaceText(redis)} cannot be used. ${tellProblem(problem)}`, problem.remedy)]
  return [ok('queue', redisFoundText(redis, facts.found)), ...judgeRedis(facts)]
}

/** Why a port cannot be listened on; undefined where it can. */
const listenProblem = (host: string, port: number): Promise<string | undefined> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error) => resolve(codeOf(error) ?? error.message))
    server.listen(port, host, () => server.close(() => resolve(undefined)))
  })

const port = async (about: string, host: string, port: number): Promise<Finding[]> => {
  const where = `${host}:${port}`
  if (port === 0) return [ok(about, 'Any free one.')]
  const problem = await listenProblem(host, port)
  if (problem === undefined) return [ok(about, `${where} is free.`)]
  if (problem === 'EADDRINUSE' && (await isNexus(host, port))) return [ok(about, `Nexus listens on ${where}.`)]
  const remedy = 'Choose another, or end the program that has it.'
  if (problem === 'EADDRINUSE') return [fail(about, `Another program listens on ${where}.`, remedy)]
  return [fail(about, `${where} cannot be listened on (${problem}).`, 'Choose another server.host or server.port.')]
}

/** What Nexus answers on the port of its API, and on the one of its metrics. */
const signs = [
  { path: '/openapi.json', sign: /"title":\s*"Nexus/ },
  { path: '/metrics', sign: /^nexus_/m },
]

const isNexus = async (host: string, port: number): Promise<boolean> => {
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host
  const found = signs.map(async ({ path, sign }) => {
    // No proxy knows the ports of this machine.
    const { status, body } = await createHttp({}).ask(`http://${name}:${port}${path}`, {
      deadline: AbortSignal.timeout(5000),
    })
    return status === 200 && sign.test(body.toString('utf8'))
  })
  return (await Promise.allSettled(found)).some((one) => one.status === 'fulfilled' && one.value)
}
