import type { Finding } from '../finding.ts'
import { fail, ok, warn } from '../finding.ts'
import type { AllLeftOut } from '../clients/left-out.ts'
import { isOlderThan, redisVersions } from '../redis/fitness.ts'
import type { RedisFacts } from '../redis/fitness.ts'
import type { RedisFound } from '../redis/place.ts'
import type { UnnamedStates } from '../terraform/unnamed-states.ts'

/**
 * What an installation needs, judged from facts that somebody else gathered: the remedies of `nexus doctor`. No value of a
 * fact is a secret.
 */

/** For a user who may do too little in the database. */
export const grant = 'Run `nexus migrate` with database.adminUrl set: it grants the user of database.url what it needs.'

export interface DatabaseFacts {
  /** As `server_version_num` has it: 140005 is 14.5. */
  readonly version: number
  readonly readOnly: boolean
  /** Migrations of this program that the database lacks. */
  readonly unapplied: readonly string[]
  /** Migrations of the database that this program does not know. */
  readonly unknown: readonly string[]
  /** Those among them without which this program cannot work. */
  readonly needed: readonly string[]
  /** Whether the user, or the one of database.adminUrl, may bring the schema up to date. */
  readonly mayMigrate: boolean
  /** Tables that the user may not read and write. */
  readonly denied: readonly string[]
}

/** PostgreSQL 14 is the oldest that is tested. */
const oldestPostgres = 140_000

export const judgeDatabase = (facts: DatabaseFacts): Finding[] => {
  const major = Math.floor(facts.version / 10_000)
  return [
    facts.version < oldestPostgres
      ? fail('database version', `PostgreSQL ${major} is too old.`, 'Use PostgreSQL 14 or later.')
      : ok('database version', `PostgreSQL ${major}.${facts.version % 10_000}`),
    ...(facts.readOnly
      ? [fail('database', 'It takes no writes: it is a replica.', 'Point database.url at the primary.')]
      : []),
    schemaOf(facts),
    facts.denied.length > 0
      ? fail('database rights', `The user may not read and write ${facts.denied.join(', ')}.`, grant)
      : ok('database rights', 'The user may read and write.'),
  ]
}

const schemaOf = ({ unapplied, unknown, needed, mayMigrate }: DatabaseFacts): Finding => {
  const about = 'database schema'
  if (needed.length > 0)
    return fail(
      about,
      `A newer Nexus has been here, and taken away what this version needs: ${needed.join(', ')}.`,
      'Run the version that made it, or a later one.',
    )
  if (unknown.length > 0 && unapplied.length === 0)
    return ok(about, `A newer Nexus has extended it, and this version works with it: ${unknown.join(', ')}.`)
  if (unapplied.length === 0) return ok(about, 'It is up to date.')
  const missing = `It is not up to date: ${unapplied.join(', ')}.`
  return mayMigrate
    ? warn(about, missing, 'Run `nexus migrate`. `nexus start` does it too, when it starts.')
    : fail(
        about,
        `${missing} The user may not change that.`,
        'Set database.adminUrl to the URL of the owner of the tables, and run `nexus migrate`.',
      )
}

/** Of a Redis that can do the work (`redis/fitness.ts`): what still should be otherwise. */
export const judgeRedis = ({
  version,
  policy,
  appendOnly,
  found = null,
}: Pick<RedisFacts, 'version' | 'policy' | 'appendOnly'> & Partial<Pick<RedisFacts, 'found'>>): Finding[] => {
  const upgrade = 'Use Redis 6.2 or later.'
  return [
    isOlderThan(version, redisVersions.least)
      ? fail('Redis version', `${version} is too old, or no Redis.`, upgrade)
      : isOlderThan(version, redisVersions.recommended)
        ? warn('Redis version', `${version} is old.`, upgrade)
        : ok('Redis version', version),
    policy === 'noeviction'
      ? ok('Redis maxmemory-policy', policy)
      : fail(
          'Redis maxmemory-policy',
          `${policy}: a full Redis throws parts of the queue away, and what is left of it cannot be worked on.`,
          'Set maxmemory-policy noeviction in redis.conf, or CONFIG SET maxmemory-policy noeviction.',
        ),
    appendOnly
      ? ok('Redis appendonly', 'yes')
      : warn(
          'Redis appendonly',
          'no: a restart forgets the queue. No change is lost, but each waits for the next sweep.',
          'Set appendonly yes in redis.conf, or CONFIG SET appendonly yes.',
        ),
    ...judgeFailover(found),
  ]
}

