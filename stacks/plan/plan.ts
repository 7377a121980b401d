import type { Snapshot } from '../../domain/terraform/snapshot.ts'
import { StackRefused } from '../errors.ts'
import { shell } from '../../domain/terraform/shell.ts'
import { byText } from './address.ts'
import { adoptionsOf } from './adoptions.ts'
import { claimsOf } from './claims.ts'
import type { Claim, Declarations } from './claims.ts'
import { dispositionsOf } from './dispositions.ts'
import type { Disposition } from './dispositions.ts'
import { isReleased, knownOf } from './known.ts'
import type { Known } from './known.ts'
import { ignoredOf } from './takeover.ts'

/**
 * What becomes of every client in one stack: the decisions, apart from how they are written. Pure: the same snapshot and
 * the same declarations are the same plan.
 *
 * The managed set is never guessed. Terraform destroys what it finds in the state and not in the configuration, makes a
 * second client of what it finds in the configuration and not in the state, and fails as a whole on one import of what
 * no longer exists. Source: docs/adr/0012-owned-fields-leave-the-configuration.md.
 */
export interface StackPlan {
  readonly tenant: string
  readonly state: string
  /** Of the snapshot, for this state: a lock for an apply on an older one is refused. */
  readonly version: number
  /** What a declared client needs to know, by resource name. */
  readonly declared: ReadonlyMap<string, DeclaredClient>
  /** In the state, or about to be, without a declaration; by name. */
  readonly kept: readonly KeptClient[]
  readonly imports: readonly { readonly to: string; readonly id: string }[]
  /** Addresses that Terraform shall forget without destroying anything. */
  readonly removed: readonly string[]
  /** The clients of this stack that nothing declares, by address. */
  readonly managed: Readonly<Record<string, { readonly clientId: string; readonly clientName: string }>>
  /** Names of the clients that no state has and no stack takes, by id. */
  readonly manual: Readonly<Record<string, string>>
  readonly counts: StackCounts
  /** What does not stand in the way, and somebody should know. */
  readonly warnings: readonly string[]
}

export interface DeclaredClient {
  /** Given, and not Terraform's to write: neither in the configuration nor looked at. */
  readonly leftOut: readonly string[]
  /** What `ignore_changes` names: whatever of the client does not stand in the configuration. */
  readonly ignored: readonly string[]
  /** The name of its credentials' resource. */
  readonly credentials: string
}

/** A client that is managed without a declaration. */
interface KeptClient {
  readonly name: string
  readonly clientName: string
}

export interface StackCounts {
  /** All of them, also those that are declared or being adopted. */
  readonly managed: number
  readonly declared: number
  /** To be imported. */
  readonly adopting: number
  readonly releasing: number
  /** Vanished from Auth0. */
  readonly forgetting: number
}

/**
 * @param stateName one of the snapshot's own states
 * @param declarations of all states of the tenant, because a client may be declared once
 * @param beside addresses of other resources that declarations add to this state
 * @throws StackRefused with every reason, where the stack would destroy, duplicate or fail
 */
export const planStack = (
  snapshot: Snapshot,
  stateName: string,
  declarations: Declarations,
  beside: ReadonlySet<string> = new Set(),
): StackPlan => {
  const place = `${snapshot.tenant}, state ${stateName}`
  const refusals: string[] = []
  const warnings: string[] = []
  const say = { refuse: (reason: string) => refusals.push(reason), warn: (text: string) => warnings.push(text) }

  if (snapshot.incomplete !== null)
    throw new StackRefused(place, [`The snapshot is incomplete: ${snapshot.incomplete}`])
  const state = snapshot.states.find(({ name }) => name === stateName)
  if (state?.own !== true)
    throw new StackRefused(place, [
      "Nexus does not write that state's configuration: name it in the tenant's terraformStates, or remove its declarations.",
    ])

  if (state.incomplete !== undefined) throw new StackRefused(place, [`The snapshot is incomplete: ${state.incomplete}`])

  const strangers = state.others.filter((address) => !beside.has(address))
  if (strangers.length > 0) say.refuse(strangersOf(strangers))
  const known = knownOf(snapshot, state)
  const claims = claimsOf(known, declarations, say)
  const dispositions = dispositionsOf(known, claims, say)
  const adoptions = adoptionsOf(known, claims, declarations, say)
  if (refusals.length > 0) throw new StackRefused(place, refusals)
  return assemble(known, { claims, dispositions, adoptions, declarations, warnings })
}

