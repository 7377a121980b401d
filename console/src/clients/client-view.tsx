import { useMemo } from 'react'
import { Alert, Anchor, Group, Stack, Tabs, Text } from '@mantine/core'
import { Link, useNavigate, useParams } from 'react-router'
import { mayChange } from '../app/rights.ts'
import { texts } from '../texts/texts.ts'
import { Copy } from '../ui/copied.tsx'
import { Foreign } from '../ui/foreign.tsx'
import { Page } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem-notice.tsx'
import { Access } from './about/access.tsx'
import { Details } from './about/details.tsx'
import { Actions } from './actions.tsx'
import { besideOf } from './beside.ts'
import { useAccess, useSync } from './client-data.ts'
import type { ClientKey, ReadClient } from './client-data.ts'
import { Editor } from './editor/editor.tsx'
import { useDraft } from './use-draft.ts'
import { useSaving } from './editor/use-saving.ts'
import { History } from './history/history.tsx'
import { useUndo } from './history/use-undo.tsx'
import { Leave } from './leave.tsx'
import { DriftNotice, Standing } from './standing.tsx'
import { tabOf, tabs } from './tabs.ts'
import { useSyncAction } from './use-actions.ts'
import { warningsIn } from './warnings.ts'

const { client: words } = texts

/** A client that was read. What somebody edits outlives a look at the other tabs. */
export const ClientView = ({
  path,
  root,
  read,
}: {
  readonly path: ClientKey
  readonly root: string
  readonly read: ReadClient
}) => {
  const { client } = read
  const navigate = useNavigate()
  const { tab, changeId } = tabOf(useParams()['*'] ?? '')
  const sync = useSync(path)
  const access = useAccess(path)
  const mayWrite = mayChange(access.data)
  const { draft, dispatch, isDirty, forget } = useDraft(path, read)
  const saving = useSaving(path, draft, dispatch)
  const syncAction = useSyncAction(path)
  const undone = useUndo(path, dispatch)
  const beside = useMemo(() => (sync.data === undefined ? new Map() : besideOf(sync.data)), [sync.data])
  return (
    <Page
      title={client.name ?? words.unnamed}
      actions={
        sync.data === undefined ? null : (
          <Actions path={path} sync={sync.data} mayWrite={mayWrite} syncAction={syncAction} />
        )
      }
    >
      <Stack gap="xs">
        <Group gap="xs">
          <Text size="sm" c="dimmed" component="span">
            {words.id}
          </Text>
          <code>
            <Foreign text={client.id} />
          </code>
          <Copy text={client.id} what={words.id} />
        </Group>
        {sync.data === undefined ? null : <Standing sync={sync.data} />}
        {sync.error ? <ProblemNotice error={sync.error} again={() => void sync.refetch()} /> : null}
        {warningsIn(read.warning).map((warning) => (
          <Alert key={warning} color="yellow" role="note">
            <Foreign text={warning} />
          </Alert>
        ))}
        {sync.data !== undefined && sync.data.drift.length > 0 && sync.data.pending.length === 0 ? (
          <DriftNotice action={syncAction} mayWrite={mayWrite} />
        ) : null}
        {access.error && access.data === undefined ? (
          <ProblemNotice error={access.error} again={() => void access.refetch()} />
        ) : null}
        {access.data !== undefined && !mayWrite ? (
          <Text size="sm" component="output">
            {isDirty ? words.mayNoLonger : words.readOnly}{' '}
            <Anchor component={Link} to={`${root}/access`} underline="always">
              {words.whyAccess}
            </Anchor>
          </Text>
        ) : null}
      </Stack>
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(next) => void navigate(next === 'fields' || next === null ? root : `${root}/${next}`)}
      >
        <Tabs.List mb="lg">
          {tabs.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {words.tabs[each]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="fields">
          {undone}
          <Editor
            path={path}
            draft={draft}
            dispatch={dispatch}
            saving={saving}
            beside={beside}
            mayWrite={mayWrite}
            historyOf={(id) => `${root}/history/${encodeURIComponent(id)}`}
          />
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <History path={path} root={root} mayWrite={mayWrite} changeId={changeId} />
        </Tabs.Panel>
        <Tabs.Panel value="access">
          <Access path={path} />
        </Tabs.Panel>
        <Tabs.Panel value="details">
          <Details path={path} client={client} terraform={sync.data?.terraform} />
        </Tabs.Panel>
      </Tabs>
      <Leave isDirty={isDirty} root={root} forget={forget} />
    </Page>
  )
}
