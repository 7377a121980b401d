import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { texts } from '../texts/texts.ts'
import { ProblemNotice } from '../ui/problem-notice.tsx'
import { Told, When } from '../ui/when.tsx'
import type { Schemas } from '../app/schemas.ts'
import { GlanceBadge } from './glance-badge.tsx'
import { glanceOfSync } from './glance.ts'
import type { useSyncAction } from './use-actions.ts'

const { client: words } = texts

/** How the client stands, by itself up to date: its word, and why something waits, in a sentence. */
export const Standing = ({ sync }: { readonly sync: Schemas['Sync'] }) => {
  const glance = glanceOfSync(sync)
  const waiting = sync.pending.length
  return (
    <Group gap="sm" align="center">
      <GlanceBadge glance={glance} />
      <Text component="output" size="sm">
        {waiting === 0 ? (
          texts.clients.glance[glance].text
        ) : (
          <>
            {words.waiting(waiting)} {sync.waiting === null ? null : <Why waiting={sync.waiting} />}
          </>
        )}
      </Text>
    </Group>
  )
}

const Why = ({ waiting: { detail, until } }: { readonly waiting: NonNullable<Schemas['Sync']['waiting']> }) => (
  <>
    <Told text={detail} />
    {until === null || detail.includes(until) ? null : (
      <>
        {' '}
        {words.goesOn} <When at={until} />.
      </>
    )}
  </>
)

/** What to do where somebody has changed the client outside Nexus. */
export const DriftNotice = ({
  action,
  mayWrite,
}: {
  readonly action: ReturnType<typeof useSyncAction>
  readonly mayWrite: boolean
}) => (
  <Alert color="orange" title={words.drift.title}>
    <Stack gap="sm" align="flex-start">
      {mayWrite ? (
        <>
          <Text size="sm">{words.drift.text}</Text>
          <Group gap="xs">
            <Button
              size="xs"
              loading={action.isPending && action.variables === 'revert'}
              onClick={() => action.mutate('revert')}
            >
              {words.drift.revert}
            </Button>
            <Button
              size="xs"
              variant="default"
              loading={action.isPending && action.variables === 'accept'}
              onClick={() => action.mutate('accept')}
            >
              {words.drift.accept}
            </Button>
          </Group>
        </>
      ) : null}
      {action.error ? <ProblemNotice error={action.error} /> : null}
    </Stack>
  </Alert>
)
