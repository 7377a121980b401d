import type { SnapshotClient } from '../../domain/terraform/snapshot.ts'
import { StackRefused } from '../../stacks/errors.ts'
import type { Declaration } from '../../stacks/plan/claims.ts'
import { planStack } from '../../stacks/plan/plan.ts'
import { at, client, declaration, snapshot, state } from './support.ts'

export const ours = 'https://shop.example.com'

const secret = ['addons', 'encryption_key', 'client_secret', 'signing_keys', 'client_authentication_methods']

export const shop = (observed: Record<string, unknown>, more: Partial<SnapshotClient> = {}): SnapshotClient =>
  client('A', { name: 'Shop', observed: { name: 'Shop', ...observed }, withheld: secret, ...more })

export interface Case {
  readonly found: SnapshotClient
  readonly declares: Partial<Declaration>
  /** What the state says of it; undefined where it is in none. */
  readonly declared?: boolean | null
}

/** What the plan has of the client; the refusal where there is none. */
export const decided = ({ found, declares, declared }: Case) => {
  const resources = declared === undefined ? [] : [at('auth0_client.shop', 'A', { declared })]
  const one = declaration('shop', { clientId: 'A', ...declares, given: { name: 'Shop', ...declares.given } })
  try {
    const plan = planStack(snapshot([state(resources)], [found]), 'prod', new Map([['prod', [one]]]))
    return { ...plan.declared.get('shop'), warnings: plan.warnings, refusal: '' }
  } catch (error) {
    if (error instanceof StackRefused) return { leftOut: [], ignored: [], warnings: [], refusal: error.message }
    throw error
  }
}

export const accessKeys = { owners: '["billing"]', product_name: 'Shop' }
