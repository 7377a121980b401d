import { queryOptions, useQuery } from '@tanstack/react-query'
import { accessQuery } from '../access/access-query.ts'
import { api } from '../app/api.ts'
import { answered } from '../app/problem.ts'
import type { Schemas } from '../app/schemas.ts'
import type { Version } from './editor/draft.ts'
import { valuesOf } from './fields.ts'

export interface ClientKey {
  readonly tenantId: string
  readonly clientId: string
}

/** A client as a GET or a PATCH answers it. */
export interface ReadClient {
  readonly client: Schemas['Client']
  readonly etag: string | null
  /** What one should know before changing it, such as that another's Terraform manages it. */
  readonly warning: string | null
}

export const versionOf = ({ client, etag }: ReadClient): Version => ({ values: valuesOf(client), etag })

/** Everything that is known of a client is below this key: `live.ts` renews it when the client changes. */
export const clientKey = ({ tenantId, clientId }: ClientKey, ...rest: readonly string[]) => [
  'tenant',
  tenantId,
  'client',
  clientId,
  ...rest,
]

type Answer = Parameters<typeof answered<Schemas['Client']>>[0]

export const readClientOf = (answer: Answer): ReadClient => ({
  client: answered(answer),
  etag: answer.response.headers.get('etag'),
  warning: answer.response.headers.get('nexus-warning'),
})

export const readClient = async (path: ClientKey, signal?: AbortSignal): Promise<ReadClient> =>
  readClientOf(
    await api.GET('/v1/tenants/{tenantId}/clients/{clientId}', {
      params: { path: { ...path } },
      ...(signal === undefined ? {} : { signal }),
    }),
  )

export const useClient = (path: ClientKey) =>
  useQuery({ queryKey: clientKey(path, 'whole'), queryFn: async ({ signal }) => readClient(path, signal) })

/** How a client stands. */
export const syncQuery = (path: ClientKey) =>
  queryOptions({
    queryKey: clientKey(path, 'sync'),
    queryFn: async ({ signal }) =>
      answered(
        await api.GET('/v1/tenants/{tenantId}/clients/{clientId}/sync', { params: { path: { ...path } }, signal }),
      ),
  })

/** While something waits it is read anew each second or two: what it waits for need not change the client. */
const whileWaitingMs = 2000

export const useSync = (path: ClientKey) =>
  useQuery({
    ...syncQuery(path),
    refetchInterval: ({ state }) => ((state.data?.pending.length ?? 0) > 0 ? whileWaitingMs : false),
  })

/** What the reader may do with the client, and why. */
export const useAccess = ({ tenantId, clientId }: ClientKey) => useQuery(accessQuery(tenantId, clientId))

/** One change. @param id null for none */
export const useChange = (path: ClientKey, id: string | null) =>
  useQuery({
    queryKey: clientKey(path, 'change', id ?? ''),
    queryFn: async ({ signal }) =>
      answered(
        await api.GET('/v1/tenants/{tenantId}/changes/{changeId}', {
          params: { path: { tenantId: path.tenantId, changeId: id ?? '' } },
          signal,
        }),
      ),
    enabled: id !== null,
    refetchInterval: ({ state }) => (state.data?.status === 'accepted' ? 1000 : false),
  })
