import { z } from 'zod'
import type { TenantConfiguration } from '../../adapters/config/configuration.ts'
import { authorOf } from '../../adapters/postgres/changes/changes.ts'
import type { StateIndex } from '../../adapters/postgres/terraform/state-index.ts'
import type { Log } from '../../adapters/log/log.ts'
import { quoted } from '../../domain/terraform/shell.ts'
import { isPlainAddress } from '../../domain/terraform/state.ts'
import { StateName } from '../../domain/vocabulary.ts'
import type { Caller, ClientKey } from '../../domain/vocabulary.ts'
import type { ApiResponse, ApiRequest } from '../http/request.ts'
import { askerOf, clientIdOf, coversState, tenantOf } from '../http/access.ts'
import type { TenantsById } from '../http/access.ts'
import { parseJson } from '../http/json.ts'
import { namedPlaces, terraformStatusView, statusOf } from '../clients/terraform-status.ts'
import type { TerraformStatus } from '../clients/terraform-status.ts'
import type { KnowsClients } from '../clients/known-clients.ts'
import { refuseParameters } from '../http/query.ts'
import { forbidden, Problem } from '../http/problem.ts'

/** Where it stands what is asked for, and a log that says who asked. */
interface Adopting {
  readonly stateIndex: Pick<StateIndex, 'status' | 'request' | 'cancel'>
  readonly log: Pick<Log, 'info'>
}

const answerStatus = (key: ClientKey, status: TerraformStatus, caller: Caller): ApiResponse => {
  return {
    status: status.request === null ? 200 : 202,
    headers: { 'cache-control': 'private, no-cache' },
    body: JSON.stringify({ clientId: key.clientId, ...terraformStatusView(status, caller) }),
  }
}

export const Adoption = z.strictObject({ state: StateName.optional() })

/** PUT …/clients/{clientId}/terraform: asks for adoption. An apply of the state's configuration makes it true. */
export const requestAdoption =
  (deps: TenantsById & Adopting & KnowsClients) =>
  async (request: ApiRequest, caller: Caller): Promise<ApiResponse> => {
    const { tenant, key } = await findAdoptable(deps, request, caller)
    const state = stateFor(tenant, await request.readBody())
    mustReach(caller, state)
    const status = await deps.stateIndex.status(key)
    const { request: asked } = status
    const places = namedPlaces(status)
    const elsewhere = places.find((place) => place.state !== state)
    if (elsewhere !== undefined)
      throw notAdoptable(
        `The state ${elsewhere.state} manages this client already, at ${elsewhere.address}. Take it out there first: ` +
          removalOf(elsewhere.address),
      )
    if (places.length === 0)
      await deps.stateIndex.request(key, { kind: 'adopt', state }, authorOf(caller), request.audit)
    // It stands there already: whatever else was asked for is taken back.
    else if (asked !== null) await deps.stateIndex.cancel(key, request.audit)
    return answerAsked(deps, key, caller, 'adoption asked for')
  }

/** DELETE …/clients/{clientId}/terraform: asks for release, without destroying it; or takes back what was asked for. */
export const requestRelease =
  (deps: TenantsById & Adopting & KnowsClients) =>
  async (request: ApiRequest, caller: Caller): Promise<ApiResponse> => {
    const { tenant, key } = await findAdoptable(deps, request, caller)
    const status = await deps.stateIndex.status(key)
    const { request: asked } = status
    const places = namedPlaces(status)
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
      await deps.stateIndex.request(key, { kind: 'release', state: first.state }, authorOf(caller), request.audit)
    } else if (asked !== null) await deps.stateIndex.cancel(key, request.audit)
    else if (elsewhere !== undefined)
      throw notAdoptable(
        `Nexus does not write the configuration of the state ${elsewhere.state}. Take it out there: ` +
          removalOf(elsewhere.address),
      )
    return answerAsked(deps, key, caller, 'release asked for')
  }

/** @throws Problem 403, 404 also for clients that must not be touched */
const findAdoptable = async (deps: TenantsById & KnowsClients, request: ApiRequest, caller: Caller) => {
  refuseParameters(request.query)
  const tenant = tenantOf(deps, request)
  const { key } = await deps.known.find(tenant, clientIdOf(request), askerOf(caller, 'write', request.gone))
  return { tenant, key }
}

const answerAsked = async (deps: Adopting, key: ClientKey, caller: Caller, what: string): Promise<ApiResponse> => {
  const status = await deps.stateIndex.status(key)
  deps.log.info({ ...key, by: caller.id, status: statusOf(status) }, what)
  return answerStatus(key, status, caller)
}

/** The state that is to take the client over. @throws Problem 400, 409 */
const stateFor = ({ terraformStates: own }: TenantConfiguration, bytes: Uint8Array): string => {
  const body = Adoption.safeParse(bytes.length === 0 ? {} : parseJson(bytes))
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
  if (!coversState(caller, state))
    throw forbidden(`The caller's credentials are not good for the state ${state}.`, 'state')
}

const notAdoptable = (detail: string): Problem => new Problem('not-adoptable', detail)

/** The command that takes an address out of a state, ready to paste. */
const removalOf = (address: string): string => `terraform state rm ${quoted(address)}`
