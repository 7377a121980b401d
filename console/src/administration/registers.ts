import { queryOptions } from '@tanstack/react-query'
import { api } from '../app/api.ts'
import { answered } from '../app/problem.ts'
import type { Entry, Kind } from './entry.ts'

type Body = Readonly<Record<string, unknown>>

/** An entry and its secret, which is shown once. */
export interface Made {
  readonly entry: Entry
  readonly secret: string
}

/** What can be asked of the entries of one kind. */
interface Register {
  readonly list: () => Promise<readonly Entry[]>
  readonly make: (body: Body) => Promise<Made>
  readonly change: (name: string, body: Body) => Promise<unknown>
  readonly rotate: (name: string, overlapSeconds: number) => Promise<Made>
  readonly retire: (name: string) => Promise<unknown>
  readonly revoke: (name: string) => Promise<unknown>
}

const at = (name: string) => ({ params: { path: { name } } })

/** `draft.ts` makes the bodies, and the API checks them: its document's types would tell both apart once more. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
const sent = (body: Body) => ({ body: body as never })

const ofApplication = ({ token = '', ...entry }: Entry & { readonly token?: string }): Made => ({
  entry,
  secret: token,
})
const ofAccount = ({ password = '', ...entry }: Entry & { readonly password?: string }): Made => ({
  entry,
  secret: password,
})

export const registers: Readonly<Record<Kind, Register>> = {
  applications: {
    list: async () => answered(await api.GET('/v1/admin/applications')).applications,
    make: async (body) => ofApplication(answered(await api.POST('/v1/admin/applications', sent(body)))),
    change: async (name, body) =>
      answered(await api.PATCH('/v1/admin/applications/{name}', { ...at(name), ...sent(body) })),
    rotate: async (name, overlapSeconds) =>
      ofApplication(
        answered(await api.POST('/v1/admin/applications/{name}/rotate', { ...at(name), body: { overlapSeconds } })),
      ),
    retire: async (name) => answered(await api.POST('/v1/admin/applications/{name}/retire', at(name))),
    revoke: async (name) => answered(await api.DELETE('/v1/admin/applications/{name}', at(name))),
  },
  accounts: {
    list: async () => answered(await api.GET('/v1/admin/accounts')).accounts,
    make: async (body) => ofAccount(answered(await api.POST('/v1/admin/accounts', sent(body)))),
    change: async (name, body) =>
      answered(await api.PATCH('/v1/admin/accounts/{name}', { ...at(name), ...sent(body) })),
    rotate: async (name, overlapSeconds) =>
      ofAccount(
        answered(await api.POST('/v1/admin/accounts/{name}/rotate', { ...at(name), body: { overlapSeconds } })),
      ),
    retire: async (name) => answered(await api.POST('/v1/admin/accounts/{name}/retire', at(name))),
    revoke: async (name) => answered(await api.DELETE('/v1/admin/accounts/{name}', at(name))),
  },
}

/** All entries of one kind. */
export const entriesQuery = (kind: Kind) =>
  queryOptions({ queryKey: ['administration', kind], queryFn: () => registers[kind].list() })
