import { accept } from '../../../domain/changes/accept.ts'
import type { Patch } from '../../../domain/changes/patch.ts'
import type { Caller, ClientState, Values } from '../../../domain/vocabulary.ts'
import { defaultMetadataKeys as keys } from '../../../domain/clients/metadata-keys.ts'
import { caller, held } from '../callers.ts'

export const owner = caller({ tenants: '*', roles: ['billing'] })

export const admin = caller({ id: 'auth0|root', tenants: '*', ...held('client.write.all') })

export const metadata = { owners: '["auth0|ann"]', product_name: 'Shop' }

export const state = (more: Partial<ClientState> = {}, observed: Record<string, unknown> = {}): ClientState => ({
  key: { tenantId: 'acme', clientId: 'c1' },
  observed: { client_id: 'c1', name: 'One', app_type: 'regular_web', client_metadata: metadata, ...observed },
  observedAt: new Date(0),
  base: {},
  pending: [],
  generation: 0,
  settledGeneration: 0,
  ...more,
})

export const decide = (
  values: Values,
  more: { caller?: Caller; state?: ClientState; fresh?: boolean; patch?: Partial<Patch> } = {},
) =>
  accept(
    { values, elementPointers: {}, ...more.patch },
    more.caller ?? owner,
    more.state ?? state(),
    more.fresh ?? true,
    keys,
  )

export const pointersOf = (acceptance: ReturnType<typeof accept>): string[] =>
  acceptance.kind === 'impossible' ? acceptance.issues.map(({ pointer }) => pointer) : []
