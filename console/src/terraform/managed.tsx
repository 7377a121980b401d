import type { ReactNode } from 'react'
import { Stack, Title } from '@mantine/core'
import type { Schemas } from '../app/api.ts'
import { texts } from '../texts/texts.ts'
import { Counted } from '../ui/counted.tsx'
import { Facts } from '../ui/facts.tsx'

const words = texts.terraform.managed

/** How many clients stand in a state, with the way to each list. */
export const Managed = ({ tenant: { id, terraform } }: { readonly tenant: Schemas['Tenant'] }) => {
  const listed = (count: number, word: string): ReactNode => (
    <Counted count={count} to={`/tenants/${encodeURIComponent(id)}/clients?terraform=${word}`} />
  )
  return (
    <Stack gap="xs">
      <Title order={2} size="h3">
        {words.heading}
      </Title>
      <Facts
        facts={[
          [words.managed, listed(terraform.managed, 'managed')],
          [words.manual, listed(terraform.manual, 'manual')],
          [words.conflicting, listed(terraform.conflicting, 'conflict')],
        ]}
      />
    </Stack>
  )
}
