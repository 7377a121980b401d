import { Button, Group, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api } from '../app/api.ts'
import { answered } from '../app/problem.ts'
import { linesOf } from '../clients/fields.ts'
import { texts } from '../texts/texts.ts'
import { Dialog } from '../ui/dialog.tsx'
import { Difference } from '../ui/difference/difference.tsx'
import { Foreign } from '../ui/foreign.tsx'
import { Reading } from '../ui/reading.tsx'
import type { Action, DriftedClient, Step } from './drifted.ts'
import { alsoSent, stepsOf } from './drifted.ts'
import { Outcomes } from './outcomes.tsx'
import { useResolving } from './use-resolving.ts'

const words = texts.drift

/** Plans shown in full: whoever resolves more has read enough of them. */
const mostShown = 50

/** What accepting or putting back comes to, before it is done; then how far each client is. */
export const ResolveDialog = ({
  tenantId,
  action,
  clients,
  close,
}: {
  readonly tenantId: string
  readonly action: Action
  readonly clients: readonly DriftedClient[]
  readonly close: () => void
}) => {
  const { progress, isRunning, isStopped, start, stop } = useResolving(tenantId)
  const isAsked = progress.size === 0
  return (
    <Dialog title={words[action].title(clients.length)} close={close} size="xl">
      {isAsked ? (
        <Plans tenantId={tenantId} action={action} clients={clients} />
      ) : (
        <Outcomes clients={clients} progress={progress} isStopped={isStopped} />
      )}
      <Group justify="flex-end">
        {isRunning && clients.length > 1 ? (
          <Button variant="default" onClick={stop} disabled={isStopped}>
            {isStopped ? words.stopped : words.stop}
          </Button>
        ) : null}
        <Button variant="default" onClick={close}>
          {isAsked ? texts.common.cancel : texts.common.close}
        </Button>
        {isAsked ? (
          <Button
            data-autofocus
            onClick={() =>
              void start(
                action,
                clients.map(({ id }) => id),
              )
            }
          >
            {words[action].word}
          </Button>
        ) : null}
      </Group>
    </Dialog>
  )
}

const Plans = ({
  tenantId,
  action,
  clients,
}: {
  readonly tenantId: string
  readonly action: Action
  readonly clients: readonly DriftedClient[]
}) => {
  const plan = useQuery({
    queryKey: ['tenant', tenantId, 'lists', 'plan'],
    queryFn: async () => answered(await api.GET('/v1/tenants/{tenantId}/plan', { params: { path: { tenantId } } })),
  })
  return (
    <Stack gap="md">
      <Text>{words[action].text}</Text>
      <Reading of={plan} />
      {clients.slice(0, mostShown).map((client) => {
        const also = alsoSent(plan.data, client)
        return (
          <div key={client.id}>
            <Title order={3} size="h5">
              <Foreign text={client.name} />
            </Title>
            <Steps steps={stepsOf(action, client)} />
            {also.length === 0 ? null : (
              <>
                <Text size="sm">{words.alsoSent}</Text>
                <Steps steps={also} />
              </>
            )}
          </div>
        )
      })}
      {clients.length > mostShown ? <Text>{words.andMore(clients.length - mostShown)}</Text> : null}
    </Stack>
  )
}

const Steps = ({ steps }: { readonly steps: readonly Step[] }) => (
  <Stack gap="xs">
    {steps.map(({ field, from, to }) => (
      <div key={field}>
        <Text size="sm" fw={600}>
          {texts.fields[field]}
        </Text>
        <Difference before={linesOf(from)} after={linesOf(to)} />
      </div>
    ))}
  </Stack>
)
