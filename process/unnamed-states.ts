import type { Configuration } from '../adapters/config/configuration.ts'
import { createNamedStates } from '../adapters/postgres/terraform/named-states.ts'
import type { Postgres } from '../adapters/postgres/database/connect.ts'
import { unnamedStatesOf } from '../domain/terraform/unnamed-states.ts'
import type { UnnamedStates } from '../domain/terraform/unnamed-states.ts'

/** The states that a database holds and a configuration does not name; none where it keeps no states yet. */
export const unnamedStates = async (
  db: Postgres['db'],
  { tenants }: Pick<Configuration, 'tenants'>,
): Promise<UnnamedStates[]> =>
  unnamedStatesOf(
    await createNamedStates(db).unnamed(tenants),
    (tenantId) => tenants.find(({ id }) => id === tenantId)?.otherStates ?? [],
  )
