import { emptyDraft } from './draft.ts'
import type { Draft } from './draft.ts'
import { differing } from './differing.ts'

/** What is kept of a form: what somebody has typed into it. What they left alone is what the entry has, also later. */
export const editsOf = (before: Draft, draft: Draft): Partial<Draft> => differing({ ...before }, { ...draft })

/** A form with the edits that were kept of it. What cannot be read as one is left out. @param before without them */
export const draftWith = (before: Draft, kept: unknown): Draft => {
  const members: Readonly<Record<string, unknown>> = typeof kept === 'object' && kept !== null ? { ...kept } : {}
  const edits = Object.entries(emptyDraft).flatMap(([name, like]) => {
    const { [name]: value } = members
    return isLike(value, like) ? [[name, value]] : []
  })
  return { ...before, ...Object.fromEntries(edits) }
}

/** Lists are of texts. */
const isLike = (value: unknown, like: unknown): boolean =>
  Array.isArray(like)
    ? Array.isArray(value) && value.every((one) => typeof one === 'string')
    : typeof value === typeof like