/** Whether another can take the place of a primary that is lost. */
const judgeFailover = (found: RedisFound | null): Finding[] => {
  if (found === null || found.kind === 'url') return []
  if (found.kind === 'sentinel')
    return [
      found.answering === found.sentinels
        ? ok('Redis Sentinels', 'All answer.')
        : warn(
            'Redis Sentinels',
            `Only ${found.answering} of ${found.sentinels} answer.`,
            'A failover needs most of them: start the others, and check redis.sentinel.nodes.',
          ),
    ]
  return [
    found.replicas >= found.primaries
      ? ok('Redis replicas', String(found.replicas))
      : warn(
          'Redis replicas',
          `${found.replicas}, for ${found.primaries} primaries: without a replica nobody takes the place of a primary.`,
          'Give each primary a replica.',
        ),
  ]
}

/** What Nexus calls of the Management API: GET and PATCH of clients. */
const neededScopes = ['read:clients', 'update:clients']
/** Auth0 shows a client's secret to who has this one. */
const secretScope = 'read:client_keys'

/**
 * @param scopes of the token that the credential got; null where the token endpoint does not say
 * @param readsSecrets whether somebody in the configuration may read clients' secrets
 */
export const judgeScopes = (about: string, scopes: readonly string[] | null, readsSecrets: boolean): Finding[] => {
  if (scopes === null)
    return [warn(about, 'Which scopes the credential has is not said.', `It needs ${neededScopes.join(' and ')}.`)]
  const missing = neededScopes.filter((scope) => !scopes.includes(scope))
  const excess = scopes.filter((scope) => ![...neededScopes, secretScope].includes(scope))
  const found = [
    ...(missing.length > 0
      ? [
          fail(
            about,
            `The credential lacks ${missing.join(' and ')}.`,
            "In Auth0's dashboard: Applications, the application, APIs, Auth0 Management API: authorise these.",
          ),
        ]
      : []),
    ...(readsSecrets && !scopes.includes(secretScope)
      ? [
          warn(
            about,
            `Somebody may read secrets (client.secret.read), and Auth0 shows the credential none: it lacks ${secretScope}.`,
            `Authorise ${secretScope} for it, or take client.secret.read away.`,
          ),
        ]
      : []),
    ...(excess.length > 0
      ? [
          warn(
            about,
            `The credential may do more than Nexus does: ${excess.slice(0, 5).join(', ')}${excess.length > 5 ? ', …' : ''}.`,
            'Take away what no other tool needs that uses the same application.',
          ),
        ]
      : []),
  ]
  return found.length > 0 ? found : [ok(about, scopes.toSorted().join(', '))]
}

/** Seconds that clocks may differ by. Tokens of people are taken 30 s too early or too late, and not more. */
const clockSeconds = { noticed: 5, most: 30 }

/** @param skewMs how far the other clock is ahead of this machine's; null where it did not say */
export const judgeClock = (about: string, skewMs: number | null): Finding => {
  if (skewMs === null) return warn(about, 'It did not say what time it is.', 'Compare the clocks by hand.')
  const seconds = Math.round(skewMs / 1000)
  const off = Math.abs(seconds)
  if (off < clockSeconds.noticed) return ok(about, 'The clocks agree.')
  const said = `This machine's clock is ${off} s ${seconds > 0 ? 'behind' : 'ahead'}.`
  const remedy = 'Let NTP set the clocks of both machines.'
  return off > clockSeconds.most ? fail(about, `${said} Valid tokens are refused.`, remedy) : warn(about, said, remedy)
}

