import { createHash } from 'node:crypto'
import { ClaimLost } from '../adapters/postgres/idempotency.ts'
import type { Claim } from '../adapters/postgres/idempotency.ts'
import { authorOf } from '../adapters/postgres/changes.ts'
import type { Caller } from '../domain/vocabulary.ts'
import { headerText } from './answer.ts'
import type { Answer, Ask } from './answer.ts'
import type { ApiDeps } from './dependencies.ts'
import { readKept, keepAnswer, keepProblem } from './kept-answer.ts'
import { loggable, problemOf } from './problem-of.ts'
import { Problem } from './problem.ts'

/** What a request with an `Idempotency-Key` is, so that its repetition is told from another one. */
interface Repeatable {
  readonly tenantId: string
  readonly caller: Caller
  /** What it asks for, where the body does not say it: the kind of request, the client, how the body is read. */
  readonly what: readonly string[]
  readonly body: Uint8Array
  /** How long it may take: after that it counts as dead, and its repetition goes on in its place. */
  readonly holdMs: number
}

/**
 * Does a request once, however often it is sent with the same `Idempotency-Key`: a repetition gets the same answer. What
 * failed on our side (5xx) or came too fast (429) is not kept, so that it can be tried again.
 *
 * @param work does it. Its claim says what a former attempt, which died, has brought about; undefined without a key
 * @throws Problem 400 for a bad key, 409 while the same request is under way, 422 where the key belongs to another
 */
export const once = async (
  deps: Pick<ApiDeps, 'idempotency' | 'log'>,
  ask: Ask,
  { tenantId, caller, what, body, holdMs }: Repeatable,
  work: (claim: Claim | undefined) => Promise<Answer>,
): Promise<Answer> => {
  const key = keyOf(headerText(ask.headers['idempotency-key']))
  if (key === undefined) return work(undefined)
  const of = { tenantId, caller: authorOf(caller), key }
  const claimed = await deps.idempotency.claim(of, fingerprintOf(what, body), holdMs)
  switch (claimed.kind) {
    case 'other-request':
      throw new Problem(
        'idempotency-key-reused',
        'This Idempotency-Key came with another request before. A request of its own needs a key of its own.',
      )
    case 'in-flight':
      throw inFlight()
    case 'answered':
      return replay(claimed.answer, ask)
    case 'claimed':
      return attempt(deps, claimed.claim, work)
  }
}

const attempt = async (
  { idempotency, log }: Pick<ApiDeps, 'idempotency' | 'log'>,
  claim: Claim,
  work: (claim: Claim) => Promise<Answer>,
): Promise<Answer> => {
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
    const kept = problem.status < 500 && problem.code !== 'too-many-requests'
    await note(kept ? idempotency.keep(claim, keepProblem(problem)) : idempotency.release(claim))
    throw error
  }
}

/** The answer of before, with a header that says so. */
const replay = (text: string, ask: Ask): Answer => {
  const kept = readKept(text)
  const change = kept.headers['nexus-change']
  if (typeof change === 'string') ask.record.note({ changeId: change })
  const replayed = { 'nexus-replayed': 'true' }
  if (!(kept instanceof Problem)) return { ...kept, headers: { ...kept.headers, ...replayed } }
  throw new Problem(kept.code, kept.message, {
    errors: kept.errors,
    extension: kept.extension,
    headers: { ...kept.headers, ...replayed },
  })
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
  const key = quoted.exec(header)?.[1]?.replaceAll(/\\(.)/g, '$1') ?? header
  if (key.length <= longest && acceptable.test(key)) return key
  throw new Problem('malformed', 'An Idempotency-Key is 1 to 255 visible ASCII characters, a UUID for instance.')
}

const fingerprintOf = (what: readonly string[], body: Uint8Array): string =>
  createHash('sha256').update(JSON.stringify(what)).update(body).digest('base64url')
