import { useEffect, useReducer } from 'react'
import { drafts } from '../app/drafts.ts'
import { useCaller } from '../app/session.tsx'
import { versionOf } from './client-data.ts'
import type { ClientKey, ReadClient } from './client-data.ts'
import { draftAfter } from './editor/draft.ts'
import { draftFrom, keptOf } from './editor/kept.ts'
import { changedFields } from './editor/patch.ts'

/** What somebody is about to change of a client. It is kept in the tab until it is saved or given up. */
export const useDraft = ({ tenantId, clientId }: ClientKey, read: ReadClient) => {
  const { id: caller } = useCaller()
  const [draft, dispatch] = useReducer(draftAfter, versionOf(read), (now) =>
    draftFrom(drafts.read(caller, [tenantId, clientId]), now),
  )
  useEffect(() => dispatch({ kind: 'arrived', version: versionOf(read) }), [read])
  const isDirty = changedFields(draft.base.values, draft.edits).length > 0
  useEffect(() => {
    if (isDirty) drafts.keep(caller, [tenantId, clientId], keptOf(draft))
    else drafts.forget(caller, [tenantId, clientId])
  }, [caller, tenantId, clientId, draft, isDirty])
  return { draft, dispatch, isDirty, forget: () => drafts.forget(caller, [tenantId, clientId]) }
}
