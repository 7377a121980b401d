import type { RedisKind } from './place.ts'

/** What Redis and the network answer, and what that means: knowledge, as a table. */

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
  | 'cluster-down'
  | 'sentinel'
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

export interface RedisRule extends Omit<RedisProblem, 'words'> {
  /** In Redis' answers, in Node's errors. Sources: redis.io "Redis protocol: errors", src/server.c, Node's error codes. */
  readonly sign: RegExp
  /** Where it holds; everywhere, where it is left out. */
  readonly kinds?: readonly RedisKind[]
}

/** @param remedy `redis.HERE` in it is the setting that says where Redis is */
const rule = (
  code: RedisProblemCode,
  sign: RegExp,
  said: string,
  remedy: string,
  when: 'passing' | 'lasting' = 'lasting',
): RedisRule => ({ code, sign, said, remedy, passing: when === 'passing' })

/** A rule for some kinds only. */
const only = (kinds: readonly RedisKind[], one: RedisRule): RedisRule => ({ ...one, kinds })

const inCluster = /CLUSTERDOWN|CROSSSLOT|MOVED|cluster mode|non local key|do not hash to the same slot/

export const isCluster = rule(
  'cluster',
  inCluster,
  'It runs in cluster mode, and is not configured as a cluster.',
  'Set redis.cluster.nodes to its nodes in place of redis.HERE, or use a Redis without cluster mode (cluster-enabled no).',
)
const isNoCluster = rule(
  'cluster',
  /cluster support disabled/,
  'It is no cluster.',
  'Set redis.url in place of redis.cluster, or use a Redis in cluster mode (cluster-enabled yes).',
)

const login = (remedy: string): RedisRule =>
  rule(
    'login',
    /NOAUTH|WRONGPASS|invalid password|invalid username|without any password|AUTH failed/i,
    'It does not let this user in.',
    remedy,
  )

/** The first that fits says what is wrong; of several findings the one that stands first here is told. */
export const redisRules: readonly RedisRule[] = [
  rule(
    'tls',
    /(?:^|: )File /,
    'A file of its TLS settings cannot be used.',
    'Check the paths under redis.tls, and that the user that runs Nexus may read the files.',
  ),
  only(
    ['sentinel'],
    rule(
      'tls',
      /^Sentinel \S+: .*(?:wrong version number|EPROTO|ERR_SSL|ERR_TLS|SSL routines|certificate|CERT_|UNABLE_TO_)/i,
      'TLS could not be agreed on with the Sentinels.',
      'Set redis.sentinel.tls where they expect TLS, with their CA, and leave it out where they do not.',
    ),
  ),
  only(
    ['sentinel'],
    rule(
      'login',
      /^Sentinel \S+: .*(?:NOAUTH|WRONGPASS|without any password|AUTH failed|NOPERM)/i,
      'The Sentinels do not let this user in, or not ask for the primary.',
      'Check redis.sentinel.user and redis.sentinel.password; the user needs +sentinel|get-master-addr-by-name.',
    ),
  ),
  only(
    ['sentinel'],
    rule(
      'sentinel',
      /^Sentinel \S+: .*unknown command/i,
      'What answers there is no Sentinel.',
      'Name the Sentinels in redis.sentinel.nodes (their port is 26379), or set redis.url in place of redis.sentinel.',
    ),
  ),
  only(
    ['sentinel'],
    rule(
      'sentinel',
      /^Sentinel \S+: no primary/i,
      'The Sentinels watch no primary of that name.',
      'Check redis.sentinel.name: `redis-cli -p 26379 SENTINEL MASTERS` lists the names.',
    ),
  ),
  only(
    ['url', 'cluster'],
    rule(
      'sentinel',
      /^redis_mode:sentinel/,
      'It is a Sentinel, which holds no data.',
      'Set redis.sentinel (name, nodes) in place of redis.HERE.',
    ),
  ),
  rule(
    'tls',
    /wrong version number|EPROTO|ERR_SSL|ERR_TLS|ERR_OSSL|PEM routines|SSL routines|certificate|CERT_|UNABLE_TO_/i,
    'TLS could not be agreed on.',
    'Use rediss:// where Redis expects TLS and redis:// where it does not; a CA of your own goes into redis.tls.ca or NODE_EXTRA_CA_CERTS.',
  ),
  rule(
    'protected',
    /^DENIED/,
    'It is in protected mode: it takes connections from its own machine only.',
    'Give it a password or an ACL user, and name that in the configuration.',
  ),
  only(['url'], login('Check the user and the password in redis.url: redis://user:password@host:6379.')),
  only(['sentinel', 'cluster'], login('Check redis.user and redis.password.')),
  only(['cluster'], isNoCluster),
  only(
    ['cluster'],
    rule(
      'cluster-down',
      /CLUSTERDOWN|^MOVED|^TRYAGAIN|^ASK |Too many Cluster redirections/,
      'Some slots of the cluster have no primary at the moment.',
      'Wait for the failover; where none comes, see `redis-cli --cluster check`, and whether each primary has a replica.',
      'passing',
    ),
  ),
  only(['url', 'sentinel'], isCluster),
  rule(
    'no-such-database',
    /DB index is out of range|invalid DB index/,
    'It has no database of that number.',
    'Check the number (redis.database, or the end of redis.url), or raise `databases` in redis.conf.',
  ),
  rule('loading', /LOADING/, 'It is still loading its data.', 'Wait until it has loaded.', 'passing'),
  rule(
    'replica',
    /READONLY|MASTERDOWN|UNBLOCKED/,
    'It is a replica, and takes no writes.',
    'Point redis.HERE at the primary, or at an address that follows it, or use redis.sentinel.',
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
    'Check redis.HERE, that Redis is up and lets this machine in, and whether it expects TLS (rediss://, redis.tls).',
    'passing',
  ),
  rule(
    'unanswering',
    /ETIMEDOUT|timed out|timeout/i,
    'It does not answer.',
    'Check redis.HERE, what stands between, whether Redis hangs, and whether both sides speak TLS (rediss://, redis.tls) or neither.',
    'passing',
  ),
]
