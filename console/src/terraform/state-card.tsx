import { Alert, Badge, Button, Card, Group, Stack, Text, Title } from '@mantine/core'
import type { Schemas } from '../app/schemas.ts'
import { may } from '../app/rights.ts'
import { useCaller } from '../app/session.tsx'
import { texts } from '../texts/texts.ts'
import { bytesText } from '../ui/bytes.ts'
import { Facts } from '../ui/facts.tsx'
import { Foreign } from '../ui/foreign.tsx'
import { When } from '../ui/when.tsx'
import { LockFacts } from './lock-facts.tsx'

const words = texts.terraform

/** One state: what it is, who holds it, and what was wrong with how it was written. */
export const StateCard = ({
  state,
  openVersions,
  askUnlock,
}: {
  readonly state: Schemas['State']
  readonly openVersions: () => void
  readonly askUnlock: () => void
}) => {
  const caller = useCaller()
  const { lock, outdatedWrite, unlockedWrite } = state
  return (
    <Card withBorder component="article">
      <Stack gap="sm">
        <Group justify="space-between">
          <Group gap="xs">
            <Title order={3} size="h4">
              {state.name}
            </Title>
            <Badge variant="light" color={state.named ? 'blue' : 'gray'} className="word">
              {state.own ? words.states.own : state.named ? words.states.named : words.states.unnamed}
            </Badge>
          </Group>
          {may(caller, 'terraform.state') && state.version !== null ? (
            <Button size="xs" variant="default" onClick={openVersions}>
              {words.states.versions}
            </Button>
          ) : null}
        </Group>
        <Facts
          facts={[
            [words.states.facts.clients, state.clients],
            state.version === null ? null : [words.states.facts.version, state.version],
            state.serial === null ? null : [words.states.facts.serial, state.serial],
            state.bytes === null ? null : [words.states.facts.size, bytesText(state.bytes)],
            [
              words.states.facts.written,
              state.writtenAt === null ? words.states.never : <When key="written" at={state.writtenAt} />,
            ],
          ]}
        />
        {outdatedWrite === null ? null : (
          <Alert color="orange" role="presentation">
            <Foreign text={words.warnings.outdated(outdatedWrite.by)} /> <When at={outdatedWrite.at} />
          </Alert>
        )}
        {unlockedWrite === null ? null : (
          <Text size="sm">
            <Foreign text={words.warnings.unlocked(unlockedWrite.by)} /> <When at={unlockedWrite.at} />
          </Text>
        )}
        {lock === null ? (
          <Text size="sm" c="dimmed">
            {words.lock.free}
          </Text>
        ) : (
          <Alert
            color={lock.abandoned ? 'orange' : 'blue'}
            title={lock.abandoned ? words.lock.abandoned : words.lock.held}
            role="presentation"
          >
            <Stack gap="sm">
              <LockFacts lock={lock} />
              {may(caller, 'terraform.state.force-unlock') ? (
                <Group>
                  <Button size="xs" color="red" onClick={askUnlock}>
                    {words.lock.take}
                  </Button>
                </Group>
              ) : null}
            </Stack>
          </Alert>
        )}
      </Stack>
    </Card>
  )
}
