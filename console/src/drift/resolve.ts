import { api } from '../app/api.ts'
import { answered, refusedBy } from '../app/problem.ts'
import type { Action } from './drifted.ts'
import type { Outcome } from './progress.ts'

/** How long the server waits for the end before it answers 202, and the pause until a change is looked at again. Seconds. */
const patience = 10
const pause = 1.5

/** Where the drift is, and whom to tell how far it is. */
export interface Resolving {
  readonly tenantId: string
  readonly clientId: string
  readonly tell: (outcome: Outcome) => void
}

/**
 * Resolves the drift of one client. Never rejects.
 *
 * @returns the id of a change that waits yet; null where all is over
 */
export const resolve = async (action: Action, { tenantId, clientId, tell }: Resolving): Promise<string | null> => {
  tell({ kind: 'sending' })
  try {
    const { response, error } = await api.POST('/v1/tenants/{tenantId}/clients/{clientId}/sync', {
      params: {
        path: { tenantId, clientId },
        header: { 'Idempotency-Key': crypto.randomUUID(), Prefer: `wait=${patience}` },
      },
      body: { action },
    })
    if (!response.ok) throw refusedBy(response, error)
    const waits = response.status === 202
    tell({ kind: waits ? 'accepted' : 'applied' })
    return waits ? response.headers.get('nexus-change') : null
  } catch (error) {
    tell({ kind: 'refused', error })
    return null
  }
}

/** Tells what becomes of a change, until it is settled or nobody looks any more. Never rejects. */
export const follow = async (
  changeId: string,
  { tenantId, tell }: Omit<Resolving, 'clientId'>,
  signal: AbortSignal,
): Promise<void> => {
  try {
    while (!signal.aborted) {
      const { status, refusal } = answered(
        await api.GET('/v1/tenants/{tenantId}/changes/{changeId}', {
          params: { path: { tenantId, changeId } },
          signal,
        }),
      )
      tell({ kind: status, ...(refusal ? { detail: refusal.detail } : {}) })
      if (status !== 'accepted') return
      await new Promise((wait) => {
        setTimeout(wait, pause * 1000)
      })
    }
  } catch (error) {
    if (!signal.aborted) tell({ kind: 'refused', error })
  }
}
