import type { SomeValues } from '../fields.ts'
import { conflictsIn, draftAfter } from './draft.ts'
import type { Draft, Version } from './draft.ts'
import { changedFields, patchOf } from './patch.ts'

export type Body = Readonly<Record<string, unknown>>

/** What the server says to a change: accepted, or that the client is not what it was decided on (412). */
export type Sent =
  | { readonly kind: 'accepted'; readonly version: Version; readonly changeId: string | null }
  | { readonly kind: 'moved' }

export interface Saving {
  readonly send: (body: Body, etag: string | null) => Promise<Sent>
  readonly read: () => Promise<Version>
}

export type Saved =
  | (Extract<Sent, { kind: 'accepted' }> & { readonly sent: SomeValues })
  /** Somebody has to choose first, on this version. */
  | { readonly kind: 'conflict'; readonly version: Version }

/** Somebody who changes it each time we look does so by a program. */
const mostTries = 5

/**
 * Saves a draft on what the client is now. Where it has moved on it is read anew: what others have changed elsewhere is no
 * reason to ask, what disagrees with an edit is.
 */
export const saveDraft = async ({ send, read }: Saving, draft: Draft, tries = mostTries): Promise<Saved> => {
  const { base, edits } = draft
  const body = patchOf(base.values, edits)
  if (body === null) return { kind: 'accepted', version: base, changeId: null, sent: {} }
  const sent = await send(body, base.etag)
  if (sent.kind === 'accepted') {
    const fields = changedFields(base.values, edits)
    return { ...sent, sent: Object.fromEntries(fields.map((field) => [field, edits[field]])) }
  }
  const version = await read()
  const next = draftAfter(draft, { kind: 'arrived', version })
  return conflictsIn(next).length > 0 || tries <= 1
    ? { kind: 'conflict', version }
    : saveDraft({ send, read }, next, tries - 1)
}
