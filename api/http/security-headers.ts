import type { FastifyReply, FastifyRequest } from 'fastify'

/** What browsers are told. */
export interface BrowserSettings {
  /** How callers reach the API, without a slash at the end; null where it is not known. */
  readonly publicUrl: string | null
  /** Origins whose pages may call the API. */
  readonly corsOrigins: readonly string[]
  /** Name of the header that carries the application token. */
  readonly applicationTokenHeader: string
}

/** What a page of another origin may read of an answer, beside what every page may. */
const exposed =
  'content-md5, etag, location, nexus-change, nexus-dry-run, nexus-observed-at, nexus-owned, nexus-replayed, nexus-sync, ' +
  'nexus-warning, preference-applied, retry-after, x-request-id'
const allowedMethods = 'GET, PATCH, POST, PUT, DELETE'
const allowedHeaders =
  'authorization, content-type, idempotency-key, if-match, if-none-match, last-event-id, prefer, x-request-id'

/** What every answer says to browsers: that it is data, and nobody's to show, to run or to guess at. */
export const setSecurityHeaders = (reply: FastifyReply, { publicUrl }: Pick<BrowserSettings, 'publicUrl'>): void => {
  reply.header('x-content-type-options', 'nosniff')
  reply.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
  reply.header('referrer-policy', 'no-referrer')
  // Said where it is true only: a browser would ask for https from then on.
  if (publicUrl?.startsWith('https://') === true) reply.header('strict-transport-security', 'max-age=31536000')
}

/**
 * Lets pages of the configured origins, and no others, call the API (CORS). No credentials of a browser's are allowed: the
 * API takes no cookies, and the console's are for its own page.
 *
 * @returns whether the request was only to ask that, and is answered
 */
export const answerOrigin = (
  { method, headers }: FastifyRequest,
  reply: FastifyReply,
  { corsOrigins, applicationTokenHeader }: Pick<BrowserSettings, 'corsOrigins' | 'applicationTokenHeader'>,
): boolean => {
  if (corsOrigins.length === 0) return false
  reply.header('vary', 'origin')
  if (headers.origin === undefined || !corsOrigins.includes(headers.origin)) return false
  reply.header('access-control-allow-origin', headers.origin)
  reply.header('access-control-expose-headers', exposed)
  if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return false
  reply.header('access-control-allow-methods', allowedMethods)
  reply.header('access-control-allow-headers', `${allowedHeaders}, ${applicationTokenHeader.toLowerCase()}`)
  reply.header('access-control-max-age', '600')
  return true
}
