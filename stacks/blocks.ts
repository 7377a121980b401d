import type { StackPlan } from './plan/plan.ts'
import { escape, escapeMembers } from './escape.ts'

/** Terraform's JSON syntax: https://developer.hashicorp.com/terraform/language/syntax/json */
export interface Blocks {
  readonly resource: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly import: readonly unknown[]
  readonly removed: readonly unknown[]
  readonly output: Readonly<Record<string, unknown>>
}

export interface BlockOptions {
  /**
   * Whether the output `manual_clients` lists them. It changes whenever somebody makes a client by hand, which a pipeline
   * takes for a change of the state: so no, unless it is asked for.
   */
  readonly manualClients?: boolean | undefined
}

/**
 * Neither read nor written: of everything that was tried, only an attribute that is left out and ignored is never sent to
 * Auth0. `name` is required, so it is given and ignored.
 */
const untouched = { ignore_changes: 'all', prevent_destroy: true }

/**
 * What a plan says outside the declared clients. It is written here, and not by constructs, because CDK Terrain looks for
 * its own tokens in every text that it is given, escaped or not, and asks terraform for its version at each import.
 *
 * @returns with every text of the tenant escaped
 */
export const blocksOf = (
  { declared, kept, imports, removed, managed, manual }: StackPlan,
  { manualClients = false }: BlockOptions,
): Blocks => ({
  resource:
    kept.length === 0
      ? {}
      : {
          auth0_client: Object.fromEntries(
            kept.map(({ name, clientName }) => [name, { name: escape(clientName), lifecycle: untouched }]),
          ),
        },
  import: imports.map(({ to, id }) => ({ to, id: escape(id) })),
  removed: removed.map((from) => ({ from, lifecycle: { destroy: false } })),
  output: {
    managed_clients: {
      description: 'The clients of this state: id, name, and whether code declares them, by address.',
      value: { ...Object.fromEntries(Object.entries(managed).map(keptOutput)), ...declaredOutputs(declared.keys()) },
    },
    ...(manualClients && {
      manual_clients: {
        description: 'The clients of the tenant that no state has: name by id.',
        value: escapeMembers(manual),
      },
    }),
  },
})

const keptOutput = ([address, { clientId, clientName }]: [string, StackPlan['managed'][string]]) => [
  escape(address),
  { ...escapeMembers({ client_id: clientId, name: clientName }), declared: false },
]

/**
 * Declared ones say it of themselves: no plan has an output to change because a client was made, taken over or renamed by
 * the apply before. That they are declared is how Nexus knows a takeover from then on, see domain/terraform/state.ts.
 */
const declaredOutputs = (names: Iterable<string>): Record<string, unknown> =>
  Object.fromEntries(
    [...names].map((name) => {
      const address = `auth0_client.${name}`
      return [address, { client_id: `\${${address}.client_id}`, name: `\${${address}.name}`, declared: true }]
    }),
  )
