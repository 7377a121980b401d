import { rightTo } from '../../../domain/clients/rights.ts'
import type { Auth0Client, Caller, ClientState, Values } from '../../../domain/vocabulary.ts'
import { defaultMetadataKeys as keys } from '../../../domain/clients/metadata-keys.ts'
import { caller, held } from '../callers.ts'

export const ann = caller()

export const scoped = caller({ id: 'auth0|sue', products: ['Shop', 'Shed'] })

export const admin = caller({ id: 'auth0|adm', ...held('client.write.all') })

export type Known = Pick<ClientState, 'observed' | 'base' | 'pending'>

/** A client as Auth0 shows it. */
export const shown = (owners: readonly string[] | null, product: string | null = null): Auth0Client => ({
  client_metadata: {
    ...(owners === null ? {} : { owners: JSON.stringify(owners) }),
    ...(product === null ? {} : { product_name: product }),
  },
})

export const client = (observed: Auth0Client, base: Values = {}, ...pending: Values[]): Known => ({
  observed,
  base,
  pending: pending.map((values, index) => ({ id: `p${index}`, generation: index + 1, values })),
})

export const may = (who: Caller, state: Known, verb: 'read' | 'write' = 'write') =>
  rightTo(who, verb, state, keys).allowed
