import type { z } from 'zod'
import type { Patch } from '../../domain/changes/patch.ts'
import { fields } from '../../domain/clients/fields.ts'
import { pointerOf } from '../../domain/clients/field-values.ts'
import { pointerTo } from '../../domain/texts/json-text.ts'
import { greatestCounts, tooManyElements } from '../../domain/texts/lengths.ts'
import { isRecord, isText, recordOf, textsOf } from '../../domain/shape.ts'
import { splitUrls } from '../../domain/clients/urls/split.ts'
import type { FieldPath, Value } from '../../domain/vocabulary.ts'
import { fieldPaths } from '../../domain/vocabulary.ts'
import { parseJson } from '../http/json.ts'
import { unsupportedMediaType } from '../http/media-type.ts'
import type { PatchKind } from '../http/media-type.ts'
import { PatchBody } from './patch-body.ts'
import { unknownMember } from './unknown-member.ts'
import { Problem } from '../http/problem.ts'
import type { Issue } from '../../domain/texts/json-text.ts'

/**
 * A body as the values that it names.
 *
 * Absent fields and `{}` leave things as they are at any depth, and so does null, except in a merge patch (RFC 7396),
 * where it clears. `[]` and `""` clear always.
 *
 * @throws Problem 400 with a pointer for everything that is wrong, all at once; 415 for a list of RFC 6902 operations
 */
export const parsePatch = (kind: PatchKind, bytes: Uint8Array): Patch => patchFrom(kind, parseJson(bytes))

/** The same for a body that has been parsed as JSON. */
export const patchFrom = (kind: PatchKind, raw: unknown): Patch => {
  if (kind === 'json-patch' && Array.isArray(raw))
    throw unsupportedMediaType('A list of JSON Patch operations is not supported; send an object with the new values.')
  const body = PatchBody.safeParse(raw, { reportInput: true })
  if (!body.success)
    throw new Problem('malformed', summaryOf(raw), { errors: body.error.issues.flatMap((issue) => issuesOf(issue)) })
  return patchOf(body.data, kind === 'merge-patch')
}

const summaryOf = (raw: unknown): string =>
  isRecord(raw) ? 'The body does not have the shape of a client.' : 'The body is not a JSON object.'

/** What zod found, as pointers with a word for the caller. */
export const issuesOf = (issue: z.core.$ZodIssue): Issue[] => {
  const pointer = pointerTo(issue.path)
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      pointer: pointerTo([...issue.path, key]),
      detail: unknownMember(issue.path, key),
    }))
  if (issue.code !== 'invalid_type') return [{ pointer, detail: issue.message }]
  if (issue.expected === 'array' && isText(issue.input))
    return [{ pointer, detail: 'This is a list: write ["…"], an array of strings, instead of one string.' }]
  return [{ pointer, detail: `Here stands ${nounOf(issue.input)}; ${expectedNoun(issue.expected)} is expected.` }]
}

const expectedNoun = (expected: string): string =>
  expected === 'array' ? 'an array of strings' : expected === 'object' ? 'an object' : `a ${expected}`

const nounOf = (raw: unknown): string =>
  raw === null ? 'null' : Array.isArray(raw) ? 'an array' : typeof raw === 'object' ? 'an object' : `a ${typeof raw}`

const patchOf = (body: PatchBody, nullClears: boolean): Patch => {
  const values: { [F in FieldPath]?: Value } = {}
  const elementPointers: { [F in FieldPath]?: readonly string[] } = {}
  for (const path of fieldPaths) {
    const found = find(body, path)
    if (found === undefined || (found === null && !nullClears)) continue
    const elements = textsOf(found)
    if (elements === null) {
      values[path] = isText(found) && found !== '' ? found : emptyOf(path)
      continue
    }
    const placed = elements.flatMap((element, index) => {
      const pointer = `${pointerOf(path)}/${index}`
      const parts = fields[path].url === undefined ? [element] : splitUrls(element)
      return parts.map((part) => ({ part, pointer }))
    })
    if (placed.length > greatestCounts.elements)
      throw new Problem('impossible', 'The body holds more than can be taken.', {
        errors: [{ pointer: pointerOf(path), detail: tooManyElements(greatestCounts.elements, placed.length) }],
      })
    values[path] = placed.map(({ part }) => part)
    elementPointers[path] = placed.map(({ pointer }) => pointer)
  }
  return { values, elementPointers }
}

const emptyOf = (path: FieldPath): Value => (fields[path].kind === 'list' ? [] : null)

/** What the body says of a field: null as soon as any object on the way to it is null. */
const find = (body: PatchBody, path: FieldPath): unknown => {
  let here: unknown = body
  for (const segment of path.split('.')) {
    if (here === null || here === undefined) return here
    here = recordOf(here)[segment]
  }
  return here
}
