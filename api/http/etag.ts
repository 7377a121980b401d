import { createHash } from 'node:crypto'

/** A strong entity tag: it changes exactly when the body does. */
export const etagOf = (body: string): string =>
  `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`

interface Tag {
  readonly weak: boolean
  readonly tag: string
}

const tagsIn = (header: string): Tag[] =>
  [...header.matchAll(/(W\/)?("[^"]*")/g)].map((match) => ({ weak: match[1] !== undefined, tag: match[2] ?? '' }))

/** What a proxy that compresses makes of a tag: nginx weakens it (`W/"x"`), Apache and Jetty name the coding in it. */
const codings = /(?:-|--|;)(?:gzip|br|zstd|deflate)"$/

/** Why a precondition does not hold. Two of the reasons are no change of the client, and reading it again does not help. */
export type Mismatch = 'moved-on' | 'weakened' | 'malformed'

/**
 * `If-Match` by RFC 9110, 13.1.1: strong comparison; `*` is any client that is there.
 *
 * @returns null where it holds; `weakened` where it is the very tag, as a proxy on the way has changed it
 */
export const ifMatchMismatch = (header: string, etag: string): Mismatch | null => {
  if (header.trim() === '*') return null
  const tags = tagsIn(header)
  if (tags.length === 0) return 'malformed'
  if (tags.some(({ weak, tag }) => !weak && tag === etag)) return null
  return tags.some(({ tag }) => tag.replace(codings, '"') === etag) ? 'weakened' : 'moved-on'
}

/** `If-None-Match`: weak comparison; true where the caller has this already. */
export const isKnownTo = (header: string | undefined, etag: string): boolean =>
  header !== undefined && (header.trim() === '*' || tagsIn(header).some(({ tag }) => tag === etag))
