import { createHash } from 'node:crypto'
import { ClaimLost } from '../../adapters/postgres/changes/idempotency.ts'
import type { Claim, Idempotency, Made, RequestKey } from '../../adapters/postgres/changes/idempotency.ts'
import { authorOf } from '../../adapters/postgres/changes/changes.ts'
import type { Log } from '../../adapters/log/log.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import { headerText } from './request.ts'
import type { ApiResponse, ApiRequest } from './request.ts'
import { readKept, keepAnswer, keepProblem } from './stored-answer.ts'
import type { Kept } from './stored-answer.ts'
import { loggable, problemOf } from './problem-of.ts'
import { Problem } from './problem.ts'

/** Where keys are kept, with the answers to their requests. */
export interface Repeating {
  readonly idempotency: Pick<Idempotency, 'claim' | 'keep' | 'release' | 'reopen'>
  readonly log: Pick<Log, 'warn'>
}

export interface ClaimSettings {
  /** How long a request with an `Idempotency-Key` may take, the wait for Auth0 apart, before another may take it over. */
  readonly claimMs: number
}

/** What a request with an `Idempotency-Key` is, so that its repetition is told from another one. */
interface IdempotentRequest {
  readonly tenantId: string
  readonly caller: Caller
  /** What it asks for, where the body does not say it: the kind of request, the client, how the body is read. */
  readonly what: readonly string[]
  readonly body: Uint8Array
  /** How long it may take: after that it counts as dead, and its repetition goes on in its place. */
  readonly claimTtlMs: number
  /**
   * What of the answer of before the caller may be told now: their rights may be others since.
   *
   * @throws Problem 403 where that is nothing
   */
  readonly again: (kept: Kept, made: Made | undefined) => Promise<Kept>
}

/**
 * Does a request once, however often it is sent with the same `Idempotency-Key`: a repetition gets the same answer, as far
 * as its caller may see it by then. What failed on our side (5xx), came too fast (429) or was refused for lack of rights
 * (403) is not kept, so that it can be tried again.
 *
 * @param work does it. Its claim says what a former attempt, which died, has brought about; undefined without a key
 * @throws Problem 400 for a bad key, 409 while the same request is under way, 422 where the key belongs to another
 */
export const withIdempotencyKey = async (
  deps: Repeating,
  request: ApiRequest,
  { tenantId, caller, what, body, claimTtlMs: holdMs, again }: IdempotentRequest,
  work: (claim: Claim | undefined) => Promise<ApiResponse>,
): Promise<ApiResponse> => {
  const key = keyOf(headerText(request.headers['idempotency-key']))
  if (key === undefined) return work(undefined)
  const of: RequestKey = { tenantId, caller: authorOf(caller), key }
  const fingerprint = fingerprintOf(what, request.query, body)
  for (;;) {
    const claimed = await deps.idempotency.claim(of, fingerprint, holdMs)
    switch (claimed.kind) {
      case 'other-request':
        throw new Problem(
          'idempotency-key-reused',
          'This Idempotency-Key came with another request before. A request of its own needs a key of its own.',
        )
      case 'in-flight':
        throw inFlight()
      case 'claimed':
        return attempt(deps, claimed.claim, work)
      case 'answered': {
        const kept = readKept(claimed.answer)
        if (!(kept instanceof Problem && isRefusalOfRights(kept))) {
          const { made } = claimed
          if (made?.changeId) request.audit.note({ changeId: made.changeId })
          return replayed(await again(kept, made))
        }
        // Kept by a version that kept them.
        await deps.idempotency.reopen(of, claimed.answer)
      }
    }
  }
}

/** Rights may be given at any time; then the request is to be decided anew. */
export const isRefusalOfRights = ({ code }: Problem): boolean => code === 'forbidden'

const attempt = async (
  { idempotency, log }: Repeating,
  claim: Claim,
  work: (claim: Claim) => Promise<ApiResponse>,
): Promise<ApiResponse> => {
  /** The answer is out already, or about to be: without its copy a repetition finds what was stored with the key. */
  const note = async (writing: Promise<void>): Promise<void> => {
    await writing.catch((error: unknown) => log.warn({ error: loggable(error) }, 'the answer for a key was not kept'))
  }
  try {
    const answer = await work(claim)
    await note(idempotency.keep(claim, keepAnswer(answer)))
    return answer
  } catch (error) {
    if (error instanceof ClaimLost) throw inFlight()
    const problem = problemOf(error)
    const kept = problem.status < 500 && problem.code !== 'too-many-requests' && !isRefusalOfRights(problem)
    await note(kept ? idempotency.keep(claim, keepProblem(problem)) : idempotency.release(claim))
    throw error
  }
}

/** The answer of before, with a header that says so. @throws Problem where it is one */
const replayed = (kept: Kept): ApiResponse => {
  const headers = { ...kept.headers, 'nexus-replayed': 'true' }
  if (!(kept instanceof Problem)) return { ...kept, headers }
  throw new Problem(kept.code, kept.message, { errors: kept.errors, extension: kept.extension, headers })
}

const inFlight = (): Problem =>
  new Problem('idempotency-key-in-flight', 'The same request with this Idempotency-Key is under way.', {
    headers: { 'retry-after': '1' },
  })

/** Visible ASCII. */
const acceptable = /^[!-~]+$/
const longest = 255
/** The IETF's draft has the key as a quoted string (RFC 9651), in which a backslash escapes. */
const quoted = /^"((?:[^"\\]|\\["\\])*)"$/

/** @throws Problem 400 */
const keyOf = (header: string | undefined): string | undefined => {
  if (header === undefined) return undefined
  const key = keyIn(header)
  if (key !== undefined) return key
  throw new Problem('malformed', 'An Idempotency-Key is 1 to 255 visible ASCII characters, a UUID for instance.')
}

/** The key that a header names; undefined where it is none. */
export const keyIn = (header: string): string | undefined => {
  const key = quoted.exec(header)?.[1]?.replaceAll(/\\(.)/g, '$1') ?? header
  return key.length <= longest && acceptable.test(key) ? key : undefined
}

/** Without a query it is the one of versions that left the query out: their keys are good for such requests only. */
const fingerprintOf = (what: readonly string[], query: string, body: Uint8Array): string =>
  createHash('sha256')
    .update(JSON.stringify(query === '' ? what : [...what, canonical(query)]))
    .update(body)
    .digest('base64url')

/** The parameters in an order of their own. */
const canonical = (query: string): string => {
  const parameters = new URLSearchParams(query)
  parameters.sort()
  return parameters.toString()
}
