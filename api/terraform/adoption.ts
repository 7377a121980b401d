import { z } from 'zod'
import type { TenantConfiguration } from '../../adapters/config/configuration.ts'
import { authorOf } from '../../adapters/postgres/changes/changes.ts'
import type { StateIndex } from '../../adapters/postgres/terraform/state-index.ts'
import type { Log } from '../../adapters/log/log.ts'
import { quoted } from '../../domain/terraform/shell.ts'
import { isPlainAddress } from '../../domain/terraform/state.ts'
import { StateName } from '../../domain/vocabulary.ts'
import type { Caller, ClientKey } from '../../domain/vocabulary.ts'
import type { Answer, Ask } from '../http/request.ts'
import { admitTo, askerOf, clientIdOf, mayReach, tenantOf } from '../http/access.ts'
import type { Admitting } from '../http/access.ts'
import { parseJson } from '../http/json.ts'
import { holding, standingView, statusOf } from '../clients/terraform-standing.ts'
import type { Standing } from '../clients/terraform-standing.ts'
import type { KnownClients } from '../clients/client-cache.ts'
import { refuseParameters } from '../http/query.ts'
import { forbidden, Problem } from '../http/problem.ts'

/** Where it stands what is asked for, and a log that says who asked. */
interface Adopting {
  readonly stateIndex: Pick<StateIndex, 'standing' | 'request' | 'cancel'>
  readonly log: Pick<Log, 'info'>
}

const answerStanding = (key: ClientKey, standing: Standing, caller: Caller): Answer => {
  return {
    status: standing.request === null ? 200 : 202,
    headers: { 'cache-control': 'private, no-cache' },
    body: JSON.stringify({ clientId: key.clientId, ...standingView(standing, caller) }),
  }
}

/** PUT …/clients/{clientId}/terraform: asks for adoption. An apply of the state's configuration makes it true. */
export const requestAdoption =
  (deps: Admitting & Adopting, known: KnownClients) =>
  async (ask: Ask): Promise<Answer> => {
    const { caller, tenant, key } = await findAdoptable(deps, known, ask)
    const state = stateFor(tenant, await ask.readBody())
    mustReach(caller, state)
    const standing = await deps.stateIndex.standing(key)
    const { request } = standing
    const places = holding(standing)
    const elsewhere = places.find((place) => place.state !== state)
    if (elsewhere !== undefined)
      throw notAdoptable(
        `The state ${elsewhere.state} manages this client already, at ${elsewhere.address}. Take it out there first: ` +
          removalOf(elsewhere.address),
      )
    if (places.length === 0) await deps.stateIndex.request(key, { kind: 'adopt', state }, authorOf(caller), ask.record)
    // It stands there already: whatever else was asked for is taken back.
    else if (request !== null) await deps.stateIndex.cancel(key, ask.record)
    return answerAsked(deps, key, caller, 'adoption asked for')
  }

/** DELETE …/clients/{clientId}/terraform: asks for release, without destroying it; or takes back what was asked for. */
export const requestRelease =
  (deps: Admitting & Adopting, known: KnownClients) =>
  async (ask: Ask): Promise<Answer> => {
    const { caller, tenant, key } = await findAdoptable(deps, known, ask)
    const standing = await deps.stateIndex.standing(key)
    const { request } = standing
    const places = holding(standing)
    const own = places.filter(({ state }) => tenant.terraformStates.includes(state))
    const [first] = own
    const [elsewhere] = places
    if (first !== undefined) {
      const nested = own.find(({ address }) => !isPlainAddress(address))
      if (nested !== undefined)
        throw notAdoptable(
          `It stands in a module, or is one of several instances, and a configuration cannot let go of one of those. Take ` +
            `it out of the state ${nested.state}: ${removalOf(nested.address)}`,
        )
      mustReach(caller, first.state)
      await deps.stateIndex.request(key, { kind: 'release', state: first.state }, authorOf(caller), ask.record)
    } else if (elsewhere !== undefined)
      throw notAdoptable(
        `Nexus does not write the configuration of the state ${elsewhere.state}. Take it out there: ` +
          removalOf(elsewhere.address),
      )
    else if (request !== null) await deps.stateIndex.cancel(key, ask.record)
    return answerAsked(deps, key, caller, 'release asked for')
  }

/** @throws Problem 403, 404 also for clients that must not be touched */
const findAdoptable = async (deps: Admitting, known: KnownClients, ask: Ask) => {
  const caller = await admitTo(deps, ask, 'terraform.adopt')
  refuseParameters(ask.query)
  const tenant = tenantOf(deps, ask)
  const { key } = await known.find(tenant, clientIdOf(ask), askerOf(caller, 'write', ask.gone))
  return { caller, tenant, key }
}

const answerAsked = async (deps: Adopting, key: ClientKey, caller: Caller, what: string): Promise<Answer> => {
  const standing = await deps.stateIndex.standing(key)
  deps.log.info({ ...key, by: caller.id, status: statusOf(standing) }, what)
  return answerStanding(key, standing, caller)
}

const Body = z.strictObject({ state: StateName.optional() })

/** The state that is to take the client over. @throws Problem 400, 409 */
const stateFor = ({ terraformStates: own }: TenantConfiguration, bytes: Uint8Array): string => {
  const body = Body.safeParse(bytes.length === 0 ? {} : parseJson(bytes))
  if (!body.success)
    throw new Problem('malformed', 'The body is {"state": "…"}, or nothing where there is one state only.')
  const { state = own.length === 1 ? own[0] : undefined } = body.data
  if (own.length === 0)
    throw notAdoptable(
      "The tenant's configuration names no state that Nexus writes: set terraformStates, such as [main].",
    )
  if (state === undefined) throw notAdoptable(`Say which state is to take it over: ${own.join(', ')}.`)
  if (!own.includes(state))
    throw notAdoptable(`Nexus does not write the configuration of the state ${state}; it does for ${own.join(', ')}.`)
  return state
}

/** @throws Problem 403 */
const mustReach = (caller: Caller, state: string): void => {
  if (!mayReach(caller, state))
    throw forbidden(`The caller's credentials are not good for the state ${state}.`, 'state')
}

const notAdoptable = (detail: string): Problem => new Problem('not-adoptable', detail)

/** The command that takes an address out of a state, ready to paste. */
const removalOf = (address: string): string => `terraform state rm ${quoted(address)}`
