import { z } from 'zod'
import { isRecord, recordOf } from '../domain/shape.ts'
import { clientResourceTypes } from '../domain/terraform/state.ts'

/**
 * What a plan would do to clients that no stack of Nexus asks for. A stack makes a client only where code declares it, and
 * destroys none; a plan that does has found Auth0 or the state other than the synthesis knew them.
 *
 * Source: https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
 */

const Change = z.object({
  address: z.string(),
  mode: z.string().default('managed'),
  type: z.string(),
  /** The key of an object that was replaced and is still to be destroyed. */
  deposed: z.string().optional(),
  change: z.object({ actions: z.array(z.string()) }),
})
type Change = z.infer<typeof Change>

/** What `terraform show -json` prints of a plan; an empty plan has no changes. */
export const TerraformPlan = z.object({
  format_version: z.string().regex(/^1\./, 'Only version 1 of the format is known.'),
  resource_changes: z.array(Change).default([]),
  resource_drift: z.array(Change).default([]),
})
export type TerraformPlan = z.infer<typeof TerraformPlan>

/** The addresses that code declares in a stack: those of clients that nobody declares ignore everything. */
export const declaredIn = (stack: unknown): ReadonlySet<string> => {
  const resources = recordOf(recordOf(stack)['resource'])
  return new Set(
    clientResourceTypes.flatMap((type) =>
      Object.entries(recordOf(resources[type]))
        .filter(([, one]) => isRecord(one) && recordOf(one['lifecycle'])['ignore_changes'] !== 'all')
        .map(([name]) => `${type}.${name}`),
    ),
  )
}

/**
 * @param declared addresses, as `declaredIn` finds them
 * @returns why the plan must not be applied, one reason for each address; none where it may be
 */
export const misgivings = (plan: TerraformPlan, declared: ReadonlySet<string>): string[] => {
  const gone = new Set(plan.resource_drift.filter(isGone).map(({ address }) => address))
  return plan.resource_changes
    .filter(({ mode, type }) => mode === 'managed' && clientResourceTypes.some((ours) => ours === type))
    .flatMap((one) => misgivingOf(one, declared.has(one.address), gone.has(one.address)) ?? [])
}

const isGone = ({ change }: Change): boolean => change.actions.length === 1 && change.actions[0] === 'delete'

const misgivingOf = ({ address, deposed, change }: Change, declared: boolean, gone: boolean): string | undefined => {
  const does = (action: string): boolean => change.actions.includes(action)
  // One that still exists is refused at the synthesis, so Auth0 no longer has it.
  if (deposed !== undefined) return undefined
  if (does('delete')) return `${address} would be destroyed. No stack of Nexus destroys a client.`
  if (does('create') && !declared)
    return `${address} would be made, and no code declares it: Auth0 no longer has the client that stood there.`
  if (does('create') && gone)
    return `${address} would be made again, empty: Auth0 no longer has the client that stood there. Remove the declaration, or give it another name.`
  if (does('update') && !declared) return `${address} would be written, and no code declares it.`
  return undefined
}
