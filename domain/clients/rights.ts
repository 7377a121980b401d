import { authorize, statesFor } from '../access/authorize.ts'
import type { Access, AccessStates, Decision, Verb } from '../access/authorize.ts'
import { accessFields, accessGiven, accessIn, accessOf, fold, shownAccess } from './desired.ts'
import { compare, isEmpty, pointerOf } from './field-values.ts'
import { textOf } from '../shape.ts'
import type { Auth0Client, Caller, ClientState, Value, Values } from '../vocabulary.ts'
import type { MetadataKeys } from './metadata-keys.ts'
import { pick } from '../vocabulary.ts'
import type { Issue } from '../texts/json-text.ts'

/**
 * Who may reach a client as it stands, and what a change may do to that. Everything that is answered, stored or listed
 * asks here or compares what was computed from the same states; `authorize` alone knows the three rules.
 */

/** What of a client the decision looks at. */
type AccessState = Pick<ClientState, 'observed' | 'base' | 'pending'>

/** @param shown what Auth0 shows, where it is not what it showed last */
const statesShown = (state: AccessState, shown: Access): AccessStates => ({ ...accessGiven(state, shown), shown })

const statesOf = (verb: Verb, state: AccessState, shown: Access): Access[] => statesFor(verb, statesShown(state, shown))

/** Whether a caller may read or write a client as it stands. */
export const rightTo = (caller: Caller, verb: Verb, state: AccessState, keys: MetadataKeys): Decision => {
  const shown = shownAccess(state, keys)
  const decision = authorize(caller, verb, statesOf(verb, state, shown))
  if (decision.allowed || decision.missing !== 'relation' || verb === 'read') return decision
  const drifted = authorize(caller, verb, statesOf('read', state, shown)).allowed
  return drifted ? { ...decision, detail: takenOffInAuth0 } : decision
}

/** The states of a client as it was last observed. */
export const accessStatesOf = (state: AccessState, keys: MetadataKeys): AccessStates =>
  statesShown(state, shownAccess(state, keys))

const takenOffInAuth0 =
  'What lets the caller in was taken off the client in Auth0, outside Nexus: they cannot change it until that is settled. ' +
  'Another owner, or a caller with client.write.all, can put it back or accept it (POST …/sync).'

/** Of a field that Nexus does not own, another value may show at any time. */
const withUnowned = ({ base }: AccessState, shown: Access, unowned: Access): Access => ({
  owners: base.owners === undefined ? unowned.owners : shown.owners,
  productName: base.productName === undefined ? unowned.productName : shown.productName,
})

/** Whether Nexus owns the field with this very value: to name it again changes nobody's access. */
const isOwnedAs = (owned: Value | undefined, value: Value): boolean =>
  owned !== undefined && compare(owned, value) === 'same'

/** A change that its author has a right to as far as Nexus knows, in its own form. */
interface Wished {
  readonly values: Values
  /** Whether it is what was observed a moment ago, so that nothing would be sent. */
  readonly changesNothing: boolean
}

/** Whether a change is one of who may reach the client. */
const changesAccess = ({ values, changesNothing }: Wished, caller: Caller, { base, pending }: AccessState): boolean => {
  const desired = fold(base, pending)
  return accessFields.some((path) => {
    const value = values[path]
    if (value === undefined || [base, desired].every((owned) => isOwnedAs(owned[path], value))) return false
    // To name the product that is there makes it Nexus' own, and gives its author nothing.
    return !(path === 'productName' && changesNothing && !isOwnProduct(caller, values))
  })
}

/**
 * Whether a change has to be decided on a reading that began after it was asked for: it changes who may reach the client,
 * and the author may write to it only by a value that Nexus does not own, and so knows only as of the last observation.
 * Whoever was taken off in Auth0 since could put themselves back otherwise.
 */
