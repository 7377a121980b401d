import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Dispatch } from 'react'
import { useEffect, useRef, useState } from 'react'
import { api } from '../../app/api.ts'
import { refusedBy } from '../../app/problem.ts'
import { clientKey, readClient, readClientOf, useChange, versionOf } from '../client-data.ts'
import type { ClientKey } from '../client-data.ts'
import { readFields } from '../fields.ts'
import type { Draft, Step } from './draft.ts'
import { saveDraft } from './save.ts'
import type { Body, Sent } from './save.ts'

/** Saves, follows the change until it is settled, and brings the values of a refused one back into the form. */
export const useSaving = (path: ClientKey, draft: Draft, dispatch: Dispatch<Step>) => {
  const queries = useQueryClient()
  const [changeId, setChangeId] = useState<string | null>(null)

  const attempt = useRef({ text: '', key: '' })

  /** The same for the same request: one whose answer was lost is answered, not made twice. */
  const idempotencyKeyOf = (text: string): string => {
    if (attempt.current.text !== text) attempt.current = { text, key: crypto.randomUUID() }
    return attempt.current.key
  }
  const send = async (body: Body, etag: string | null): Promise<Sent> => {
    const answer = await api.PATCH('/v1/tenants/{tenantId}/clients/{clientId}', {
      params: { path: { ...path } },
      body,
      headers: {
        prefer: 'respond-async',
        'idempotency-key': idempotencyKeyOf(JSON.stringify([body, etag])),
        ...(etag === null ? {} : { 'if-match': etag }),
      },
    })
    if (answer.response.status === 412) return { kind: 'moved' }
    if (answer.response.status < 500) attempt.current = { text: '', key: '' }
    if (!answer.response.ok) throw refusedBy(answer.response, answer.error)
    const read = readClientOf(answer)
    await queries.cancelQueries({ queryKey: clientKey(path) })
    queries.setQueryData(clientKey(path, 'whole'), read)
    return { kind: 'accepted', version: versionOf(read), changeId: answer.response.headers.get('nexus-change') }
  }
  const read = async () => {
    const found = await readClient(path)
    queries.setQueryData(clientKey(path, 'whole'), found)
    return versionOf(found)
  }

  const saving = useMutation({
    mutationFn: async () => saveDraft({ send, read }, draft),
    onMutate: () => setChangeId(null),
    onSuccess: (saved) => {
      if (saved.kind === 'conflict') dispatch({ kind: 'arrived', version: saved.version })
      else {
        setChangeId(saved.changeId)
        dispatch({ kind: 'saved', version: saved.version, sent: saved.sent })
        void queries.invalidateQueries({ queryKey: clientKey(path) })
      }
    },
  })

  const change = useChange(path, changeId).data
  const settled = change === undefined || change.status === 'accepted' ? null : change
  useEffect(() => {
    if (settled === null) return
    void queries.invalidateQueries({ queryKey: clientKey(path) })
    if (settled.status === 'rejected')
      void read().then((version) => dispatch({ kind: 'refused', version, values: readFields(settled.values) }))
    // oxlint-disable-next-line react/exhaustive-deps -- once for each change that is settled
  }, [settled?.id, settled?.status])

  return {
    save: () => saving.mutate(),
    isSaving: saving.isPending,
    error: saving.error,
    isAccepted: saving.data?.kind === 'accepted',
    isStored: changeId !== null,
    change,
    forget: () => {
      saving.reset()
      setChangeId(null)
    },
  }
}
