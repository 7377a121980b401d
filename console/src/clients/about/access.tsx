import { Badge, Group, Loader, Stack, Text, Title } from '@mantine/core'
import type { Schemas } from '../../app/schemas.ts'
import { texts } from '../../texts/texts.ts'
import { Foreign } from '../../ui/foreign.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { useAccess } from '../client-data.ts'
import type { ClientKey } from '../client-data.ts'

const { access: words } = texts.details

/** What the reader may do with the client, and why, rule by rule. */
export const Access = ({ path }: { readonly path: ClientKey }) => {
  const access = useAccess(path)
  if (access.error) return <ProblemNotice error={access.error} again={() => void access.refetch()} />
  if (access.data === undefined) return <Loader aria-label={texts.common.loading} />
  const [reader] = access.data.access
  return (
    <Stack gap="lg">
      <Title order={2} size="h3">
        {words.title}
      </Title>
      {reader?.keptOut ? (
        <Text>
          {words.keptOut} <Foreign text={reader.keptOut} />
        </Text>
      ) : null}
      <Right title={words.read} right={reader?.read ?? null} />
      <Right title={words.write} right={reader?.write ?? null} />
    </Stack>
  )
}

const Right = ({ title, right }: { readonly title: string; readonly right: Schemas['AccessRight'] | null }) =>
  right === null ? null : (
    <section aria-label={title}>
      <Group gap="sm" mb="xs">
        <Title order={3} size="h4">
          {title}
        </Title>
        <Badge variant="light" tt="none" color={right.allowed ? 'teal' : 'red'}>
          {right.allowed ? words.yes : words.no}
        </Badge>
      </Group>
      <Text mb="xs">
        <Foreign text={right.detail} />
      </Text>
      <Stack component="ul" gap="xs" className="shown-lines">
        {right.rules.map(({ rule, holds, detail }) => (
          <li key={rule}>
            <Group gap="xs">
              <Text fw={600} size="sm">
                {words.rules[rule]}
              </Text>
              <Badge variant="light" tt="none" size="sm" color={holds ? 'teal' : 'gray'}>
                {holds ? words.holds : words.fails}
              </Badge>
            </Group>
            <Text size="sm">
              <Foreign text={detail} />
            </Text>
          </li>
        ))}
      </Stack>
    </section>
  )
