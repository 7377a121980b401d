import { Anchor, Badge, Table, Text } from '@mantine/core'
import { Link } from 'react-router'
import { clientAddress } from '../app/addresses.ts'
import type { Schemas } from '../app/schemas.ts'
import { texts } from '../texts/texts.ts'
import { Foreign } from '../ui/foreign.tsx'
import { When } from '../ui/when.tsx'

const words = texts.audit

/** One decision. */
export const RecordRow = ({
  tenantId,
  record,
}: {
  readonly tenantId: string
  readonly record: Schemas['AuditRecord']
}) => {
  const { actor, outcome, reason, missing, count } = record
  return (
    <Table.Tr>
      <Table.Td>
        <When at={record.at} />
      </Table.Td>
      <Table.Td>
        {actor === null ? words.nobody : <Foreign text={actor.id} />}
        {actor?.application ? <Small text={words.through(actor.application)} /> : null}
      </Table.Td>
      <Table.Td>
        {words.actions[record.action]}
        {count === null ? null : <Small text={words.times(count)} />}
      </Table.Td>
      <Table.Td>
        <Target tenantId={tenantId} record={record} />
      </Table.Td>
      <Table.Td>
        <Badge color={outcome === 'accepted' ? 'green' : 'red'} variant="light" className="word">
          {words.outcomes[outcome]}
        </Badge>
        {reason === null ? null : <Small text={reason} />}
        {missing === null ? null : <Small text={words.missing(missing)} />}
      </Table.Td>
      <Table.Td>
        {record.address}
        {record.requestId === null ? null : <Small text={`${words.request} ${record.requestId}`} />}
      </Table.Td>
    </Table.Tr>
  )
}

const Small = ({ text }: { readonly text: string }) => (
  <Text size="xs" c="dimmed">
    <Foreign text={text} />
  </Text>
)

const isOfClient = (action: string): boolean => /^(?:client|sync|access)\./.test(action)

/** What a decision was about: a client leads to its page. */
const Target = ({
  tenantId,
  record: { target, action },
}: {
  readonly tenantId: string
  readonly record: Schemas['AuditRecord']
}) => {
  if (target === null) return null
  if (!isOfClient(action)) return <Foreign text={target} />
  return (
    <Anchor component={Link} to={clientAddress(tenantId, target)}>
      <Foreign text={target} />
    </Anchor>
  )
}
