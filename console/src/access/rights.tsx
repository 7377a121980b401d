import { Alert, Card, Group, Stack, Text } from '@mantine/core'
import type { Schemas } from '../app/schemas.ts'
import { texts } from '../texts/texts.ts'
import { Foreign } from '../ui/foreign.tsx'
import { Told } from '../ui/when.tsx'
import { Rules, Verdict, verbs } from './right.tsx'

const words = texts.access

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
      {verbs.some((verb) => (access[verb]?.rules ?? []).length > 0) ? <Why access={access} /> : null}
    </Stack>
  </Card>
)

/** Rule by rule, for whoever wants to know. */
const Why = ({ access }: { readonly access: Schemas['AccessOf'] }) => (
  <details>
    <summary>{words.why}</summary>
    <Stack gap="sm" mt="xs">
      {verbs.map((verb) => {
        const { [verb]: right } = access
        return right === null || right.rules.length === 0 ? null : (
          <div key={verb}>
            <Text size="sm" c="dimmed">
              {words.rights[verb]}
            </Text>
            <Rules verb={verb} right={right} />
          </div>
        )
      })}
    </Stack>
  </details>
)
