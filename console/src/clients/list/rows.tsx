import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import type { UseInfiniteQueryResult } from '@tanstack/react-query'
import { Text } from '@mantine/core'
import { clientAddress } from '../../app/addresses.ts'
import { texts } from '../../texts/texts.ts'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import type { ListQuery } from './filters.ts'
import { clientsOf, pageOf } from './pages.ts'
import type { Pages } from './pages.ts'
import { ClientRow } from './row.tsx'
import { useRenewal } from './use-clients.ts'
import './list.css'

const usualHeight = 66

export interface ListProps {
  readonly tenantId: string
  readonly query: ListQuery
  readonly found: UseInfiniteQueryResult<Pages>
}

/** The clients of a list, of which only those exist on the page that are in sight. */
export const ClientRows = ({ tenantId, query, found }: ListProps) => {
  const { data, error, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = found
  const pages = data?.pages ?? []
  const clients = clientsOf(pages)
  const list = useRef<HTMLUListElement>(null)
  const [top, setTop] = useState(0)
  useLayoutEffect(() => setTop(list.current?.offsetTop ?? 0), [])
  // oxlint-disable-next-line react/incompatible-library -- what it returns is given to no memoised component
  const rows = useWindowVirtualizer({
    count: clients.length,
    estimateSize: () => usualHeight,
    overscan: 8,
    scrollMargin: top,
    getItemKey: (index) => clients[index]?.id ?? index,
  })
  const shown = rows.getVirtualItems()
  const [first, last] = [shown[0]?.index ?? 0, shown.at(-1)?.index ?? 0]
  useRenewal(tenantId, query, data, [pageOf(pages, first), pageOf(pages, last)])
  // A page that could not be read is read again when somebody asks for it, not for ever.
  const isNextWanted = last >= clients.length - 30 && hasNextPage && !isFetchingNextPage && !isFetchNextPageError
  useEffect(() => {
    if (isNextWanted) void fetchNextPage()
  }, [isNextWanted, fetchNextPage])
  return (
    <>
      <Text size="sm" c="dimmed" component="output" display="block">
        {texts.clients.shown(clients.length, hasNextPage)}
      </Text>
      <ul className="client-list" ref={list} style={{ height: rows.getTotalSize() }}>
        {shown.map(({ key, index, start }) => {
          const client = clients[index]
          return client === undefined ? null : (
            <li
              key={key}
              ref={rows.measureElement}
              data-index={index}
              aria-posinset={index + 1}
              aria-setsize={hasNextPage ? -1 : clients.length}
              style={{ transform: `translateY(${start - top}px)` }}
            >
              <ClientRow client={client} to={clientAddress(tenantId, client.id)} />
            </li>
          )
        })}
      </ul>
      {isFetchNextPageError ? <ProblemNotice error={error} again={() => void fetchNextPage()} /> : null}
      {isFetchingNextPage ? <Text size="sm">{texts.clients.loadingMore}</Text> : null}
    </>
  )
}
