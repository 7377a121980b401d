import { fieldPaths, isSame } from '../fields.ts'
import type { FieldPath, SomeValues, Value, Values } from '../fields.ts'
import { conflictsOf } from './merge.ts'

/** A client as it was read: its fields, and the ETag for the `If-Match` of a change of them. */
export interface Version {
  readonly values: Values
  readonly etag: string | null
}

/** What somebody is about to change. */
export interface Draft {
  /** What they began with. */
  readonly base: Version
  /** The fields that they have touched, as they stand in the inputs. */
  readonly edits: SomeValues
  /** What the client is now, where it disagrees with an edit, until that is resolved. */
  readonly theirs: Version | null
  /** Fields that somebody else has changed since the page was opened, for telling. */
  readonly moved: readonly FieldPath[]
  /** Whether it began with what undoes an earlier change. */
  readonly isUndoing: boolean
  /** Whether it was kept while nobody was signed in, or while the page was loaded again, for telling. */
  readonly isRestored: boolean
}

export type Step =
  | { readonly kind: 'typed'; readonly field: FieldPath; readonly value: Value }
  | { readonly kind: 'reset'; readonly field: FieldPath }
  | { readonly kind: 'discarded' }
  /** The client was read anew. */
  | { readonly kind: 'arrived'; readonly version: Version }
  /** Somebody has chosen a value for each field in conflict. */
  | { readonly kind: 'resolved'; readonly choices: SomeValues }
  /** The server has accepted what was sent, and the client reads so. */
  | { readonly kind: 'saved'; readonly version: Version; readonly sent: SomeValues }
  /** Auth0 refused a change, and the client reads as before it: its values are edits again, where nobody edits since. */
  | { readonly kind: 'refused'; readonly version: Version; readonly values: SomeValues }
  /** What a change did is to be undone. */
  | { readonly kind: 'undoing'; readonly after: SomeValues; readonly before: SomeValues }

export const newDraft = (base: Version): Draft => ({
  base,
  edits: {},
  theirs: null,
  moved: [],
  isUndoing: false,
  isRestored: false,
})

/** The draft after a step. Nothing that somebody typed is lost by one, unless they say so. */
export const draftAfter = (draft: Draft, step: Step): Draft => {
  switch (step.kind) {
    case 'typed':
      return settled({ ...draft, edits: { ...draft.edits, [step.field]: step.value } })
    case 'reset':
      return settled({ ...draft, edits: without(draft.edits, (field) => field === step.field) })
    case 'discarded':
      return newDraft(draft.theirs ?? draft.base)
    case 'arrived':
      return arrived(draft, step.version)
    case 'resolved':
      return settled({
        ...draft,
        base: draft.theirs ?? draft.base,
        edits: { ...draft.edits, ...step.choices },
        theirs: null,
      })
    case 'saved':
      return {
        ...newDraft(step.version),
        edits: without(draft.edits, (field) => isSame(draft.edits[field], step.sent[field])),
      }
    case 'refused': {
      // That its own values are gone is nobody else's doing, and no conflict.
      const gone = without(step.version.values, (field) => step.values[field] === undefined)
      const base = { ...draft.base, values: { ...draft.base.values, ...gone } }
      const next = arrived({ ...draft, base }, step.version)
      const moved = next.moved.filter((field) => step.values[field] === undefined)
      return settled({ ...next, moved, edits: { ...step.values, ...next.edits } })
    }
    case 'undoing': {
      const now = draft.theirs ?? draft.base
      // As if somebody had opened the page right after that change: what has come since is what others have done.
      const base = { ...now, values: { ...now.values, ...step.after } }
      const edits = { ...draft.edits, ...step.before }
      return arrived({ ...draft, base, edits, theirs: null, moved: [], isUndoing: true }, now)
    }
  }
}

/** The conflicts that somebody has to decide on before anything is saved. */
export const conflictsIn = ({ base, edits, theirs }: Draft) =>
  theirs === null ? [] : conflictsOf(base.values, edits, theirs.values)

const arrived = (draft: Draft, version: Version): Draft => {
  const { base, moved } = draft
  const others = fieldPaths.filter((path) => !isSame(base.values[path], version.values[path]))
  return settled({ ...draft, theirs: version, moved: [...new Set([...moved, ...others])] })
}

/** What has come is what the draft stands on, as soon as nothing of it disagrees with an edit. */
const settled = (draft: Draft): Draft => {
  if (draft.theirs === null || conflictsIn(draft).length > 0) return draft
  const { base, edits, theirs } = draft
  // What was only touched, and what others have made so, is no edit of what they have now.
  const idle = (field: FieldPath): boolean =>
    !isSame(base.values[field], theirs.values[field]) &&
    (isSame(edits[field], base.values[field]) || isSame(edits[field], theirs.values[field]))
  return { ...draft, base: theirs, edits: without(edits, idle), theirs: null }
}

const without = (values: SomeValues, leave: (field: FieldPath) => boolean): SomeValues =>
  Object.fromEntries(
    fieldPaths.flatMap((path) => (values[path] === undefined || leave(path) ? [] : [[path, values[path]]])),
  )
