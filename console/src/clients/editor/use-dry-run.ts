import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useDebouncedValue } from '@mantine/hooks'
import { api } from '../../app/api.ts'
import { refusedBy } from '../../app/problem.ts'
import type { Refused } from '../../app/problem.ts'
import type { Schemas } from '../../app/schemas.ts'
import { clientKey } from '../client-data.ts'
import type { ClientKey } from '../client-data.ts'
import type { SomeValues } from '../fields.ts'
import type { Body } from './save.ts'

/** What the change would come to, or why it would be refused; and the edit that it was asked of. */
export interface DryRun {
  readonly preview: Schemas['Preview'] | null
  readonly refusal: Refused | null
  readonly edits: SomeValues
}

const typingMs = 350
/** What the server says of the values themselves: another answer is about the server, the network or the rights. */
const ofValues: ReadonlySet<number> = new Set([400, 409, 413, 422])

/** Asks, when somebody pauses in typing, what their edit would come to. What is out of date is not waited for. */
export const useDryRun = (path: ClientKey, body: Body | null, edits: SomeValues) => {
  const text = body === null ? '' : JSON.stringify(body)
  const [asked] = useDebouncedValue({ text, body, edits }, typingMs)
  const query = useQuery({
    queryKey: clientKey(path, 'dry-run', asked.text),
    queryFn: async ({ signal }): Promise<DryRun> => {
      const { data, error, response } = await api.PATCH('/v1/tenants/{tenantId}/clients/{clientId}', {
        params: { path: { ...path }, query: { dryRun: 'true' } },
        body: asked.body ?? {},
        signal,
      })
      if (response.ok) return { preview: data?.preview ?? null, refusal: null, edits: asked.edits }
      const refusal = refusedBy(response, error)
      if (ofValues.has(response.status)) return { preview: null, refusal, edits: asked.edits }
      throw refusal
    },
    enabled: asked.body !== null,
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
  const isUpToDate = asked.text === text && !query.isPlaceholderData && !query.isPending
  return { answer: body === null ? null : (query.data ?? null), error: body === null ? null : query.error, isUpToDate }
}
