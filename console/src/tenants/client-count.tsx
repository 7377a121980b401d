import { clientsAddress } from '../app/addresses.ts'
import { seesClients } from '../app/rights.ts'
import { useCaller } from '../app/session.tsx'
import { Counted } from '../ui/counted.tsx'

/** How many clients of a tenant there are of a kind, with the way to their list. @param query of that list */
export const ClientCount = ({
  tenantId,
  count,
  query,
}: {
  readonly tenantId: string
  readonly count: number
  readonly query: string
}) => <Counted count={count} to={seesClients(useCaller()) ? `${clientsAddress(tenantId)}${query}` : null} />
