import { useState } from 'react'
import { Button, Menu, NativeSelect, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { Schemas } from '../app/schemas.ts'
import { useCaller } from '../app/session.tsx'
import { tenantQuery } from '../tenants/tenant-query.ts'
import { texts } from '../texts/texts.ts'
import { Confirm } from '../ui/confirm.tsx'
import type { ClientKey } from './client-data.ts'
import { offeredActions } from './offered.ts'
import type { Offered } from './offered.ts'
import { useClientAction } from './use-actions.ts'
import type { useSyncAction } from './use-actions.ts'

const { actions: words } = texts.details

/** What each asks before it is done, and how it is done. What is harmless is not asked. */
const questions: Partial<Record<Offered, string>> = {
  pause: words.pauseText,
  adopt: words.adoptText,
  release: words.releaseText,
}

/** What can be done with the client besides changing its fields: what one may not do is not there. */
export const Actions = ({
  path,
  sync,
  mayWrite,
  syncAction,
}: {
  readonly path: ClientKey
  readonly sync: Schemas['Sync']
  readonly mayWrite: boolean
  readonly syncAction: ReturnType<typeof useSyncAction>
}) => {
  const offered = offeredActions(useCaller(), mayWrite, sync)
  const [asked, setAsked] = useState<Offered | null>(null)
  const [state, setState] = useState<string | null>(null)
  const action = useClientAction(path)
  const states = useOwnStates(path.tenantId, asked === 'adopt')
  if (offered.length === 0) return null
  const perform = (wanted: Offered): void => {
    if (wanted === 'retry') syncAction.mutate('retry')
    // What was asked of Terraform and not done is taken back by the opposite.
    else if (wanted === 'cancel')
      action.mutate({ action: sync.terraform.request?.kind === 'adopt' ? 'release' : 'adopt' })
    else
      action.mutate(
        { action: wanted, ...(wanted === 'adopt' ? { state: state ?? states[0] ?? null } : {}) },
        { onSuccess: () => setAsked(null) },
      )
  }
  return (
    <>
      <Menu position="bottom-end" returnFocus>
        <Menu.Target>
          <Button variant="default" loading={action.isPending && asked === null}>
            {words.menu}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {offered.map((each) => (
            <Menu.Item
              key={each}
              onClick={() => {
                action.reset()
                if (questions[each] === undefined) perform(each)
                else setAsked(each)
              }}
            >
              {words[each]}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {asked === null ? null : (
        <Confirm
          title={words[asked]}
          label={words[asked]}
          color="blue"
          doing={action}
          confirm={() => perform(asked)}
          close={() => setAsked(null)}
        >
          <Text>{questions[asked]}</Text>
          {asked === 'adopt' && states.length > 1 ? (
            <NativeSelect
              label={words.state}
              data={[...states]}
              value={state ?? states[0]}
              onChange={({ currentTarget }) => setState(currentTarget.value)}
            />
          ) : null}
        </Confirm>
      )}
      <Text component="output" size="sm">
        {syncAction.isSuccess && syncAction.variables === 'retry'
          ? words.retried
          : action.isSuccess
            ? words.done
            : null}
      </Text>
    </>
  )
}

/** The states whose configuration Nexus writes: one of them can take a client over. */
const useOwnStates = (tenantId: string, isWanted: boolean): readonly string[] => {
  const tenant = useQuery({ ...tenantQuery(tenantId), enabled: isWanted })
  return tenant.data?.terraform.states.filter(({ own }) => own).map(({ name }) => name) ?? []
}
