import { setTimeout as sleep } from 'node:timers/promises'
import type { Remote } from './client.ts'

/** Whether something has happened in a tenant, by the API's stream of events. */
export interface News {
  /** Resolves when something has happened since the last time, or may have, and otherwise after a while. */
  readonly wait: () => Promise<void>
}

/** How long nothing may be heard until it is looked all the same, milliseconds: without events, and with them. */
const lookMs = { without: 2000, with: 10_000 }

/**
 * Follows the events of a tenant until it is over. An older API has none: then every wait takes as long as polling does, and
 * so it is while the API cannot be reached.
 *
 * @param clientIds narrow it to these clients; none for all
 */
export const followNews = (
  remote: Pick<Remote, 'open'>,
  tenantId: string,
  clientIds: readonly string[],
  over: AbortSignal,
): News => {
  let follows = false
  let isNew = false
  let wake: (() => void) | undefined
  const happened = (): void => {
    isNew = true
    wake?.()
  }
  /** @returns whether there are events at all */
  const follow = async (): Promise<boolean> => {
    const query = clientIds.map((id): [string, string] => ['client', id])
    const { status, body } = await remote.open(`/v1/tenants/${tenantId}/events`, query, over)
    if (status !== 200) return status !== 404 && status !== 405
    follows = true
    // Whatever happened before is not told.
    happened()
    for await (const chunk of body) if (Buffer.from(chunk).includes('data:')) happened()
    return true
  }
  const followAlways = async (): Promise<void> => {
    while (!over.aborted) {
      const hasEvents = await follow().catch(() => true)
      follows = false
      if (!hasEvents) return
      await sleep(lookMs.without, undefined, { signal: over }).catch(() => undefined)
    }
  }
  void followAlways()
  return {
    wait: async () => {
      const waited = new AbortController()
      wake = () => waited.abort()
      if (!isNew)
        await sleep(follows ? lookMs.with : lookMs.without, undefined, {
          signal: AbortSignal.any([over, waited.signal]),
        }).catch(() => undefined)
      isNew = false
    },
  }
}
