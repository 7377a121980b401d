import { Problem } from './problem.ts'

/** How a body's nulls read, and whether an array in it would be a list of operations. */
export type PatchKind = 'plain' | 'merge-patch' | 'json-patch'

/** What PATCH takes. */
export const acceptedTypes = [
  'application/json',
  'text/json',
  'application/*+json',
  'application/merge-patch+json',
  'application/json-patch+json',
] as const

/** The same as `Accept-Patch` says it (RFC 5789). */
const acceptPatch = acceptedTypes.join(', ')

const named: ReadonlyMap<string, PatchKind> = new Map([
  ['application/json', 'plain'],
  ['text/json', 'plain'],
  ['application/merge-patch+json', 'merge-patch'],
  ['application/json-patch+json', 'json-patch'],
])

/** `application/*+json`, the literal, and any such type: `*` is an ordinary character of a media type's name. */
const anyJson = /^application\/[\w!#$%&'*+.^`|~-]+\+json$/

export const unsupportedMediaType = (detail: string): Problem =>
  new Problem('unsupported-media-type', detail, { headers: { 'accept-patch': acceptPatch } })

/**
 * Reads `Content-Type`, whatever its parameters and case.
 *
 * @throws Problem 415
 */
export const patchKindOf = (contentType: string | undefined, contentEncoding: string | undefined): PatchKind => {
  if (contentEncoding !== undefined && contentEncoding.trim().toLowerCase() !== 'identity')
    throw unsupportedMediaType('A compressed body is not supported; send it without Content-Encoding.')
  if (contentType === undefined)
    throw unsupportedMediaType('The request has no Content-Type; application/json is the usual one.')
  const essence = (contentType.split(';')[0] ?? '').trim().toLowerCase()
  const kind = named.get(essence) ?? (anyJson.test(essence) ? 'plain' : undefined)
  if (kind === undefined)
    throw unsupportedMediaType(
      `A body of type ${JSON.stringify(essence)} is not supported; use one of: ${acceptPatch}.`,
    )
  return kind
}
