import type { Snapshot, SnapshotClient, SnapshotResource } from './snapshot.ts'

/** Which clients somebody means who asks for many adoptions or releases at once, and what is to be asked for each. */

/** A choice of clients: those that everything holds for that is named here. */
export interface Choice {
  /** Ids; none for every client. */
  readonly clients: readonly string[]
  readonly product?: string | undefined
  readonly owner?: string | undefined
  /** The whole name, case included; `*` stands for any text, `?` for one character. */
  readonly name?: string | undefined
  /** For an adoption the state that is to take over; for a release the state that is to let go. */
  readonly state?: string | undefined
}

/** What is to be asked for one client. */
export interface Step {
  readonly id: string
  /** Empty where Nexus has not met it yet. */
  readonly name: string
  /** `keep` and `leave` take back what was asked for: a release, an adoption. */
  readonly kind: 'adopt' | 'release' | 'keep' | 'leave'
  /** Null where nobody says which: the release of a client that Nexus has not met. */
  readonly state: string | null
}

/** A client that was meant, and for which nothing is to be asked. */
export interface Left {
  readonly id: string
  readonly name: string
  readonly reason: string
}

export type Steps =
  | { readonly ok: true; readonly steps: readonly Step[]; readonly left: readonly Left[] }
  | { readonly ok: false; readonly detail: string }

interface Place {
  readonly state: string
  readonly own: boolean
}

/** A client with where it stands. */
interface PlacedClient {
  readonly client: SnapshotClient
  readonly places: readonly Place[]
  /** Whether its id was named: then it is asked for even where that must be refused, for the reason. */
  readonly named: boolean
}

type Decision = Pick<Step, 'kind' | 'state'> | Pick<Left, 'reason'> | null

/**
 * What to ask for the adoption of clients. Of clients that are not named only the manual ones count, so that a release that
 * somebody asked for is not taken back unseen.
 */
export const adoptionSteps = (snapshot: Snapshot, choice: Choice): Steps => {
  const target = targetOf(snapshot, choice.state)
  const state = 'detail' in target ? null : target.state
  const chosen = stepsOf(snapshot, choice, { kind: 'adopt', state }, (placed) => adoptionOf(placed, state))
  // To take releases back needs no word on the state: each says its own.
  const takesBack = chosen.ok && chosen.steps.length > 0 && chosen.steps.every(({ kind }) => kind === 'keep')
  return 'detail' in target && !(takesBack && choice.state === undefined) ? { ok: false, ...target } : chosen
}

/** What to ask for the release of clients. An adoption that is asked for and has not come true is taken back. */
export const releaseSteps = (snapshot: Snapshot, choice: Choice): Steps => {
  const known = snapshot.states.map(({ name }) => name)
  if (choice.state !== undefined && !known.includes(choice.state))
    return {
      ok: false,
      detail: `${snapshot.tenant} has no state ${choice.state}; it has ${known.join(', ') || 'none'}.`,
    }
  return stepsOf(snapshot, choice, { kind: 'release', state: choice.state ?? null }, (placed) =>
    releaseOf(placed, choice.state),
  )
}

/** @param state null where nobody says which, and there are several */
const adoptionOf = ({ client: { request }, places, named }: PlacedClient, state: string | null): Decision => {
  if (places.length === 0)
    return request?.kind === 'adopt' && request.state === state
      ? { reason: `its adoption into ${state} is asked for already` }
      : { kind: 'adopt', state }
  if (!named) return null
  if (request?.kind === 'release') return { kind: 'keep', state: request.state }
  return places.every((place) => place.state === state)
    ? { reason: `${state} manages it already` }
    : { kind: 'adopt', state }
}

const releaseOf = ({ client: { request }, places, named }: PlacedClient, only: string | undefined): Decision => {
  const counts = (state: string): boolean => only === undefined || state === only
  const place = places.find(({ own, state }) => own && counts(state))
  if (place !== undefined)
    return request?.kind === 'release'
      ? { reason: `its release from ${request.state} is asked for already` }
      : { kind: 'release', state: place.state }
  if (request?.kind === 'adopt' && counts(request.state) && (named || places.length === 0))
    return { kind: 'leave', state: request.state }
  if (!named) return null
  const elsewhere = places.find(({ state }) => counts(state))
  if (elsewhere !== undefined) return { kind: 'release', state: elsewhere.state }
  return { reason: only === undefined ? 'no state manages it' : `${only} does not manage it` }
}

