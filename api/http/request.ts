import type { Readable } from 'node:stream'
import type { AuditDraft } from '../../adapters/postgres/audit-draft.ts'
import type { AuditAction } from '../../domain/access/audit.ts'
import type { AnswerHeaders } from './problem.ts'

/**
 * What a stage is asked: a request, without anything of the server that carried it.
 *
 * @typeParam Refined what it may turn out to decide about, besides what its route says
 */
export interface ApiRequest<Refined extends AuditAction = never> {
  /** When it came, in milliseconds of `performance.now()`. */
  readonly arrivedAt: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly params: Readonly<Record<string, string>>
  /** The query string's raw text, without the question mark. */
  readonly query: string
  /**
   * @param limitBytes another limit than the configured one
   * @throws Problem when the body is above the limit or does not arrive whole
   */
  readonly readBody: (limitBytes?: number) => Promise<Uint8Array>
  /** Aborted when nobody waits for the answer any more. */
  readonly gone: AbortSignal
  /** Aborted when the server is closing: what can be answered early should be. */
  readonly closing: AbortSignal
  /** Aborted when what does not end by itself must: the server is closing, or has a new configuration. */
  readonly over: AbortSignal
  /** What is to be recorded of this request; who learns more of it notes it there. */
  readonly audit: AuditDraft
  /** Says what is being decided about, where the route alone does not tell. */
  readonly decides: (action: Refined) => void
}

/** An answer that is no problem. The body is JSON, unless a header `content-type` says otherwise; null where there is none. */
export interface ApiResponse {
  readonly status: 200 | 201 | 202 | 204 | 302 | 304 | 503
  readonly headers: AnswerHeaders
  readonly body: string | Buffer | null
}

/** The same, whose texts are sent as they come: the request is decided on when it begins. */
export interface StreamedResponse extends Omit<ApiResponse, 'body'> {
  readonly body: Readable
}

/** The text of a header that may be repeated, joined as HTTP joins them. */
export const headerText = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value.join(', ') : value
