import { Button, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useParams, useSearchParams } from 'react-router'
import { api } from '../app/api.ts'
import { answered } from '../app/problem.ts'
import { texts } from '../texts/texts.ts'
import { DataTable } from '../ui/data-table.tsx'
import { Page } from '../ui/page.tsx'
import { Reading } from '../ui/reading.tsx'
import { Export } from './export.tsx'
import { filterOf } from './filter.ts'
import { cleared } from '../ui/address/cleared.ts'
import { FilterForm } from './filter-form.tsx'
import { RecordRow } from './record-row.tsx'

const words = texts.audit

/** Who was let do what, and who was not: `/tenants/:tenantId/audit`, with the filters of the API in the address. */
const AuditPage = () => {
  const { tenantId = '' } = useParams()
  const [query, setQuery] = useSearchParams()
  const filter = filterOf(query)
  const audit = useInfiniteQuery({
    queryKey: ['tenant', tenantId, 'audit', filter],
    queryFn: async ({ pageParam }) =>
      answered(
        await api.GET('/v1/tenants/{tenantId}/audit', {
          params: { path: { tenantId }, query: { ...filter, ...(pageParam === null ? {} : { cursor: pageParam }) } },
        }),
      ),
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a cursor is a text, and the first page has none
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  })
  const records = audit.data?.pages.flatMap((page) => page.records) ?? []
  return (
    <Page title={words.title} actions={<Export tenantId={tenantId} filter={filter} />}>
      <FilterForm filter={filter} clear={() => setQuery({}, { state: cleared })} />
      <Reading of={audit} />
      {audit.data !== undefined && records.length === 0 ? <Text>{words.none}</Text> : null}
      {records.length === 0 ? null : (
        <DataTable caption={words.caption} columns={words.columns}>
          {records.map((record) => (
            <RecordRow key={record.id} tenantId={tenantId} record={record} />
          ))}
        </DataTable>
      )}
      {audit.hasNextPage ? (
        <Button variant="default" onClick={() => void audit.fetchNextPage()} loading={audit.isFetchingNextPage}>
          {texts.common.more}
        </Button>
      ) : null}
    </Page>
  )
}

export default AuditPage
