import { QueryCache, QueryClient, MutationCache } from '@tanstack/react-query'
import { Refused } from './problem.ts'

/** Somebody who is signed out, wherever it shows first, is signed out everywhere on the page. */
const lookForEnd = (error: unknown): void => {
  if (error instanceof Refused && error.status === 401) queries.setQueryData(['session'], null)
}

/** What the page has read. Keys begin with what they are about: `['tenant', id, 'client', id, …]`; `live.ts` goes by them. */
export const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: lookForEnd }),
  mutationCache: new MutationCache({ onError: lookForEnd }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // What was refused will be refused again; a server that cannot be reached may come back.
      retry: (failures, error) => failures < 3 && !(error instanceof Refused && error.status < 500),
    },
  },
})
