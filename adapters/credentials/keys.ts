import { createLocalJWKSet, errors } from 'jose'
import type { JWK, JWTVerifyGetKey } from 'jose'
import { z } from 'zod'
import type { Http } from '../http/http.ts'
import { IssuerUnavailable } from './errors.ts'

/** How the keys of an issuer are kept. Milliseconds. */
export interface KeyTimes {
  /** Age at which keys are fetched again. */
  readonly freshMs: number
  /** Age up to which keys are used while the issuer cannot be reached. */
  readonly staleMs: number
  /** Least time between two fetches, so that tokens with invented key ids cannot make Nexus flood the issuer. */
  readonly floorMs: number
  /** The same while there are no keys at all: nothing works then, so ask again sooner. */
  readonly emptyFloorMs: number
  /** Deadline of one fetch, its body included. */
  readonly timeoutMs: number
}

export const defaultKeyTimes: KeyTimes = {
  freshMs: 10 * 60_000,
  staleMs: 6 * 3_600_000,
  floorMs: 30_000,
  emptyFloorMs: 2_000,
  timeoutMs: 5_000,
}

const maximumBytes = 512 * 1024

/** Only what verifies: a symmetric key in a public document is no key, and a private one is not wanted. */
const publicMembers = ['kty', 'kid', 'alg', 'use', 'key_ops', 'n', 'e', 'crv', 'x', 'y'] as const
const publicKeyOf = (key: Readonly<Record<string, unknown>> & { kty: string }): JWK => {
  const members = publicMembers.filter((name) => name in key).map((name) => [name, key[name]])
  return { ...Object.fromEntries(members), kty: key.kty }
}
const KeySet = z
  .object({ keys: z.array(z.looseObject({ kty: z.string() })) })
  .transform(({ keys }) => ({ keys: keys.filter(({ kty }) => kty !== 'oct').map(publicKeyOf) }))

/** The keys of an issuer, from the configured address only. @throws Unreachable, or an Error with what is wrong with them */
export const fetchKeys = async (http: Http, url: string, timeoutMs: number): Promise<JWK[]> => {
  const { status, body } = await http.ask(url, {
    headers: { accept: 'application/json' },
    deadline: AbortSignal.timeout(timeoutMs),
    maximumBytes,
  })
  if (status !== 200) throw new Error(`The key set was answered with status ${status}.`)
  const { keys } = KeySet.parse(JSON.parse(body.toString('utf8')))
  if (keys.length === 0) throw new Error('The key set holds no keys.')
  return keys
}

/** The keys of one issuer. */
export interface IssuerKeys {
  /** What jose's `jwtVerify` asks for a key; throws IssuerUnavailable where it cannot know, and jose's own where no key fits. */
  readonly find: JWTVerifyGetKey
  /** What stands for the keys that are used now, as long as they need not be fetched again; undefined where they do. */
  readonly present: () => object | undefined
}

/**
 * The keys of one issuer, from the configured URL only: cached, fetched again when they are old or a token names a key
 * that is not among them, and used for some hours more when the issuer cannot be reached.
 *
 * @param now the time in milliseconds
 */
export const createIssuerKeys = (
  http: Http,
  { issuer, jwksUrl }: { issuer: string; jwksUrl: string },
  now: () => number,
  times: KeyTimes = defaultKeyTimes,
): IssuerKeys => {
  let keys: { readonly find: JWTVerifyGetKey; readonly fetchedAt: number } | undefined
  let attempt: { readonly at: number; readonly failure: unknown } | undefined
  let fetching: Promise<void> | undefined

  const age = (): number => (keys === undefined ? Infinity : now() - keys.fetchedAt)
  const fetchNow = async (): Promise<void> => {
    const at = now()
    try {
      const found = await fetchKeys(http, jwksUrl, times.timeoutMs)
      keys = { find: createLocalJWKSet({ keys: found }), fetchedAt: at }
      attempt = { at, failure: undefined }
    } catch (failure) {
      attempt = { at, failure }
    } finally {
      fetching = undefined
    }
  }
  /** Fetches once for all who wait, and not before the floor has passed. */
  const refresh = async (): Promise<void> => {
    const floor = age() <= times.staleMs ? times.floorMs : times.emptyFloorMs
    if (fetching === undefined && attempt !== undefined && now() - attempt.at < floor) return
    fetching ??= fetchNow()
    await fetching
  }

  const find: JWTVerifyGetKey = async (header, token) => {
    if (age() > times.freshMs) await refresh()
    const known = keys
    if (known === undefined || age() > times.staleMs) throw new IssuerUnavailable(issuer, attempt?.failure)
    try {
      return await known.find(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      await refresh()
      // A key that came while the issuer was out of reach is not a wrong key.
      if (attempt?.failure !== undefined) throw new IssuerUnavailable(issuer, attempt.failure)
      return (keys ?? known).find(header, token)
    }
  }

  return { find, present: () => (age() > times.freshMs ? undefined : keys) }
}
