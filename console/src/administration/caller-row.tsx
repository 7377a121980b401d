import { Badge, Button, Menu, Table, Text } from '@mantine/core'
import { texts } from '../texts/texts.ts'
import { Foreign } from '../ui/foreign.tsx'
import { useNow, When } from '../ui/when.tsx'
import { deedsOf, expiresSoon } from './entry.ts'
import type { Deed, Entry } from './entry.ts'

const words = texts.administration

const colors: Readonly<Record<string, string>> = {
  active: 'green',
  expired: 'red',
  disabled: 'orange',
  revoked: 'gray',
}
const statuses: Readonly<Record<string, string>> = words.statuses

/** One application or account: its state, what it is good for, and what can be done with it. */
export const CallerRow = ({ entry, ask }: { readonly entry: Entry; readonly ask: (deed: Deed) => void }) => {
  const { name, status, tenants, permissions, expiresAt, previousSecret } = entry
  const deeds = deedsOf(entry)
  const now = useNow()
  return (
    <Table.Tr>
      <Table.Th scope="row">
        <Foreign text={name} />
        {entry.ownerName === undefined ? null : (
          <Text size="xs" c="dimmed">
            {words.owner(entry.ownerName)}
          </Text>
        )}
      </Table.Th>
      <Table.Td>
        <Badge color={colors[status] ?? 'gray'} variant="light" className="word">
          {statuses[status] ?? status}
        </Badge>
        {previousSecret === null ? null : (
          <Text size="xs" c="dimmed">
            {words.formerUntil} <When at={previousSecret.validUntil} />
          </Text>
        )}
      </Table.Td>
      <Table.Td>{tenants === '*' ? words.everyTenant : tenants.join(', ')}</Table.Td>
      <Table.Td>
        {permissions === null ? words.noCeiling : permissions.length === 0 ? words.nothing : permissions.join(', ')}
      </Table.Td>
      <Table.Td>
        <When at={entry.lastUsedAt} />
      </Table.Td>
      <Table.Td>
        {expiresAt === null ? words.never : <When at={expiresAt} />}{' '}
        {expiresSoon(entry, new Date(now)) ? (
          <Badge color="orange" variant="light" className="word">
            {words.expiresSoon}
          </Badge>
        ) : null}
      </Table.Td>
      <Table.Td>
        {deeds.length === 0 ? (
          entry.source === 'configuration' ? (
            <Text size="xs" c="dimmed">
              {words.configured}
            </Text>
          ) : null
        ) : (
          <Menu position="bottom-end" returnFocus>
            <Menu.Target>
              <Button size="compact-sm" variant="default" aria-label={`${words.actions.open}: ${name}`}>
                {words.actions.open}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {deeds.map((deed) => (
                <Menu.Item key={deed} onClick={() => ask(deed)}>
                  {words.actions[deed]}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
      </Table.Td>
    </Table.Tr>
  )
}
