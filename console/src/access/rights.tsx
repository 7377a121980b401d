import { Alert, Badge, Card, Group, Stack, Table, Text } from '@mantine/core'
import type { Schemas } from '../app/api.ts'
import { texts } from '../texts/texts.ts'
import { DataTable } from '../ui/data-table.tsx'
import { Foreign } from '../ui/foreign.tsx'
import { Told } from '../ui/when.tsx'

const words = texts.access

type Verb = keyof typeof words.rights
const verbs: readonly Verb[] = ['read', 'write']

/** What one caller may do with a client, and why. */
export const Rights = ({ access }: { readonly access: Schemas['AccessOf'] }) => (
  <Card withBorder component="article">
    <Stack gap="xs">
      <Group gap="xs">
        <Text fw={600} component="h3" size="md" m={0}>
          {access.id === null || access.id === '' ? words.unknown : <Foreign text={access.id} />}
        </Text>
        <Text size="sm" c="dimmed">
          {words.kinds[access.kind]}
          {access.kind === 'application' ? `: ${words.most}` : null}
          {access.application === null ? null : `, ${words.through(access.application)}`}
        </Text>
      </Group>
      {access.keptOut === null ? null : (
        <Alert color="orange" role="presentation">
          <Told text={access.keptOut} />
        </Alert>
      )}
      {verbs.map((verb) => {
        const right = access[verb]
        return right === null ? null : <Verdict key={verb} verb={verb} right={right} />
      })}
      <Rules access={access} />
    </Stack>
  </Card>
)

const Verdict = ({ verb, right }: { readonly verb: Verb; readonly right: Schemas['AccessRight'] }) => (
  <Group gap="xs" wrap="nowrap" align="flex-start">
    <Badge color={right.allowed ? 'green' : 'red'} variant="light" className="word">
      {words.rights[verb]}: {right.allowed ? words.allowed : words.refused}
    </Badge>
    <Text size="sm">
      <Told text={right.detail} />
    </Text>
  </Group>
)

const Rules = ({ access }: { readonly access: Schemas['AccessOf'] }) => {
  const rules = verbs.flatMap((verb) => (access[verb]?.rules ?? []).map((rule) => ({ verb, rule })))
  if (rules.length === 0) return null
  return (
    <details>
      <summary>{words.why}</summary>
      <DataTable caption={`${words.why}: ${access.id ?? words.unknown}`} columns={words.columns}>
        {rules.map(({ verb, rule }) => (
          <Table.Tr key={`${verb} ${rule.rule}`}>
            <Table.Td>{words.rights[verb]}</Table.Td>
            <Table.Td>{words.rules[rule.rule]}</Table.Td>
            <Table.Td>{rule.holds ? words.allowed : words.refused}</Table.Td>
            <Table.Td>
              <Told text={rule.detail} />
            </Table.Td>
          </Table.Tr>
        ))}
      </DataTable>
    </details>
  )
}
