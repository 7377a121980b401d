import { useInfiniteQuery } from '@tanstack/react-query'
import { Anchor, Button, Stack, Text, Title } from '@mantine/core'
import { Link } from 'react-router'
import { api } from '../../app/api.ts'
import { answered } from '../../app/problem.ts'
import { texts } from '../../texts/texts.ts'
import { Reading } from '../../ui/reading.tsx'
import { clientKey, useChange } from '../client-data.ts'
import type { ClientKey } from '../client-data.ts'
import { Entry } from './entry.tsx'

const { history: words } = texts

interface Shown {
  readonly path: ClientKey
  readonly root: string
  readonly mayWrite: boolean
}

/** The changes of a client, newest first, or one of them. @param changeId null for all */
export const History = ({ changeId, ...shown }: Shown & { readonly changeId: string | null }) => (
  <Stack gap="md">
    <Title order={2} size="h3">
      {texts.client.tabs.history}
    </Title>
    {changeId === null ? <All {...shown} /> : <One {...shown} changeId={changeId} />}
  </Stack>
)

const One = ({ changeId, ...shown }: Shown & { readonly changeId: string }) => {
  const change = useChange(shown.path, changeId)
  return (
    <>
      <Reading of={change} />
      {change.data === undefined ? null : <Entry change={change.data} {...shown} />}
      <Anchor component={Link} to={`${shown.root}/history`}>
        {words.all}
      </Anchor>
    </>
  )
}

const All = (shown: Shown) => {
  const { path } = shown
  const found = useInfiniteQuery({
    queryKey: clientKey(path, 'changes'),
    queryFn: async ({ pageParam, signal }) =>
      answered(
        await api.GET('/v1/tenants/{tenantId}/clients/{clientId}/changes', {
          params: { path: { ...path }, query: { limit: 20, ...(pageParam === null ? {} : { cursor: pageParam }) } },
          signal,
        }),
      ),
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a cursor, or none
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  })
  if (found.data === undefined) return <Reading of={found} />
  const changes = found.data.pages.flatMap((page) => page.changes)
  if (changes.length === 0)
    return (
      <div>
        <Text>{words.empty}</Text>
        <Text c="dimmed">{words.emptyHint}</Text>
      </div>
    )
  return (
    <>
      <Reading of={found} />
      {changes.map((change) => (
        <Entry key={change.id} change={change} {...shown} />
      ))}
      {found.hasNextPage ? (
        <Button variant="default" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {words.more}
        </Button>
      ) : null}
    </>
  )
}
