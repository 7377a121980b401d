import type { ReactNode } from 'react'
import { tenantAddress } from '../app/addresses.ts'
import type { Schemas } from '../app/schemas.ts'
import { seesEveryClient, seesStates } from '../app/rights.ts'
import { useCaller } from '../app/session.tsx'
import { texts } from '../texts/texts.ts'
import { Counted } from '../ui/counted.tsx'
import { Facts } from '../ui/facts.tsx'
import { Part } from '../ui/part.tsx'
import { When } from '../ui/when.tsx'
import { ClientCount } from './client-count.tsx'

const words = texts.tenants
const { terraform: labels } = texts.clients.choices

/** What is known of a tenant: each number leads to the list that it counts. */
export const TenantFacts = ({ tenant }: { readonly tenant: Schemas['Tenant'] }) => {
  const caller = useCaller()
  const { scan, credential, terraform } = tenant
  const root = tenantAddress(tenant.id)
  const listed = (count: number, query = ''): ReactNode => (
    <ClientCount tenantId={tenant.id} count={count} query={query} />
  )
  const locks = terraform.states.filter(({ lock }) => lock !== null).length
  return (
    <>
      <Part title={words.headings.now}>
        <Facts
          facts={[
            [words.facts.domain, tenant.domain],
            [words.facts.credential, credential.valid ? words.credential.valid : words.credential.held],
            [words.facts.lastScan, <When key="last" at={scan.lastCompleteAt} />],
            scan.running
              ? [words.facts.nextScan, words.scanning]
              : scan.nextAt === null
                ? null
                : [words.facts.nextScan, <When key="next" at={scan.nextAt} />],
            [words.facts.policy, words.policies[tenant.driftPolicy]],
            [words.facts.plan, tenant.plan === 'none' ? words.noPlan : tenant.plan],
          ]}
        />
      </Part>
      <Part title={words.headings.clients}>
        <Facts
          facts={[
            [words.facts.clients, listed(tenant.clients)],
            [words.facts.backlog, listed(tenant.backlog, '?sync=pending')],
            tenant.oldestWaitingAt === null
              ? null
              : [words.facts.oldest, <When key="oldest" at={tenant.oldestWaitingAt} />],
            [words.facts.stalled, listed(tenant.stalled, '?sync=stalled')],
            [
              words.facts.drifted,
              seesEveryClient(caller) ? (
                <Counted key="drifted" count={tenant.drifted} to={`${root}/drift`} />
              ) : (
                listed(tenant.drifted, '?drifted=true')
              ),
            ],
          ]}
        />
      </Part>
      <Part title={words.headings.terraform}>
        <Facts
          facts={[
            [labels.managed, listed(terraform.managed, '?terraform=managed')],
            [labels.manual, listed(terraform.manual, '?terraform=manual')],
            [labels.adopting, listed(terraform.adopting, '?terraform=adopting')],
            [labels.releasing, listed(terraform.releasing, '?terraform=releasing')],
            [labels.conflict, listed(terraform.conflicting, '?terraform=conflict')],
            terraform.states.length === 0
              ? null
              : [
                  words.facts.locks,
                  <Counted key="locks" count={locks} to={seesStates(caller) ? `${root}/terraform` : null} />,
                ],
          ]}
        />
      </Part>
    </>
  )
}