export const needsReading = (wished: Wished, caller: Caller, state: AccessState, keys: MetadataKeys): boolean => {
  if (!changesAccess(wished, caller, state) || !rightTo(caller, 'write', state, keys).allowed) return false
  const least = withUnowned(state, shownAccess(state, keys), { owners: [], productName: null })
  return !authorize(caller, 'write', statesOf('write', state, least)).allowed
}

/**
 * Whether a change that its author has a right to as far as Nexus knows may be made, as far as that right goes.
 *
 * @param reading the client as Auth0 had it, read after the change was asked for; undefined where nobody has read it
 * @returns `unread` where the change has to be decided on such a reading; an issue for each field by which it would be
 *   impossible on the reading
 */
export const rightOnReading = (
  wished: Wished,
  caller: Caller,
  state: AccessState,
  reading: Auth0Client | undefined,
  keys: MetadataKeys,
): RightOnReading => {
  if (!needsReading(wished, caller, state, keys)) return { kind: 'allowed' }
  if (reading === undefined) return { kind: 'unread' }
  const now = { ...state, observed: reading }
  const read = rightTo(caller, 'write', now, keys)
  if (!read.allowed) return { kind: 'forbidden', detail: read.detail, needs: read.needs }
  const issues = accessIssues(wished.values, caller, now, keys)
  return issues.length === 0 ? { kind: 'allowed' } : { kind: 'impossible', issues }
}

export type RightOnReading =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'forbidden'; readonly detail: string; readonly needs: string }
  | { readonly kind: 'unread' }
  | { readonly kind: 'impossible'; readonly issues: readonly Issue[] }

/**
 * Whether anything that Auth0 may show could let a caller write who may not as it stands: somebody has put them on a field
 * that Nexus does not own, or back on one that it does. Where nothing could, nobody needs to be asked.
 */
export const readingCouldLetIn = (caller: Caller, state: AccessState): boolean => {
  const best: Access = { owners: [caller.id], productName: caller.products[0] ?? null }
  const shown = withUnowned(state, accessIn(pick(state.base, accessFields)), best)
  return authorize(caller, 'write', statesOf('write', state, shown)).allowed
}

/**
 * What a change may not do to the access of its author, who has no `client.write.all`:
 *
 * 1. It may not leave them without access: the client as the change makes it must let them in, counted with and without
 *    the changes that still wait, any of which may be refused.
 * 2. Who reaches the client by its product alone may not take it out of their products, neither to another nor to none.
 *    An owner is who is one already, as confirmed, as desired and in Auth0: to put oneself on the owners counts once Auth0
 *    has it, not in the change that does it or while it waits.
 *
 * @param values what the change names
 * @returns an issue for each field that is to blame; none where the change may be
 */
export const accessIssues = (values: Values, caller: Caller, state: AccessState, keys: MetadataKeys): Issue[] => {
  if (caller.permissions.has('client.write.all')) return []
  const named = accessFields.filter((path) => values[path] !== undefined)
  if (named.length === 0) return []
  const now = rightTo(caller, 'write', state, keys)
  if (now.allowed && now.by === 'product' && values.productName !== undefined && !isOwnProduct(caller, values))
    return [
      {
        pointer: pointerOf('productName'),
        detail: isEmpty(values.productName)
          ? 'The caller reaches this client through its product only, and may not take it out of the product.'
          : 'The caller reaches this client through its product only, and may not name a product outside their own.',
      },
    ]
  const { confirmed, desired } = accessOf(state, keys)
  const after = [confirmed, desired].map((access) => accessIn({ ...access, ...pick(values, named) }))
  if (authorize(caller, 'write', after).allowed) return []
  return named.map((path) => ({
    pointer: pointerOf(path),
    detail: 'This would leave the caller without access to the client. Keep yourself or one of your roles in it.',
  }))
}

const isOwnProduct = (caller: Caller, { productName }: Values): boolean => {
  const product = textOf(productName)
  return product !== null && product !== '' && caller.products.includes(product)
}
