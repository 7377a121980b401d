import type { Schemas } from '../app/schemas.ts'
import { ClientCount } from '../tenants/client-count.tsx'
import { texts } from '../texts/texts.ts'
import { Facts } from '../ui/facts.tsx'
import { Part } from '../ui/part.tsx'

const { terraform: labels } = texts.clients.choices

/** How many clients stand in a state, with the way to each list. */
export const Managed = ({ tenant: { id, terraform } }: { readonly tenant: Schemas['Tenant'] }) => (
  <Part title={texts.terraform.managed}>
    <Facts
      facts={[
        [
          labels.managed,
          <ClientCount key="managed" tenantId={id} count={terraform.managed} query="?terraform=managed" />,
        ],
        [labels.manual, <ClientCount key="manual" tenantId={id} count={terraform.manual} query="?terraform=manual" />],
        [
          labels.conflict,
          <ClientCount key="conflict" tenantId={id} count={terraform.conflicting} query="?terraform=conflict" />,
        ],
      ]}
    />
  </Part>
)
