import type { ReactNode } from 'react'
import { Stack, Text, Title } from '@mantine/core'
import type { Schemas } from '../../app/schemas.ts'
import { may } from '../../app/rights.ts'
import { useCaller } from '../../app/session.tsx'
import { texts } from '../../texts/texts.ts'
import { Copy } from '../../ui/copied.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Foreign } from '../../ui/foreign.tsx'
import { When } from '../../ui/when.tsx'
import type { ClientKey } from '../client-data.ts'
import { durationOf } from './duration.ts'
import { Secret } from './secret.tsx'

const { details: words } = texts

type Member = keyof typeof words.members

/** How a member is told, by what it is; the others as they are. */
const told: Partial<Record<Member, (value: never) => string>> = {
  manuallyCreated: (value: boolean) => (value ? words.byHand : words.byTerraform),
  type: (value: string) => new Map<string, string>(Object.entries(words.types)).get(value) ?? value,
  idTokenExpiration: durationOf,
  refreshTokenReuseInterval: durationOf,
  refreshTokenAbsoluteLifetime: durationOf,
  refreshTokenInactivityLifetime: durationOf,
}

const shown = (member: Member, value: Schemas['Client'][Member]): string => {
  if (value === null || value === undefined) return words.none
  const tell = told[member]
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each takes what the document says of its member
  if (tell !== undefined) return tell(value as never)
  if (typeof value === 'boolean') return value ? words.yes : words.no
  return typeof value === 'object' ? value.join(', ') : String(value)
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the names of the table
const members = Object.keys(words.members) as Member[]

/** What is known of the client besides its fields: set in Auth0 or by Terraform, and only looked at here. */
export const Details = ({
  path,
  client,
  terraform,
}: {
  readonly path: ClientKey
  readonly client: Schemas['Client']
  readonly terraform: Schemas['Sync']['terraform'] | undefined
}) => {
  const caller = useCaller()
  return (
    <Stack gap="xl">
      <section aria-labelledby="details">
        <Title order={2} size="h3" mb="sm" id="details">
          {words.title}
        </Title>
        <Facts
          facts={[
            [
              texts.client.id,
              <span key="id">
                <code>
                  <Foreign text={client.id} />
                </code>{' '}
                <Copy text={client.id} what={texts.client.id} />
              </span>,
            ],
            ...members.map(
              (member) =>
                [words.members[member], <Foreign key={member} text={shown(member, client[member])} />] as const,
            ),
          ]}
        />
      </section>
      {may(caller, 'client.secret.read') ? <Secret path={path} /> : null}
      {terraform === undefined ? null : <TerraformPart terraform={terraform} />}
    </Stack>
  )
}

/** Where Terraform manages it, and what was asked and not done yet. */
const TerraformPart = ({ terraform }: { readonly terraform: Schemas['Sync']['terraform'] }) => {
  const { terraform: labels } = words
  const { status, states, claims, request } = terraform
  const facts: (readonly [string, ReactNode])[] = []
  for (const { state, address } of states) {
    facts.push([labels.state, <Foreign key="state" text={state} />])
    facts.push([labels.address, <Foreign key="address" text={address} />])
  }
  for (const { state, address } of claims)
    facts.push([labels.claims, <Foreign key="claim" text={`${state}: ${address}`} />])
  if (request !== null)
    facts.push([
      labels.request,
      <span key="request">
        {texts.details.actions[request.kind]}: <Foreign text={request.by.id} />, <When at={request.requestedAt} />
      </span>,
    ])
  return (
    <section aria-labelledby="terraform">
      <Title order={2} size="h3" mb="sm" id="terraform">
        {labels.title}
      </Title>
      <Text mb="sm">{texts.clients.choices.terraform[status]}</Text>
      <Facts facts={facts} />
    </section>
  )
}
