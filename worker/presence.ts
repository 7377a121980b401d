import type { Log } from '../adapters/log/log.ts'
import type { Tenants } from '../adapters/postgres/tenants/tenants.ts'
import { servedEveryMs } from '../domain/changes/clock.ts'
import { repeat } from './repeat.ts'

/**
 * Says that these tenants are served, so that one that no worker serves is seen. Runs at once, then every few seconds.
 *
 * @returns ends it, after the statement that is running
 */
export const startPresence = (deps: {
  readonly tenants: Pick<Tenants, 'serve'>
  readonly tenantIds: readonly string[]
  readonly log: Log
}): (() => Promise<void>) =>
  repeat(servedEveryMs, 'saying which tenants are served', deps.log, () => deps.tenants.serve(deps.tenantIds))
