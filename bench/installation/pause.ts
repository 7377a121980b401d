import { setTimeout as sleep } from 'node:timers/promises'
import type { Installation } from './installation.ts'

/** Changes are accepted and wait, until the tenant is resumed. */
export const pause = async ({ query }: Pick<Installation, 'query'>): Promise<void> => {
  await query(`update nexus.tenants set paused_at = now() where tenant_id = 'acme'`)
}

/** What waits is found by the next sweep of a worker, within two seconds. */
export const resume = async ({ query }: Pick<Installation, 'query'>): Promise<void> => {
  await query(`update nexus.tenants set paused_at = null where tenant_id = 'acme'`)
  await query(`update nexus.clients set woken_at = null where tenant_id = 'acme' and generation > settled_generation`)
}

/** Waits until every change of the tenant is settled. */
export const untilNothingWaits = async ({ query }: Pick<Installation, 'query'>): Promise<void> => {
  for (;;) {
    const [row] = await query<{ waiting: boolean }>(
      `select exists (select from nexus.changes where tenant_id = 'acme' and status = 'accepted') as waiting`,
    )
    if (row?.waiting === false) return
    await sleep(20)
  }
}
