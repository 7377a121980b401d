import { requestAdoption, requestRelease } from './terraform/adoption.ts'
import type { KnownClients } from './clients/client-cache.ts'
import type { NeedsOf, Routes } from './http/serve.ts'
import { readSnapshot } from './terraform/snapshot.ts'
import { deleteState, lockState, readStateText, unlockState, writeState } from './terraform/state-backend.ts'
import { listStates, listVersions, readStateVersion, restoreState } from './terraform/state-versions.ts'

const tenant = '/v1/tenants/:tenantId'
const states = `${tenant}/terraform/states`
const state = `${states}/:state`
const client = `${tenant}/clients/:clientId/terraform`

type Needs = NeedsOf<
  | typeof deleteState
  | typeof listStates
  | typeof listVersions
  | typeof lockState
  | typeof readSnapshot
  | typeof readStateText
  | typeof readStateVersion
  | typeof requestAdoption
  | typeof requestRelease
  | typeof restoreState
  | typeof unlockState
  | typeof writeState
>

/** `/v1/tenants/{tenantId}/terraform` and what asks for adoption and release */
export const terraformRoutes = (deps: Needs, known: KnownClients): Routes => [
  { method: 'GET', url: states, action: 'state.list', answer: listStates(deps) },
  { method: 'GET', url: state, action: 'state.read', answer: readStateText(deps) },
  { method: 'POST', url: state, action: 'state.write', answer: writeState(deps) },
  { method: 'DELETE', url: state, action: 'state.delete', answer: deleteState(deps) },
  { method: 'LOCK', url: state, action: 'state.lock', answer: lockState(deps) },
  { method: 'UNLOCK', url: state, action: 'state.unlock', answer: unlockState(deps) },
  { method: 'GET', url: `${state}/versions`, action: 'state.list', answer: listVersions(deps) },
  { method: 'GET', url: `${state}/versions/:version`, action: 'state.read', answer: readStateVersion(deps) },
  { method: 'POST', url: `${state}/restore`, action: 'state.restore', answer: restoreState(deps) },
  {
    method: 'GET',
    url: `${tenant}/terraform/snapshot`,
    action: 'terraform.snapshot',
    answer: readSnapshot(deps, known),
  },
  { method: 'PUT', url: client, action: 'terraform.adopt', answer: requestAdoption(deps, known) },
  { method: 'DELETE', url: client, action: 'terraform.release', answer: requestRelease(deps, known) },
]
