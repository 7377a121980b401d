import type { Schemas } from '../app/schemas.ts'
import type { FieldPath, Value } from '../clients/fields.ts'
import { texts } from '../texts/texts.ts'

/** A client with drift, as GET …/drift tells it: of each field, `from` what was confirmed `to` what Auth0 has. */
export type DriftedClient = Schemas['TenantDifferences']['clients'][number]

export type Kind = keyof typeof texts.drift.kinds
export type Action = 'revert' | 'accept'

export const kindOf = (why: string | undefined): Kind | undefined =>
  why !== undefined && Object.hasOwn(texts.drift.kinds, why)
    ? // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is one of the table's
      (why as Kind)
    : undefined

/** What is looked for: part of a name or an id, and a kind of drift. */
export interface DriftFilter {
  readonly text: string
  readonly kind: string
}

/** The clients that a filter lets through. */
export const matching = (clients: readonly DriftedClient[], { text, kind }: DriftFilter): readonly DriftedClient[] => {
  const wanted = text.trim().toLowerCase()
  return clients.filter(
    ({ id, name, fields }) =>
      (wanted === '' || id.toLowerCase().includes(wanted) || name.toLowerCase().includes(wanted)) &&
      (kind === '' || fields.some(({ why }) => why === kind)),
  )
}

/** What becomes of one field. */
export interface Step {
  readonly field: FieldPath
  readonly from: Value
  readonly to: Value
}

/** What an action does with a client's drift: the confirmed value goes to Auth0, or Auth0's becomes the confirmed one. */
export const stepsOf = (action: Action, { fields }: DriftedClient): readonly Step[] =>
  fields.map(({ field, from, to }) => (action === 'revert' ? { field, from: to, to: from } : { field, from, to }))

/** What waits for a client besides, and is sent in the same call: its entry in GET …/plan, without the fields that drifted. */
export const alsoSent = (
  plan: Schemas['TenantDifferences'] | undefined,
  { id, fields }: DriftedClient,
): readonly Step[] =>
  (plan?.clients.find((client) => client.id === id)?.fields ?? []).filter(
    ({ field }) => !fields.some((drifted) => drifted.field === field),
  )
