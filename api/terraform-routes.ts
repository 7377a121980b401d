import { requestAdoption, requestRelease } from './adoption.ts'
import type { ApiDeps } from './dependencies.ts'
import type { KnownClients } from './known-clients.ts'
import type { Routes } from './serve.ts'
import { readSnapshot } from './snapshot.ts'
import { deleteState, lockState, readStateText, unlockState, writeState } from './state-backend.ts'
import { listStates, listVersions, readStateVersion, restoreState } from './state-versions.ts'

const tenant = '/v1/tenants/:tenantId'
const states = `${tenant}/terraform/states`
const state = `${states}/:state`
const client = `${tenant}/clients/:clientId/terraform`

/** `/v1/tenants/{tenantId}/terraform` and what asks for adoption and release */
export const terraformRoutes = (deps: ApiDeps, known: KnownClients): Routes => [
  { method: 'GET', url: states, answer: listStates(deps) },
  { method: 'GET', url: state, answer: readStateText(deps) },
  { method: 'POST', url: state, answer: writeState(deps) },
  { method: 'DELETE', url: state, answer: deleteState(deps) },
  { method: 'LOCK', url: state, answer: lockState(deps) },
  { method: 'UNLOCK', url: state, answer: unlockState(deps) },
  { method: 'GET', url: `${state}/versions`, answer: listVersions(deps) },
  { method: 'GET', url: `${state}/versions/:version`, answer: readStateVersion(deps) },
  { method: 'POST', url: `${state}/restore`, answer: restoreState(deps) },
  { method: 'GET', url: `${tenant}/terraform/snapshot`, answer: readSnapshot(deps, known) },
  { method: 'PUT', url: client, answer: requestAdoption(deps, known) },
  { method: 'DELETE', url: client, answer: requestRelease(deps, known) },
]
