import { useEffect } from 'react'
import type { Dispatch, ReactNode } from 'react'
import { useSearchParams } from 'react-router'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { useChange } from '../client-data.ts'
import type { ClientKey } from '../client-data.ts'
import type { Step } from '../editor/draft.ts'
import { undoOf } from './undo.ts'

/**
 * Brings what undoes a change into the editor, where the address asks for it (`?undo=<change>`): it is looked at and saved
 * as any edit is.
 *
 * @returns why it could not be read, if so
 */
export const useUndo = (path: ClientKey, dispatch: Dispatch<Step>): ReactNode => {
  const [address, setAddress] = useSearchParams()
  const id = address.get('undo')
  const change = useChange(path, id)
  const found = change.data?.clientId === path.clientId && change.data.id === id ? change.data : null
  useEffect(() => {
    if (found === null) return
    const undo = undoOf(found)
    if (undo !== null) dispatch({ kind: 'undoing', ...undo })
    setAddress(
      (now) => {
        now.delete('undo')
        return now
      },
      { replace: true },
    )
  }, [found, dispatch, setAddress])
  return change.error ? <ProblemNotice error={change.error} /> : null
}
