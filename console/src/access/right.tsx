import { Badge, Group, Text } from '@mantine/core'
import type { Schemas } from '../app/schemas.ts'
import { texts } from '../texts/texts.ts'
import { Told } from '../ui/when.tsx'

const words = texts.access

type Verb = keyof typeof words.rights
export const verbs: readonly Verb[] = ['read', 'write']

interface Of {
  readonly verb: Verb
  readonly right: Schemas['AccessRight']
}

/** Whether somebody may do one thing with a client, and what that follows from. */
export const Verdict = ({ verb, right }: Of) => (
  <Group gap="xs" wrap="nowrap" align="flex-start">
    <Badge color={right.allowed ? 'green' : 'red'} variant="light" className="word">
      {words.rights[verb]}: {right.allowed ? words.allowed : words.refused}
    </Badge>
    <Text size="sm">
      <Told text={right.detail} />
    </Text>
  </Group>
)

/** Each rule by which somebody could have a right: whether it holds, and why. */
export const Rules = ({ verb, right: { rules } }: Of) => (
  <ul className="plain" aria-label={words.rights[verb]}>
    {rules.map(({ rule, holds, detail }) => (
      <li key={rule}>
        <Group gap="xs">
          <Text fw={600} size="sm">
            {words.rules[rule]}
          </Text>
          <Badge color={holds ? 'green' : 'gray'} variant="light" size="sm" className="word">
            {holds ? words.holds : words.fails}
          </Badge>
        </Group>
        <Text size="sm">
          <Told text={detail} />
        </Text>
      </li>
    ))}
  </ul>
)
