import type { RedisFound, RedisKind } from './place.ts'
import { isCluster, redisRules } from './rules.ts'
import type { RedisProblem, RedisRule } from './rules.ts'

/**
 * Whether a Redis can do the work of the queue, judged from what it answered: the one place that knows, for the start, for
 * `nexus doctor`, `/readyz` and the health of a tenant. No text of it holds a secret.
 */

export type { RedisProblem } from './rules.ts'

/** One command that was tried, and what Redis had against it; its own words, or the system's. */
export interface RedisRefusal {
  readonly command: string
  readonly words: string
}

export interface RedisFacts {
  /** `redis_version` of INFO, the oldest of all primaries; empty where it may not be asked. */
  readonly version: string
  /** Of all primaries, the first that is not `noeviction`. */
  readonly policy: string
  /** Whether all primaries do. */
  readonly appendOnly: boolean
  readonly clustered: boolean
  readonly refusals: readonly RedisRefusal[]
  /** Null where nothing could be reached. */
  readonly found: RedisFound | null
}

/** Of what a Sentinel says the rules above speak. */
const isForbidden = ({ words }: RedisRefusal): boolean =>
  /NOPERM|unknown command|unknown subcommand/i.test(words) && !words.startsWith('Sentinel ')
const isAboutKeys = ({ words }: RedisRefusal): boolean => /NOPERM/.test(words) && /\bkeys?\b/.test(words)

/** The least that BullMQ takes, and the least that it recommends (its `minimumVersion` and `recommendedMinimumVersion`). */
export const redisVersions = { least: [5, 0], recommended: [6, 2] } as const

export const isOlderThan = (version: string, [leastMajor, leastMinor]: readonly [number, number]): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  // What is no number is none that would do.
  return !(major > leastMajor || (major === leastMajor && minor >= leastMinor))
}

/** Longer texts of a server, or of what only looks like one, are cut. */
const longestWords = 200

/**
 * What keeps a Redis from doing the work; null where nothing does.
 *
 * @param user who is logged in, for the remedy
 * @param prefix of the queue's keys
 * @param kind how it is configured
 */
export const problemOfRedis = (
  { version, clustered, refusals }: Pick<RedisFacts, 'version' | 'clustered' | 'refusals'>,
  user: string,
  prefix: string,
  kind: RedisKind = 'url',
): RedisProblem | null => {
  if (clustered && kind !== 'cluster') return problemOf(isCluster, kind)
  const denied = refusals.filter(isForbidden)
  const others = refusals.filter((one) => !isForbidden(one))
  const found = redisRules.find(
    ({ sign, kinds }) => (kinds?.includes(kind) ?? true) && others.some(({ words }) => sign.test(words)),
  )
  if (found !== undefined) return problemOf(found, kind, others.find(({ words }) => found.sign.test(words))?.words)
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
  if (!isOlderThan(version, redisVersions.least)) return null
  return {
    code: 'too-old',
    said: version === '' ? 'It does not say which version it is.' : `${version} is too old, or no Redis.`,
    words: null,
    remedy: 'Use Redis 6.2 or later.',
    passing: false,
  }
}

const problemOf = ({ code, said, remedy, passing }: RedisRule, kind: RedisKind, words?: string): RedisProblem => ({
  code,
  said,
  words: words?.slice(0, longestWords) ?? null,
  remedy: remedy.replace('redis.HERE', `redis.${kind}`),
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
    remedy: `Allow it: ACL SETUSER ${user} ${rights.join(' ')}. The guide to Redis has a line for the whole.`,
    passing: false,
  }
}
