import { forbidden } from '../http/problem.ts'
import { headerText } from '../http/request.ts'
import type { ApiRequest } from '../http/request.ts'
import type { Console } from './console.ts'

/** Methods that change nothing (RFC 9110, 9.2.1). */
export const safeMethods: readonly string[] = ['GET', 'HEAD']

/**
 * That a request which changes something comes from a page of the console: browsers say so, and no page can say otherwise.
 *
 * @throws Problem 403
 */
export const requireOwnPage = (
  { publicUrl }: Pick<Console['settings'], 'publicUrl'>,
  headers: ApiRequest['headers'],
): void => {
  const site = headerText(headers['sec-fetch-site'])
  const isOwn = headerText(headers['origin']) === new URL(publicUrl).origin && (site ?? 'same-origin') === 'same-origin'
  if (!isOwn)
    throw forbidden('This can only be asked for by the console itself, and the request comes from elsewhere.', 'origin')
}
