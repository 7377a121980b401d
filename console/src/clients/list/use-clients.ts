import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from '../../app/api.ts'
import { answered } from '../../app/problem.ts'
import type { ListQuery } from './filters.ts'
import { withPage } from './pages.ts'
import type { Cursor, Page, Pages } from './pages.ts'

const pageSize = 100

const readPage = async (tenantId: string, query: ListQuery, cursor: Cursor, signal: AbortSignal) =>
  answered(
    await api.GET('/v1/tenants/{tenantId}/clients', {
      params: { path: { tenantId }, query: { ...query, limit: pageSize, ...(cursor === null ? {} : { cursor }) } },
      signal,
    }),
  )

// Its key is none of those that are renewed by events: a hundred pages would be read anew for each.
const keyOf = (tenantId: string, query: ListQuery) => ['client-pages', tenantId, query] as const

/** The clients that a query finds, page by page as somebody scrolls. */
export const useClients = (tenantId: string, query: ListQuery) =>
  useInfiniteQuery<Page, Error, Pages, ReturnType<typeof keyOf>, Cursor>({
    queryKey: keyOf(tenantId, query),
    queryFn: async ({ pageParam, signal }) => readPage(tenantId, query, pageParam, signal),
    initialPageParam: null,
    getNextPageParam: ({ next }) => next,
    // Pages that were left are read from the start again, not all of them at once.
    gcTime: 0,
    staleTime: Infinity,
  })

/** Keeps the pages that somebody looks at up to date, and no others. @param shown the first and the last of them */
export const useRenewal = (tenantId: string, query: ListQuery, data: Pages | undefined, shown: readonly number[]) => {
  const queries = useQueryClient()
  const cursors = [...new Set(shown)].flatMap((at) => {
    const cursor = data?.pageParams[at]
    return cursor === undefined ? [] : [{ at, cursor }]
  })
  useQuery({
    queryKey: ['tenant', tenantId, 'lists', 'clients', query, cursors],
    queryFn: async ({ signal }) => {
      const read = await Promise.all(
        cursors.map(async ({ at, cursor }) => ({ at, cursor, page: await readPage(tenantId, query, cursor, signal) })),
      )
      queries.setQueryData<Pages>(keyOf(tenantId, query), (pages) =>
        read.reduce(
          (renewed, { at, cursor, page }) =>
            renewed?.pageParams[at] === cursor ? withPage(renewed, at, page) : renewed,
          pages,
        ),
      )
      return null
    },
    // What has just been read is up to date: the first renewal is the one that an event asks for.
    initialData: null,
    staleTime: Infinity,
    gcTime: 0,
    enabled: cursors.length > 0,
  })
}
