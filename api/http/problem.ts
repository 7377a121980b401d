import type { Issue } from '../../domain/texts/json-text.ts'

/**
 * Every error that the API answers, as one table: the code is the last part of the problem's `type`, and the status is
 * said nowhere else.
 */
export const problems = {
  malformed: { status: 400, title: 'The request is malformed' },
  unauthenticated: { status: 401, title: 'No valid credentials' },
  'signed-out': { status: 401, title: 'Not signed in' },
  forbidden: { status: 403, title: 'Not allowed' },
  'sign-in-failed': { status: 403, title: 'The sign-in did not work' },
  'sign-in-needed': { status: 403, title: 'A fresh sign-in is needed' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'method-not-allowed': { status: 405, title: 'This address does not know that method' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  'managed-by-terraform': { status: 409, title: 'Another Terraform state manages this client' },
  'change-withdrawn': { status: 409, title: 'The change was withdrawn before it was applied' },
  'change-not-pending': { status: 409, title: 'The change no longer waits' },
  'change-under-way': { status: 409, title: 'A call with the change is under way' },
  'state-conflict': { status: 409, title: 'Another Terraform state is held' },
  'state-lock-lost': { status: 409, title: 'The lock of the Terraform state was taken away' },
  'state-lock-other': { status: 409, title: 'The Terraform state has another lock' },
  'state-outdated': { status: 409, title: 'The Terraform configuration is too old' },
  'not-adoptable': { status: 409, title: 'Terraform cannot take over this client, or let it go' },
  'idempotency-key-in-flight': { status: 409, title: 'A request with this key is under way' },
  'name-taken': { status: 409, title: 'The name is taken' },
  'caller-not-changeable': { status: 409, title: 'This application or account cannot be changed here' },
  'rotation-under-way': { status: 409, title: 'A former secret is still valid' },
  'not-compared': { status: 409, title: 'The database was restored, and is not compared with Auth0 yet' },
  'precondition-failed': { status: 412, title: 'The client has moved on' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The media type is not supported' },
  'idempotency-key-reused': { status: 422, title: 'The key belongs to another request' },
  impossible: { status: 422, title: 'Understood, but not possible' },
  'state-locked': { status: 423, title: 'The Terraform state is locked' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'headers-too-large': { status: 431, title: 'Too many or too large headers' },
  internal: { status: 500, title: 'Something went wrong' },
  'state-unreadable': { status: 500, title: 'The Terraform state cannot be opened' },
  'states-not-kept': { status: 501, title: 'This installation keeps no Terraform states' },
  unavailable: { status: 503, title: 'Not available now' },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>

export type ProblemCode = keyof typeof problems

export const isProblemCode = (text: string): text is ProblemCode => Object.hasOwn(problems, text)

export type AnswerHeaders = Readonly<Record<string, string | readonly string[]>>

/** Most issues named in one answer: nobody reads more, and an answer should not outgrow its request by much. */
const maximumIssues = 100

/** Thrown by any stage; the one error handler makes the answer of it. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly errors: readonly Issue[]
  readonly headers: AnswerHeaders
  /** Further members of the body (RFC 9457, 3.2), for programs that look for them. */
  readonly extension: Readonly<Record<string, unknown>>
  /** For the audit, of a caller who was not let in: permissions, `relation`, `tenant` or `state`. */
  readonly missing: string | null

  /** @param detail a sentence for the caller, with the remedy; never internals, never a secret */
  constructor(
    code: ProblemCode,
    detail: string,
    more: {
      readonly errors?: readonly Issue[]
      readonly headers?: AnswerHeaders
      readonly extension?: Readonly<Record<string, unknown>>
      readonly missing?: string
    } = {},
  ) {
    super(detail)
    this.name = 'Problem'
    this.code = code
    this.errors = more.errors ?? []
    this.headers = more.headers ?? {}
    this.extension = more.extension ?? {}
    this.missing = more.missing ?? null
  }

  get status(): number {
    return problems[this.code].status
  }
}

export const problemType = 'application/problem+json; charset=utf-8'

/**
 * The body of a problem (RFC 9457).
 *
 * @param instance the path that was asked for; null where it could not be read
 * @param traceId the trace of the request, where traces are kept
 */
export const problemBody = (problem: Problem, instance: string | null, traceId?: string): string =>
  JSON.stringify({ ...problemMembers(problem, instance), traceId })

/** The same, for a problem that stands inside another answer. */
export const problemMembers = (problem: Problem, instance: string | null) => ({
  ...problem.extension,
  type: `/problems/${problem.code}`,
  title: problems[problem.code].title,
  status: problem.status,
  detail: problem.message,
  ...(instance === null ? {} : { instance }),
  ...(problem.errors.length === 0 ? {} : { errors: problem.errors.slice(0, maximumIssues).map(inOrder) }),
})

/** The same bytes wherever an issue has been: jsonb has an order of its own. */
const inOrder = ({ pointer, detail }: Issue): Issue => ({ pointer, detail })

/** Whole seconds for a `Retry-After`, at least one. */
const seconds = (ms: number): string => String(Math.max(1, Math.ceil(ms / 1000)))

export const notFound = (detail: string): Problem => new Problem('not-found', detail)
export const forbidden = (detail: string, missing: string): Problem => new Problem('forbidden', detail, { missing })
export const unavailable = (detail: string, retryAfterMs: number): Problem =>
  new Problem('unavailable', detail, { headers: { 'retry-after': seconds(retryAfterMs) } })
/** Somebody is too fast. It is no decision about what they asked for, so the audit has none of it. */
export const tooMany = (detail: string, retryAfterMs: number): Problem =>
  new Problem('too-many-requests', detail, { headers: { 'retry-after': seconds(retryAfterMs) } })
