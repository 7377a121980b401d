import { fieldPaths, isValue, valuesOf } from '../fields.ts'
import type { SomeValues } from '../fields.ts'
import { draftAfter, newDraft } from './draft.ts'
import type { Draft, Version } from './draft.ts'

/** What is kept of a draft: what it began with, and the edits. */
export const keptOf = ({ base, edits, isUndoing }: Draft): unknown => ({ base, edits, isUndoing })

/** A draft that was kept, on what the client is now; a new one where none was, or none that can be read. */
export const draftFrom = (kept: unknown, now: Version): Draft => {
  const { base, edits, isUndoing } = membersOf(kept)
  const { values, etag } = membersOf(base)
  const typed = someOf(edits)
  if (Object.keys(typed).length === 0 || values === undefined) return newDraft(now)
  const before: Version = {
    values: { ...valuesOf({}), ...someOf(values) },
    etag: typeof etag === 'string' ? etag : null,
  }
  const draft: Draft = { ...newDraft(before), edits: typed, isUndoing: isUndoing === true, isRestored: true }
  return draftAfter(draft, { kind: 'arrived', version: now })
}

const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {}

const someOf = (given: unknown): SomeValues => {
  const members = membersOf(given)
  return Object.fromEntries(
    fieldPaths.flatMap((path) => {
      const { [path]: value } = members
      return isValue(value) ? [[path, value]] : []
    }),
  )
}
