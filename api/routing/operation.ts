import type { z } from 'zod'
import type { ProblemCode } from '../http/problem.ts'
import type { ApiResponse } from '../http/request.ts'

/** What the document says of a route, besides what the route itself tells: its address and what it requires. */
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
  readonly answers: Readonly<Partial<Record<ApiResponse['status'], OperationAnswer>>>
  /** Besides those that every address can answer, and those that come with a body or with its headers. */
  readonly problems?: readonly ProblemCode[]
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

/** Parameters of paths, by the name that they have in every one. */
export const pathParameters = {
  tenantId: "The tenant's id in Nexus",
  clientId: "The client's id in Auth0",
  changeId: 'The id of a change',
  state: 'The name of a Terraform state',
  version: 'The number of a version',
  operationId: 'The id of an operation',
  name: 'The name of an application or an account',
  asset: 'The name of a file of the page',
  code: "The last part of a problem's `type`",
} as const

interface RequestHeaderTold {
  /** What it is for. */
  readonly description: string
  /** What can come of it. */
  readonly problems: readonly ProblemCode[]
}

export const requestHeaders = {
  'If-Match': {
    description: 'The `ETag` that the caller has seen: the change is refused where the client has moved on',
    problems: ['precondition-failed'],
  },
  'If-None-Match': {
    description: 'The `ETag` that the caller has: answered with 304 where it is still the client',
    problems: [],
  },
  'Idempotency-Key': {
    description:
      'The same key, query and body are answered the same again for 24 hours, as far as the caller may see it by then, ' +
      'and nothing is done twice',
    problems: ['idempotency-key-in-flight', 'idempotency-key-reused'],
  },
  'Last-Event-ID': {
    description: 'The `id` of the last event that the reader has: the stream goes on from there',
    problems: [],
  },
  Prefer: {
    description: '`wait=N` waits N seconds for Auth0, at most 60; `respond-async` does not wait',
    problems: [],
  },
} as const satisfies Readonly<Record<string, RequestHeaderTold>>
type RequestHeader = keyof typeof requestHeaders

/** Headers of answers, with what they say. */
export const answerHeaders = {
  ETag: 'Changes exactly when the body does',
  'Nexus-Change': 'The id of the change; left out where there was nothing to change',
  'Nexus-Owned': 'The fields that Nexus owns by this change, and did not before',
  'Nexus-Sync': '`synced`, or `pending` where Auth0 does not have the accepted values yet',
  'Nexus-Warning':
    'What a person should know, each a line of its own: what of the change may not work, that another Terraform state ' +
    'manages the client, that Auth0 has other values (drift), or could not be read',
  'Nexus-Observed-At': 'When Auth0 was last read, where that is longer ago than the tenant wants it',
  'Nexus-Replayed': '`true` where this answers an earlier request with the same `Idempotency-Key`',
  'Nexus-Dry-Run': '`true` where nothing was done',
  Location: 'Where the change can be followed',
  'Retry-After': 'Seconds after which to ask again',
  'Preference-Applied': 'What of `Prefer` was heeded',
  'Content-MD5': 'Of the body, in base64',
} as const
export type AnswerHeader = keyof typeof answerHeaders
