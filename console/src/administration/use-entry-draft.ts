import { useEffect, useState } from 'react'
import { drafts } from '../app/drafts.ts'
import { useCaller } from '../app/session.tsx'
import { draftOf, emptyDraft } from './draft.ts'
import type { Draft } from './draft.ts'
import type { Entry, Kind } from './entry.ts'
import { draftWith, editsOf } from './kept.ts'

const aboutOf = (kind: Kind, name: string) => ['administration', kind, name] as const

/**
 * What somebody types into a form. It is kept in the tab until it is sent or given up, so that it outlives the end of a
 * session, and a sign-in that is asked for.
 *
 * @param entry absent for a new one
 */
export const useEntryDraft = (kind: Kind, entry: Entry | undefined) => {
  const { id: caller } = useCaller()
  const name = entry?.name ?? ''
  const [before] = useState(() => (entry === undefined ? emptyDraft : draftOf(entry)))
  const [draft, setDraft] = useState(() => draftWith(before, drafts.read(caller, aboutOf(kind, name))))
  const [isRestored] = useState(() => isEdited(before, draft))
  useEffect(() => {
    if (isEdited(before, draft)) drafts.keep(caller, aboutOf(kind, name), editsOf(before, draft))
    else drafts.forget(caller, aboutOf(kind, name))
  }, [caller, kind, name, before, draft])
  return {
    before,
    draft,
    isRestored,
    set: (part: Partial<Draft>): void => setDraft((known) => ({ ...known, ...part })),
    forget: () => drafts.forget(caller, aboutOf(kind, name)),
  }
}

const isEdited = (before: Draft, draft: Draft): boolean => Object.keys(editsOf(before, draft)).length > 0
