/** A problem document (RFC 9457) as Nexus answers it. */
export interface ProblemBody {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail?: string
  readonly errors?: readonly { readonly pointer?: string; readonly detail: string }[]
}

/** What the API refused, or that it could not be reached. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly status: number
  readonly body: ProblemBody | null
  /** The id by which an operator finds the request in the log; null where no answer came. */
  readonly requestId: string | null
  constructor(status: number, body: ProblemBody | null, requestId: string | null) {
    super(body?.detail ?? body?.title ?? `The server answered ${status}.`)
    this.status = status
    this.body = body
    this.requestId = requestId
  }

  /** The last part of the problem's type: `sign-in-needed`. */
  get code(): string {
    return this.body?.type.split('/').at(-1) ?? ''
  }
}

const isProblem = (value: unknown): value is ProblemBody =>
  typeof value === 'object' && value !== null && 'type' in value && 'title' in value && 'status' in value

/** @throws Refused unless the answer is one that was asked for */
export const answered = <Data>({
  data,
  error,
  response,
}: {
  readonly data?: Data
  readonly error?: unknown
  readonly response: Response
}): Data => {
  if (!response.ok) throw refusedBy(response, error)
  // An answer without a body (204) has none.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the document says what is answered
  return data as Data
}

export const refusedBy = (response: Response, body: unknown): Refused =>
  new Refused(response.status, isProblem(body) ? body : null, response.headers.get('x-request-id'))
