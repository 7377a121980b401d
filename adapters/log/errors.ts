/** What the log tells of an error, and nothing else: libraries hang whole scripts, statements and values on theirs. */
export interface LoggedError {
  readonly type: string
  readonly message: string
  readonly code?: string
  readonly stack?: string
  readonly cause?: LoggedError
}

/** Characters. */
const longest = { message: 500, stack: 3000, looked: 20_000 }
/** A cause of a cause is told; what lies deeper says no more. */
const deepest = 3

const cut = (text: string, length: number): string => (text.length <= length ? text : `${text.slice(0, length)}…`)

/** User and password of an address, wherever it stands in a text. */
const credentials = /:\/\/[^\s/@]*@/g

// Redacted before it is cut to its length: half an address would keep its password.
const told = (text: string, length: number): string =>
  cut(text.slice(0, longest.looked).replaceAll(credentials, '://[redacted]@'), length)

const member = (error: object, name: string): unknown => Reflect.get(error, name)

/**
 * An error as the log has it: type, message, code, stack and causes, each of a bounded length, without the credentials of
 * an address. Other members are left out, whatever they are called: a reply of Redis carries the script that was sent, a
 * failure of the database the row that it is about.
 *
 * @param error whatever was thrown; what is no object is told by its type
 */
export const describeError = (error: unknown, depth = 0): LoggedError => {
  if (typeof error !== 'object' || error === null)
    return { type: typeof error, message: typeof error === 'string' ? told(error, longest.message) : '' }
  const [name, message, code, stack, cause] = ['name', 'message', 'code', 'stack', 'cause'].map((one) =>
    member(error, one),
  )
  const first: unknown = error instanceof AggregateError ? error.errors[0] : cause
  return {
    type: typeof name === 'string' ? cut(name, 100) : error.constructor.name,
    message: typeof message === 'string' ? told(message, longest.message) : '',
    ...(typeof code === 'string' || typeof code === 'number' ? { code: cut(String(code), 100) } : {}),
    ...(typeof stack === 'string' ? { stack: told(stack, longest.stack) } : {}),
    ...(first === undefined || first === null || depth >= deepest ? {} : { cause: describeError(first, depth + 1) }),
  }
}
