import { Anchor, Badge, Button, Card, Checkbox, Group, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { accessQuery } from '../access/access-query.ts'
import { clientAddress } from '../app/addresses.ts'
import { may, mayChange } from '../app/rights.ts'
import { useCaller } from '../app/session.tsx'
import { linesOf } from '../clients/fields.ts'
import { texts } from '../texts/texts.ts'
import { Foreign } from '../ui/foreign.tsx'
import { Sides } from '../ui/difference/sides.tsx'
import { Told } from '../ui/when.tsx'
import type { Action, DriftedClient } from './drifted.ts'
import { kindOf } from './drifted.ts'

const words = texts.drift

/** Whether the caller may change a client: those without a permission on every client are asked about one by one. */
const useMayWrite = (tenantId: string, clientId: string): boolean => {
  const caller = useCaller()
  const everywhere = may(caller, 'client.write.all')
  const access = useQuery({
    ...accessQuery(tenantId, clientId),
    enabled: !everywhere && may(caller, 'client.write'),
  })
  return everywhere || mayChange(access.data)
}

/** One client with drift: each field as it was confirmed beside what Auth0 has. */
export const DriftCard = ({
  tenantId,
  client,
  isSelected,
  select,
  act,
}: {
  readonly tenantId: string
  readonly client: DriftedClient
  readonly isSelected: boolean
  readonly select: (isSelected: boolean) => void
  readonly act: (action: Action) => void
}) => {
  const mayWrite = useMayWrite(tenantId, client.id)
  return (
    <Card withBorder component="article">
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start">
          <Group gap="sm" align="flex-start" wrap="nowrap">
            {mayWrite ? (
              <Checkbox
                mt={4}
                aria-label={words.select(client.name)}
                checked={isSelected}
                onChange={({ currentTarget }) => select(currentTarget.checked)}
              />
            ) : null}
            <div>
              <Title order={2} size="h4">
                <Anchor component={Link} inherit to={clientAddress(tenantId, client.id)}>
                  <Foreign text={client.name} />
                </Anchor>
              </Title>
              <Text size="sm" c="dimmed">
                <Foreign text={client.id} />
              </Text>
              <Text size="sm" c="dimmed">
                <Told text={client.notes.join(', ')} />
              </Text>
            </div>
          </Group>
          {mayWrite ? (
            <Group gap="xs">
              <Button size="xs" variant="default" onClick={() => act('accept')}>
                {words.accept.word}
              </Button>
              <Button size="xs" onClick={() => act('revert')}>
                {words.revert.word}
              </Button>
            </Group>
          ) : null}
        </Group>
        {client.fields.map(({ field, from, to, why }) => {
          const kind = kindOf(why)
          return (
            <div key={field}>
              <Group gap="xs" mb={4}>
                <Title order={3} size="h5">
                  {texts.fields[field]}
                </Title>
                {kind === undefined ? null : (
                  <Badge variant="light" color="gray" className="word">
                    {words.kinds[kind]}
                  </Badge>
                )}
              </Group>
              <Sides
                left={{ title: words.confirmed, lines: linesOf(from) }}
                right={{ title: words.observed, lines: linesOf(to) }}
              />
            </div>
          )
        })}
      </Stack>
    </Card>
  )
}
