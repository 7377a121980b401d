import type { Configuration } from '../adapters/config/configuration.ts'
import { createNamedStates } from '../adapters/postgres/named-states.ts'
import type { Postgres } from '../adapters/postgres/connect.ts'
import { unnamedStatesOf } from '../domain/unnamed-states.ts'
import type { UnnamedStates } from '../domain/unnamed-states.ts'

/** The states that a database holds and a configuration does not name; none where it keeps no states yet. */
export const unnamedStates = async (
  db: Postgres['db'],
  { tenants }: Pick<Configuration, 'tenants'>,
): Promise<UnnamedStates[]> =>
  unnamedStatesOf(
    await createNamedStates(db).unnamed(tenants),
    (tenantId) => tenants.find(({ id }) => id === tenantId)?.otherStates ?? [],
  )
