/**
 * Whether a Redis can do the work of the queue, judged from what it answered: the one place that knows, for the start, for
 * `nexus doctor`, `/readyz` and the health of a tenant. No text of it holds a secret.
 */

/** Why a Redis cannot do the work: a closed set, which callers and pipelines may rely on. */
type RedisProblemCode =
  | 'unreachable'
  | 'unanswering'
  | 'tls'
  | 'login'
  | 'protected'
  | 'no-such-database'
  | 'forbidden'
  | 'cluster'
  | 'too-old'
  | 'replica'
  | 'loading'
  | 'full'
  | 'cannot-save'
  | 'crowded'
  | 'refusing'

export interface RedisProblem {
  readonly code: RedisProblemCode
  readonly said: string
  /** Redis' own words, or the system's, which may hold an address: for operators only. */
  readonly words: string | null
  readonly remedy: string
  /** Whether it may pass by itself: a start waits for that, for a bounded time. */
  readonly passing: boolean
}

/** One command that was tried, and what Redis had against it; its own words, or the system's. */
export interface RedisRefusal {
  readonly command: string
  readonly words: string
}

export interface RedisFacts {
  /** `redis_version` of INFO; empty where it may not be asked. */
  readonly version: string
  readonly policy: string
  readonly appendOnly: boolean
  readonly clustered: boolean
  readonly refusals: readonly RedisRefusal[]
}

interface Rule extends Omit<RedisProblem, 'words'> {
  /** In Redis' answers, in Node's errors. Sources: redis.io "Redis protocol: errors", src/server.c, Node's error codes. */
  readonly sign: RegExp
}

const rule = (
  code: RedisProblemCode,
  sign: RegExp,
  said: string,
  remedy: string,
  when: 'passing' | 'lasting' = 'lasting',
): Rule => ({ code, sign, said, remedy, passing: when === 'passing' })

const noCluster = rule(
  'cluster',
  /CLUSTERDOWN|CROSSSLOT|MOVED|cluster mode|non local key|do not hash to the same slot/,
  'It runs in cluster mode, in which the queue cannot be kept.',
  'Use a Redis without cluster mode (cluster-enabled no; a replica with failover is fine), or leave redis.url out.',
)

/** The first that fits says what is wrong; of several findings the one that stands first here is told. */
const rules: readonly Rule[] = [
  rule(
    'tls',
    /wrong version number|EPROTO|ERR_SSL|ERR_TLS|SSL routines|certificate|CERT_|UNABLE_TO_/i,
    'TLS could not be agreed on.',
    'Use rediss:// where Redis expects TLS and redis:// where it does not; a CA of your own goes into NODE_EXTRA_CA_CERTS.',
  ),
  rule(
    'protected',
    /^DENIED/,
    'It is in protected mode: it takes connections from its own machine only.',
    'Give it a password or an ACL user, and name that in redis.url.',
  ),
  rule(
    'login',
    /NOAUTH|WRONGPASS|invalid password|invalid username|without any password|AUTH failed/i,
    'It does not let this user in.',
    'Check the user and the password in redis.url: redis://user:password@host:6379.',
  ),
  noCluster,
  rule(
    'no-such-database',
    /DB index is out of range|invalid DB index/,
    'It has no database of that number.',
    'Check the number at the end of redis.url, or raise `databases` in redis.conf.',
  ),
  rule('loading', /LOADING/, 'It is still loading its data.', 'Wait until it has loaded.', 'passing'),
  rule(
    'replica',
    /READONLY|MASTERDOWN|UNBLOCKED/,
    'It is a replica, and takes no writes.',
    'Point redis.url at the primary, or at an address that follows it.',
    'passing',
  ),
  rule(
    'full',
    /^OOM|OOM command/,
    'Its memory is full.',
    'Raise maxmemory, or find what else fills it: the queue itself is small.',
    'passing',
  ),
  rule(
    'cannot-save',
    /MISCONF|NOREPLICAS/,
    'It takes no writes, because it cannot save them or has too few replicas.',
    "Look at Redis' log: its disk may be full, or replicas may be away.",
    'passing',
  ),
  rule(
    'crowded',
    /max number of clients/,
    'It has as many connections as it takes.',
    'Raise maxclients, or find out who holds them.',
    'passing',
  ),
  rule(
    'unreachable',
    /Protocol error|ParserError|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ECONNRESET|EPIPE|ENOENT|EACCES|Connection is closed/,
    'It cannot be reached, or what answers there closes the connection.',
    'Check redis.url, that Redis is up and lets this machine in, and whether it expects TLS (rediss://).',
    'passing',
  ),
  rule(
    'unanswering',
    /ETIMEDOUT|timed out|timeout/i,
    'It does not answer.',
    'Check redis.url, what stands between, whether Redis hangs, and whether both sides speak TLS (rediss://) or neither.',
    'passing',
  ),
]

