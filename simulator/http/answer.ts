import type { Json } from '../json.ts'

/** What a route answers; without a body the answer is empty. `html` and `headers` are for a proxy's pages and rate limits. */
export type Answer = { status: number; body?: Json; html?: string; headers?: Record<string, string> }

const reasons: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
}

/** The name that goes with a status, as Auth0's `error` member has it. */
export const reasonOf = (status: number): string => reasons[status] ?? 'Error'

/** Auth0's error answer: four members, `errorCode` only where Auth0 has one (recorded). */
export const refusal = (status: number, message: string, errorCode?: string): Answer => ({
  status,
  body: { statusCode: status, error: reasonOf(status), message, ...(errorCode === undefined ? {} : { errorCode }) },
})

/** A refusal on its way up to the server, which answers it. */
export class Refused extends Error {
  readonly answer: Answer
  constructor(answer: Answer) {
    super(`refused with ${answer.status}`)
    this.answer = answer
  }
}

/** A payload that Auth0's schema refuses. */
export const invalidBody = (text: string): Refused =>
  new Refused(refusal(400, `Payload validation error: ${text}`, 'invalid_body'))

/** A query string that Auth0's schema refuses. */
export const invalidQuery = (text: string): Refused =>
  new Refused(refusal(400, `Query validation error: ${text}`, 'invalid_query_string'))

// Recorded.
export const noSuchClient = (): Refused => new Refused(refusal(404, 'The client does not exist', 'inexistent_client'))

// The wording is a guess after the client's; status and shape are documented.
export const noSuchCredential = (): Refused =>
  new Refused(refusal(404, 'The credential does not exist', 'inexistent_credential'))
