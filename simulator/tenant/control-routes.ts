import { z } from 'zod'
import { refusal, type Answer } from '../http/answer.ts'
import type { FaultBox } from './faults.ts'
import { pick } from '../json.ts'
import type { Call, Route } from '../http/route.ts'
import type { Stats } from './stats.ts'
import type { Store } from '../clients/store.ts'

const secrets = new Set(['client_secret', 'encryption_key'])

/** `/_simulator`: for people and tests; no token, no faults, no limits. */
export const controlRoutes = (store: Store, faults: FaultBox, stats: Stats): Route[] => {
  const shown = (): Answer => ({ status: 200, body: { ...faults.current } })
  const set = ({ body }: Call): Answer => {
    try {
      faults.set(body, faults.current)
      return shown()
    } catch (error) {
      if (error instanceof z.ZodError) return refusal(400, z.prettifyError(error), 'invalid_body')
      throw error
    }
  }
  return [
    { method: 'GET', path: '/_simulator/faults', handle: shown },
    // Those not named stay as they are.
    { method: 'POST', path: '/_simulator/faults', handle: set },
    {
      method: 'DELETE',
      path: '/_simulator/faults',
      handle: () => {
        faults.set({})
        return shown()
      },
    },
    {
      method: 'GET',
      path: '/_simulator/stats',
      handle: () => ({
        status: 200,
        body: { ...stats.counts, writes: stats.writes.length, clients: store.all().length },
      }),
    },
    {
      method: 'DELETE',
      path: '/_simulator/stats',
      handle: () => {
        stats.reset()
        return { status: 204 }
      },
    },
    {
      method: 'GET',
      path: '/_simulator/clients/{id}',
      handle: ({ params }) => ({
        status: 200,
        body: pick(store.get(params['id'] ?? ''), (name) => !secrets.has(name)),
      }),
    },
  ]
}