const isForbidden = ({ words }: RedisRefusal): boolean => /NOPERM|unknown command|unknown subcommand/i.test(words)
const isAboutKeys = ({ words }: RedisRefusal): boolean => /NOPERM/.test(words) && /\bkeys?\b/.test(words)

/** The least that BullMQ takes (`minimumVersion`), and the least whose BZPOPMIN waits for parts of a second. */
const leastVersion = [5, 0] as const

const isOlderThan = (version: string, [leastMajor, leastMinor]: readonly [number, number]): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major < leastMajor || (major === leastMajor && minor < leastMinor)
}

/** Longer texts of a server, or of what only looks like one, are cut. */
const longestWords = 200

/**
 * What keeps a Redis from doing the work; null where nothing does.
 *
 * @param user who is logged in, for the remedy
 * @param prefix of the queue's keys
 */
export const problemOfRedis = (
  { version, clustered, refusals }: Pick<RedisFacts, 'version' | 'clustered' | 'refusals'>,
  user: string,
  prefix: string,
): RedisProblem | null => {
  if (clustered) return problemOf(noCluster)
  const denied = refusals.filter(isForbidden)
  const others = refusals.filter((one) => !isForbidden(one))
  const found = rules.find(({ sign }) => others.some(({ words }) => sign.test(words)))
  if (found !== undefined) return problemOf(found, others.find(({ words }) => found.sign.test(words))?.words)
  if (denied.length > 0) return forbidden(denied, user, prefix)
  const [other] = others
  if (other !== undefined)
    return {
      code: 'refusing',
      said: `It refuses ${other.command}.`,
      words: other.words.slice(0, longestWords),
      remedy: "Look at Redis' log and settings.",
      passing: true,
    }
  if (!isOlderThan(version, leastVersion)) return null
  return {
    code: 'too-old',
    said: version === '' ? 'It does not say which version it is.' : `${version} is too old, or no Redis.`,
    words: null,
    remedy: 'Use Redis 6.2 or later.',
    passing: false,
  }
}

const problemOf = ({ code, said, remedy, passing }: Rule, words?: string): RedisProblem => ({
  code,
  said,
  words: words?.slice(0, longestWords) ?? null,
  remedy,
  passing,
})

/** A problem in full, for operators. */
export const tellProblem = ({ said, words }: RedisProblem): string => (words === null ? said : `${said} (${words})`)

const forbidden = (denied: readonly RedisRefusal[], user: string, prefix: string): RedisProblem => {
  const commands = [...new Set(denied.filter((one) => !isAboutKeys(one)).map(({ command }) => command.toLowerCase()))]
  const keys = denied.some(isAboutKeys) ? [`the keys ${prefix}:*`] : []
  const rights = [...(keys.length > 0 ? [`~${prefix}:*`] : []), ...commands.map((command) => `+${command}`)]
  return {
    code: 'forbidden',
    said: `The user ${user} may not use ${[...commands.map((one) => one.toUpperCase()), ...keys].join(', ')}.`,
    words: null,
    remedy: `Allow it: ACL SETUSER ${user} ${rights.join(' ')}. The guide for operators has a line for the whole.`,
    passing: false,
  }
}
