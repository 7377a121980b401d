import { Badge, Group, Progress as ProgressBar, Stack, Text } from '@mantine/core'
import { Refused } from '../app/problem.ts'
import { texts } from '../texts/texts.ts'
import { Foreign } from '../ui/foreign.tsx'
import { Told } from '../ui/when.tsx'
import type { DriftedClient } from './drifted.ts'
import { answeredIn } from './progress.ts'
import type { Outcome, Progress } from './progress.ts'

const words = texts.drift

const colors = {
  queued: 'gray',
  sending: 'blue',
  accepted: 'blue',
  applied: 'green',
  withdrawn: 'gray',
  rejected: 'red',
  refused: 'red',
} as const satisfies Readonly<Record<Outcome['kind'], string>>

/** How far each of the clients is. */
export const Outcomes = ({
  clients,
  progress,
  isStopped,
}: {
  readonly clients: readonly DriftedClient[]
  readonly progress: Progress
  readonly isStopped: boolean
}) => {
  const done = answeredIn(progress)
  return (
    <Stack gap="sm">
      <Text component="output">
        {words.progress(done, clients.length)} {isStopped ? words.stopped : null}
      </Text>
      <ProgressBar value={(100 * done) / clients.length} aria-label={words.progress(done, clients.length)} />
      <ul className="plain">
        {clients.map(({ id, name }) => {
          const outcome = progress.get(id) ?? { kind: 'queued' }
          return (
            <li key={id}>
              <Group justify="space-between" gap="xs">
                <Foreign text={name} />
                <Badge color={colors[outcome.kind]} variant="light" className="word">
                  {words.outcomes[outcome.kind]}
                </Badge>
              </Group>
              <Detail outcome={outcome} />
            </li>
          )
        })}
      </ul>
    </Stack>
  )
}

const Detail = ({ outcome }: { readonly outcome: Outcome }) => {
  if (outcome.kind === 'refused') {
    const { error } = outcome
    const id = error instanceof Refused ? error.requestId : null
    return (
      <Text size="sm" c="dimmed">
        <Told text={error instanceof Refused ? error.message : texts.common.failed.unreachable} />
        {id === null ? null : ` ${texts.common.failed.request} ${id}`}
      </Text>
    )
  }
  return 'detail' in outcome && outcome.detail !== undefined ? (
    <Text size="sm" c="dimmed">
      <Told text={outcome.detail} />
    </Text>
  ) : null
}
