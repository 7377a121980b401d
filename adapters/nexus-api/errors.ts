import type { Issue } from '../../domain/texts/json-text.ts'

export type RemoteErrorCode = 'not-configured' | 'unreachable' | 'timeout' | 'redirected' | 'refused' | 'unexpected'

/** No use can be made of the API; the message says why, and what to do. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError'
  readonly code: RemoteErrorCode
  /** The message for a program: with the texts of the answer as they came. */
  readonly detail: string
  /** Of the answer; null where there was none. */
  readonly status: number | null
  /** The type of the answer's problem; null where it is none. */
  readonly type: string | null
  /** What is wrong with the request, where the answer points at it. */
  readonly issues: readonly Issue[]

  constructor(
    code: RemoteErrorCode,
    message: string,
    more: {
      detail?: string
      status?: number | null
      type?: string | null
      cause?: unknown
      issues?: readonly Issue[]
    } = {},
  ) {
    super(message, { cause: more.cause })
    this.code = code
    this.detail = more.detail ?? message
    this.status = more.status ?? null
    this.type = more.type ?? null
    this.issues = more.issues ?? []
  }
}
