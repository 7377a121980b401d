import type { z } from 'zod'
import type { ProblemCode } from '../../http/problem.ts'

/** What the document says of one route. The route itself stands in its group; a test holds the two together. */
export interface Operation {
  /** How generated clients call it. */
  readonly id: string
  readonly tag: Tag
  readonly summary: string
  readonly description?: string
  /** Parameters of the query, by name. */
  readonly query?: z.ZodObject
  /** Headers that the request may have. */
  readonly headers?: readonly RequestHeader[]
  readonly body?: {
    readonly types: readonly string[]
    readonly schema: z.ZodType
    readonly example: unknown
    readonly optional?: true
  }
  readonly answers: Readonly<Record<number, OperationAnswer>>
  /** Beside those that every address can answer. */
  readonly problems?: readonly ProblemCode[]
  /** Nobody has to say who they are. */
  readonly open?: true
}

export interface OperationAnswer {
  readonly description: string
  readonly schema?: z.ZodType
  /** Where it is not JSON. */
  readonly type?: string
  readonly headers?: readonly AnswerHeader[]
  readonly example?: unknown
}

export const tags = {
  Clients: 'Reading and changing clients',
  Changes: 'What became of a change',
  Terraform: 'Who manages what, and the state backend',
  Tenants: 'Tenants and their health',
  Administration: 'Who may call',
  Probes: 'For those who look after the process',
} as const
type Tag = keyof typeof tags

/** Request headers, with what they are for. */
export const requestHeaders = {
  'If-Match': 'The `ETag` that the caller has seen: the change is refused where the client has moved on',
  'If-None-Match': 'The `ETag` that the caller has: answered with 304 where it is still the client',
  'Idempotency-Key':
    'The same key, query and body are answered the same again for 24 hours, as far as the caller may see it by then, and ' +
    'nothing is done twice',
  Prefer: '`wait=N` waits N seconds for Auth0, at most 60; `respond-async` does not wait',
} as const
type RequestHeader = keyof typeof requestHeaders

/** Headers of answers, with what they say. */
export const answerHeaders = {
  ETag: 'Changes exactly when the body does',
  'Nexus-Change': 'The id of the change',
  'Nexus-Sync': '`synced`, or `pending` where Auth0 does not have the accepted values yet',
  'Nexus-Warning':
    'What a person should know, each a line of its own: what of the change may not work, that another Terraform state ' +
    'manages the client, or that Auth0 could not be read',
  'Nexus-Observed-At': 'When Auth0 was last read, where that is longer ago than the tenant wants it',
  'Nexus-Replayed': '`true` where this answers an earlier request with the same `Idempotency-Key`',
  'Nexus-Dry-Run': '`true` where nothing was done',
  Location: 'Where the change can be followed',
  'Retry-After': 'Seconds after which to ask again',
  'Preference-Applied': 'What of `Prefer` was heeded',
  'Content-MD5': 'Of the body, in base64',
} as const
type AnswerHeader = keyof typeof answerHeaders
