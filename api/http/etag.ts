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

/** `If-Match`: strong comparison; `*` is any client that is there. */
export const ifMatchHolds = (header: string, etag: string): boolean =>
  header.trim() === '*' || tagsIn(header).some(({ weak, tag }) => !weak && tag === etag)

/** `If-None-Match`: weak comparison; true where the caller has this already. */
export const isKnownTo = (header: string | undefined, etag: string): boolean =>
  header !== undefined && (header.trim() === '*' || tagsIn(header).some(({ tag }) => tag === etag))
