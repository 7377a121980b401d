import { compare, leavesKey, readField, writeFields } from '../clients/field-values.ts'
import type { Auth0Client, ClientState, FieldPath, PendingChange, Value, Values } from '../vocabulary.ts'
import type { MetadataKeys } from '../clients/metadata-keys.ts'
import { pathsOf, pick } from '../vocabulary.ts'
import { fold, pendingPaths } from '../clients/desired.ts'
import { driftIn, lateWrites } from '../clients/drift.ts'

/** One difference between what is and what is to be. */
interface Difference {
  readonly path: FieldPath
  readonly from: Value
  readonly to: Value
}

/** What has to be sent to Auth0 for one client. */
type Plan =
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'update'
      /** The body of the PATCH: only members in scope. */
      readonly members: Readonly<Record<string, unknown>>
      /** The values that it brings about. */
      readonly values: Values
      /** Those of them that differ from what was last observed. */
      readonly differences: readonly Difference[]
    }

/**
 * The one plan, for preview, dry run, drift and apply alike.
 *
 * @param desired the owned fields' values
 * @param observed what Auth0 last said
 * @param scope the fields to send, whatever an old observation says; fields of `desired` outside it are not sent, so a
 *   drifted field is never put back on the occasion of another field's change
 */
export const plan = (desired: Values, observed: Auth0Client, scope: readonly FieldPath[], keys: MetadataKeys): Plan => {
  const values = pick(desired, scope)
  const members = writeFields(values, observed, keys)
  if (Object.keys(members).length === 0) return { kind: 'nothing' }
  const differences = pathsOf(values).flatMap((path): Difference[] => {
    const from = readField(path, observed, keys)
    const to = values[path] ?? null
    return compare(from, to) === 'same' ? [] : [{ path, from, to }]
  })
  return { kind: 'update', members, values, differences }
}

/** What of a client decides the work of a round. */
export interface Round extends Pick<ClientState, 'base' | 'observed' | 'pending' | 'generation'> {
  /** Changes up to this generation were refused together, and are tried one by one; null where none are. */
  readonly oneByOneUntil: number | null
}

/** What one round has to do, for which changes. */
export type Work =
  | (Omit<Extract<Plan, { kind: 'update' }>, 'kind'> & {
      readonly kind: 'send'
      readonly changes: readonly PendingChange[]
    })
  /** Auth0 has been read and has it all, or nothing waits. */
  | { readonly kind: 'settled'; readonly changes: readonly PendingChange[]; readonly values: Values }

/**
 * The work of one round.
 *
 * @param history where `observed` was read under the lease, and only then can prove that no call is needed: values of the
 *   client's recent changes, if a late call of a former holder may have written one of them; otherwise none
 */
export const workOf = (round: Round, keys: MetadataKeys, history?: readonly Values[]): Work => {
  const { base, observed } = round
  const changes = changesOf(round)
  const late = history === undefined ? [] : lateWrites(base, observed, history, keys)
  const scope = [...new Set([...pendingPaths(changes), ...late])]
  const work = plan(fold(base, changes), observed, scope, keys)
  if (work.kind === 'nothing') return { kind: 'settled', changes, values: {} }
  const { values, differences } = work
  const isThere =
    differences.length === 0 && !pathsOf(values).some((path) => leavesKey(path, values[path], observed, keys))
  if (history !== undefined && isThere) return { kind: 'settled', changes, values }
  return { ...work, kind: 'send', changes }
}

/** The changes of a round: all that wait, or the oldest alone while a refusal among several is being found. */
export const changesOf = ({
  pending,
  oneByOneUntil,
}: Pick<Round, 'pending' | 'oneByOneUntil'>): readonly PendingChange[] => {
  const [oldest] = pending
  return oldest !== undefined && oldest.generation <= (oneByOneUntil ?? 0) ? [oldest] : pending
}

/** A client as it would stand with one more change waiting. */
export const withChange = <State extends ClientState>(state: State, values: Values): State => {
  const generation = state.generation + 1
  return { ...state, pending: [...state.pending, { id: '', generation, values }], generation }
}

/**
 * The change that the policy `revert` makes of a drift: the confirmed values of the drifted fields; undefined where none
 * has drifted. What waits is sent first, and the drift is looked at again when that is settled.
 */
export const reversionOf = (
  state: Pick<ClientState, 'base' | 'observed' | 'pending'>,
  keys: MetadataKeys,
): Values | undefined => {
  if (state.pending.length > 0) return undefined
  const drifted = driftIn(state, keys).map(({ path }) => path)
  return drifted.length === 0 ? undefined : pick(state.base, drifted)
}

/** The work of the next round of a client as it stands: what is printed of it is what will be sent. */
export const nextWork = (state: ClientState & Round, drift: 'report' | 'revert', keys: MetadataKeys): Work => {
  const reversion = drift === 'revert' ? reversionOf(state, keys) : undefined
  return workOf(reversion === undefined ? state : withChange(state, reversion), keys)
}

/**
 * The work of the round that will send one more change, with everything that goes along with it: changes that are tried
 * one by one have gone before.
 */
export const workWith = (state: ClientState & Round, values: Values, keys: MetadataKeys): Work => {
  const { oneByOneUntil } = state
  const waiting = state.pending.filter(({ generation }) => generation > (oneByOneUntil ?? 0))
  return workOf({ ...withChange({ ...state, pending: waiting }, values), oneByOneUntil: null }, keys)
}
