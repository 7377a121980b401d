import type { IncomingHttpHeaders } from 'node:http'
import type { Authenticate } from '../adapters/credentials/authenticate.ts'
import type { ApiDeps } from './dependencies.ts'

/**
 * Takes the credentials out of a request's headers.
 *
 * @param header name of the header with the application token, in any case
 */
export const authenticateByHeaders = (authenticate: Authenticate, header: string): ApiDeps['authenticate'] => {
  const name = header.toLowerCase()
  return (headers: IncomingHttpHeaders) => {
    const applicationToken = headers[name]
    return authenticate({
      authorization: headers.authorization,
      // Two of them are none: which one counts would be anybody's guess.
      applicationToken: Array.isArray(applicationToken) ? undefined : applicationToken,
    })
  }
}