export interface StateKeyFacts {
  /** How many keys are configured, and the names of these: the first one seals. */
  readonly keyIds: readonly string[]
  /** How many versions each key has sealed. */
  readonly sealed: ReadonlyMap<string, number>
  /** Tenants that name Terraform states whose configuration Nexus writes. */
  readonly tenantsWithStates: readonly string[]
}

/** States that are held and change nothing, because nobody said that they may. */
export const judgeUnnamedStates = (unnamed: readonly UnnamedStates[]): Finding[] =>
  unnamed.map(({ tenantId, said, remedy }) => warn(`states of ${tenantId}`, said, remedy))

/** How many of the elements that a scan left out are named. */
const namedLeftOut = 5

/** What scans left out: it stops nothing, and somebody should know. */
export const judgeLeftOut = (about: string, { count, elements }: AllLeftOut): Finding[] => {
  if (count === 0) return []
  const named = elements.slice(0, namedLeftOut).map(({ client, reason }) => `${client ?? 'without an id'}: ${reason}`)
  const more = count - named.length
  return [
    warn(
      about,
      `The last scan left out ${count === 1 ? 'what cannot be handled' : `${count} things that cannot be handled`}. ${named.join(' ')}${more > 0 ? ` And ${more} more.` : ''}`,
      'Put it right in Auth0; everything else is looked after. GET /v1/tenants/{tenant} lists more.',
    ),
  ]
}

/** How a tenant is served, and how many of its clients wait. */
export interface ServedFacts {
  readonly id: string
  readonly served: boolean
  readonly backlog: number
}

/** Tenants that no worker serves, although workers run or changes wait. */
export const judgeServed = (tenants: readonly ServedFacts[]): Finding[] => {
  const someoneWorks = tenants.some(({ served }) => served)
  return tenants
    .filter(({ served, backlog }) => !served && (someoneWorks || backlog > 0))
    .map(({ id, backlog }) =>
      warn(
        `worker of ${id}`,
        `No worker serves it${backlog > 0 ? `, and changes of ${backlog} of its clients wait` : ''}.`,
        someoneWorks
          ? 'Name it in --tenants of a worker that runs, or run one without --tenants.'
          : 'Run `nexus start` or `nexus worker`.',
      ),
    )
}

const versions = (some: readonly (readonly [string, number])[]): string => {
  const count = some.reduce((sum, [, one]) => sum + one, 0)
  return `${count} version${count === 1 ? '' : 's'} of states`
}

export const judgeStateKeys = ({ keyIds, sealed, tenantsWithStates }: StateKeyFacts): Finding[] => {
  const about = 'terraform.stateKeys'
  const lost = [...sealed].filter(([id]) => !keyIds.includes(id))
  const older = [...sealed].filter(([id]) => keyIds.includes(id) && id !== keyIds[0])
  return [
    ...(keyIds.length === 0 && tenantsWithStates.length > 0
      ? [
          fail(
            about,
            `There is no key, and states of ${tenantsWithStates.join(', ')} are to be kept.`,
            'Make one with `openssl rand -base64 32`, and name it in terraform.stateKeys.',
          ),
        ]
      : []),
    ...(lost.length > 0
      ? [
          fail(
            about,
            `${versions(lost)} cannot be opened: the key ${lost.map(([id]) => id).join(', ')} is not there.`,
            'Add it back, behind the first one.',
          ),
        ]
      : []),
    ...(older.length > 0
      ? [
          warn(
            about,
            `${versions(older)} are sealed with an older key.`,
            'Run `nexus state rekey`, then the older key can go.',
          ),
        ]
      : []),
    ...(keyIds.length > 0 && lost.length === 0 && older.length === 0
      ? [
          ok(
            about,
            `${keyIds.length === 1 ? '1 key' : `${keyIds.length} keys`}, and every version is sealed with the first.`,
          ),
        ]
      : []),
    ...(keyIds.length === 0 && tenantsWithStates.length === 0 && lost.length === 0
      ? [ok(about, 'No key, and none is needed: no tenant names Terraform states.')]
      : []),
  ]
}
