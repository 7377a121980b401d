import type { ReactNode } from 'react'
import { Stack, Title } from '@mantine/core'
import type { Schemas } from '../app/api.ts'
import { may, useCaller } from '../app/session.tsx'
import { texts } from '../texts/texts.ts'
import { Counted } from '../ui/counted.tsx'
import { Facts } from '../ui/facts.tsx'
import { When } from '../ui/when.tsx'

const words = texts.tenants

/** What is known of a tenant: each number leads to the list that it counts. */
export const TenantFacts = ({ tenant }: { readonly tenant: Schemas['Tenant'] }) => {
  const caller = useCaller()
  const { scan, credential, terraform } = tenant
  const root = `/tenants/${encodeURIComponent(tenant.id)}`
  const seesEvery = may(caller, 'client.read.all', 'client.write.all')
  const listed = (count: number, query: string): ReactNode => (
    <Counted
      count={count}
      to={may(caller, 'client.read', 'client.write') || seesEvery ? `${root}/clients${query}` : null}
    />
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
            [words.facts.clients, listed(tenant.clients, '')],
            [words.facts.backlog, listed(tenant.backlog, '?sync=pending')],
            tenant.oldestWaitingAt === null
              ? null
              : [words.facts.oldest, <When key="oldest" at={tenant.oldestWaitingAt} />],
            [words.facts.stalled, listed(tenant.stalled, '?sync=stalled')],
            [
              words.facts.drifted,
              seesEvery ? (
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
            [words.facts.managed, listed(terraform.managed, '?terraform=managed')],
            [words.facts.manual, listed(terraform.manual, '?terraform=manual')],
            [words.facts.adopting, listed(terraform.adopting, '?terraform=adopting')],
            [words.facts.releasing, listed(terraform.releasing, '?terraform=releasing')],
            [words.facts.conflicting, listed(terraform.conflicting, '?terraform=conflict')],
            terraform.states.length === 0
              ? null
              : [words.facts.locks, <Counted key="locks" count={locks} to={`${root}/terraform`} />],
          ]}
        />
      </Part>
    </>
  )
}

const Part = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <Stack gap="xs">
    <Title order={2} size="h3">
      {title}
    </Title>
    {children}
  </Stack>
)