/** How many commands one refusal prints. */
const enough = 20

/** What a configuration leaves unsaid, Terraform destroys; and of these resources nobody says anything. */
const strangersOf = (strangers: readonly string[]): string => {
  const more = strangers.length - enough
  return (
    'The state also holds resources that neither Nexus nor a declaration has: an apply would destroy them. Move each to the ' +
    'state of its own configuration, declare it, or run:\n' +
    [
      ...strangers.slice(0, enough).map((address) => shell('terraform', 'state', 'rm', address)),
      ...(more > 0 ? [`… and ${more} more`] : []),
    ].join('\n')
  )
}

interface Decided {
  readonly claims: readonly Claim[]
  readonly dispositions: readonly Disposition[]
  readonly adoptions: readonly { readonly name: string; readonly clientId: string }[]
  readonly declarations: Declarations
  readonly warnings: readonly string[]
}

const assemble = (known: Known, { claims, dispositions, adoptions, declarations, warnings }: Decided): StackPlan => {
  const { snapshot, state, clients } = known
  const nameOf = (id: string): string => clients.get(id)?.name ?? ''
  const left = (why: Disposition['disposition']): number =>
    new Set(dispositions.filter(({ disposition }) => disposition === why).map(({ clientId }) => clientId)).size
  const stays = dispositions.flatMap((one) =>
    one.disposition === 'kept' ? [{ name: one.name, clientId: one.clientId }] : [],
  )
  const taken = claims.filter(({ takesOver }) => takesOver)
  const kept = [...stays, ...adoptions].sort((one, other) => byText(one.name, other.name))
  const imported = [...adoptions, ...taken.map(({ declaration, clientId }) => ({ name: declaration.name, clientId }))]
  return {
    tenant: snapshot.tenant,
    state: state.name,
    version: state.version,
    declared: new Map(
      claims.map(({ declaration, leftOut, credentials }) => [
        declaration.name,
        { leftOut, ignored: ignoredOf(declaration, leftOut, known.keys), credentials },
      ]),
    ),
    kept: kept.map(({ name, clientId }) => ({ name, clientName: nameOf(clientId) })),
    imports: imported
      .flatMap(({ name, clientId }) => (clientId === null ? [] : [{ to: `auth0_client.${name}`, id: clientId }]))
      .sort((one, other) => byText(one.to, other.to)),
    removed: dispositions.flatMap(({ disposition, address }) =>
      disposition === 'kept' || disposition === 'declared' ? [] : [address],
    ),
    managed: Object.fromEntries(
      kept.map(({ name, clientId }) => [`auth0_client.${name}`, { clientId, clientName: nameOf(clientId) }]),
    ),
    manual: manualOf(known, declarations),
    counts: {
      managed: kept.length + claims.length,
      declared: claims.length,
      adopting: imported.length,
      releasing: left('released'),
      forgetting: left('vanished'),
    },
    warnings,
  }
}

/**
 * The clients that are managed nowhere once the stacks of this snapshot are applied. Only ids and names stand in it, so
 * that a change to a client is never a difference of a plan.
 */
const manualOf = ({ snapshot, places }: Known, declarations: Declarations): Record<string, string> => {
  const ours = new Set(snapshot.states.filter(({ own }) => own).map(({ name }) => name))
  const declared = new Set([...declarations.values()].flat().map(({ clientId }) => clientId))
  return Object.fromEntries(
    snapshot.clients
      .filter((client) => {
        const remaining = (places.get(client.id) ?? []).filter(
          (place) => !(ours.has(place.state) && isReleased(client, place.state)),
        )
        const adopted = client.request?.kind === 'adopt' && ours.has(client.request.state)
        return !client.vanished && remaining.length === 0 && !adopted && !declared.has(client.id)
      })
      .map(({ id, name }) => [id, name]),
  )
}