const stepsOf = (
  snapshot: Snapshot,
  choice: Choice,
  unmet: Pick<Step, 'kind' | 'state'>,
  decide: (placed: PlacedClient) => Decision,
): Steps => {
  const fits = filterOf(choice)
  const isNamed = ({ id }: Pick<SnapshotClient, 'id'>): boolean => choice.clients.includes(id)
  const decided = snapshot.clients
    .filter((client) => isNamed(client) || (choice.clients.length === 0 && !client.vanished && fits(client)))
    .flatMap((client) => {
      const { id, name } = client
      const decision = fits(client)
        ? decide({ client, named: isNamed(client), places: placesOf(snapshot, id) })
        : { reason: 'a filter leaves it out' }
      return decision === null ? [] : [{ id, name, ...decision }]
    })
  const filtered = [choice.product, choice.owner, choice.name].some((filter) => filter !== undefined)
  // A client that Nexus has not met may be a new one: the API asks Auth0 for it.
  const unmetDecision = filtered ? { reason: 'Nexus has not met it yet, so that no filter can tell' } : unmet
  const strangers = choice.clients
    .filter((id) => snapshot.clients.every((client) => client.id !== id))
    .flatMap((id) => [{ id, name: '', ...unmetDecision }])
  const all = [...decided, ...strangers]
  return {
    ok: true,
    steps: all.flatMap((one) => ('kind' in one ? [one] : [])),
    left: all.flatMap((one) => ('reason' in one ? [one] : [])),
  }
}

const placesOf = ({ states }: Snapshot, clientId: string): Place[] =>
  states.filter(({ resources }) => resources.some(manages(clientId))).map(({ name, own }) => ({ state: name, own }))

const manages =
  (clientId: string) =>
  (resource: SnapshotResource): boolean =>
    resource.type === 'auth0_client' && resource.clientId === clientId

const filterOf =
  ({ product, owner, name }: Choice): ((client: SnapshotClient) => boolean) =>
  (client) =>
    (product === undefined || client.productName === product) &&
    (owner === undefined || client.owners.includes(owner)) &&
    (name === undefined || fitsPattern(client.name, name))

/**
 * Whether a whole text fits a pattern in which `*` stands for any text and `?` for one character. Only the last `*` is ever
 * tried at another place: what came before it fits already, and giving it more would help nothing. So it takes at most
 * the one length times the other.
 */
const fitsPattern = (text: string, pattern: string): boolean => {
  const [characters, signs] = [Array.from(text), Array.from(pattern)]
  let sign = 0
  let star = -1
  let retry = 0
  for (let index = 0; index < characters.length;) {
    if (signs[sign] === '*') {
      star = sign
      sign += 1
      retry = index
    } else if (signs[sign] === '?' || signs[sign] === characters[index]) {
      sign += 1
      index += 1
    } else if (star >= 0) {
      retry += 1
      index = retry
      sign = star + 1
    } else return false
  }
  return signs.slice(sign).every((left) => left === '*')
}

/** The state that is to take clients over: the one that is named, or the only one there is. */
const targetOf = (
  { tenant, states }: Snapshot,
  named: string | undefined,
): { readonly state: string } | { readonly detail: string } => {
  const own = states.filter((state) => state.own).map(({ name }) => name)
  const state = named ?? (own.length === 1 ? own[0] : undefined)
  if (own.length === 0)
    return {
      detail: `The configuration of ${tenant} names no state that Nexus writes: set terraformStates, such as [main].`,
    }
  if (state === undefined)
    return { detail: `Say which state is to take them over: --state, with one of ${own.join(', ')}.` }
  if (own.includes(state)) return { state }
  return { detail: `Nexus does not write the configuration of the state ${state}; it does for ${own.join(', ')}.` }
}
