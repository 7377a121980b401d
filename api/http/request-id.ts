import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

const acceptable = /^[A-Za-z0-9._-]+$/
const longest = 128

/** The caller's own `X-Request-Id` where it is fit for logs and headers, a new one otherwise. */
export const requestIdOf = (request: Pick<IncomingMessage, 'headers'>): string => {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && given.length <= longest && acceptable.test(given) ? given : randomUUID()
}
