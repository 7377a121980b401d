import { clientPath, tenantPath } from '../routing/paths.ts'
import { anyPermissionOf, statePermission } from '../routing/requirement.ts'
import { route } from '../routing/route.ts'
import { Adoption, requestAdoption, requestRelease } from './adoption.ts'
import * as answers from './answers.ts'
import { readSnapshot, SnapshotQuery } from './snapshot.ts'
import { deleteState, lockState, readStateText, unlockState, writeState } from './state-backend.ts'
import { listStates, listVersions, readStateVersion, Restore, restoreState } from './state-versions.ts'

const states = `${tenantPath}/terraform/states` as const
const state = `${states}/:state` as const

const undocumented = "Terraform's http backend, a protocol with methods of its own: the guide for Terraform tells of it"

const standing = {
  200: { description: 'It stands there already', schema: answers.TerraformStanding },
  202: { description: 'Asked for: an apply makes it true', schema: answers.TerraformStanding },
}

/** Who may read and write a state. */
const mayUseState = statePermission('terraform.state')
const ofBackend = { path: state, requires: mayUseState, undocumented } as const

/** What Terraform itself asks of a state. */
const backendRoutes = [
  route({ ...ofBackend, method: 'GET', action: 'state.read', handler: readStateText }),
  route({ ...ofBackend, method: 'POST', action: 'state.write', handler: writeState }),
  route({ ...ofBackend, method: 'PUT', action: 'state.write', handler: writeState }),
  route({ ...ofBackend, method: 'DELETE', action: 'state.delete', handler: deleteState }),
  route({ ...ofBackend, method: 'LOCK', action: 'state.lock', handler: lockState }),
  route({
    ...ofBackend,
    method: 'UNLOCK',
    requires: statePermission('terraform.state', 'terraform.state.force-unlock'),
    action: 'state.unlock',
    refinedTo: ['state.force-unlock'],
    handler: unlockState,
  }),
]

/** What people and programs ask about Terraform. */
export const terraformRoutes = [
  route({
    method: 'PUT',
    path: `${clientPath}/terraform`,
    requires: anyPermissionOf('terraform.adopt'),
    action: 'terraform.adopt',
    handler: requestAdoption,
    document: {
      id: 'adoptClient',
      tag: 'Terraform',
      summary: 'Asks for adoption of a client into Terraform.',
      body: {
        types: ['application/json'],
        schema: Adoption,
        example: { state: 'main' },
        optional: true,
      },
      answers: standing,
      problems: ['not-adoptable'],
    },
  }),
  route({
    method: 'DELETE',
    path: `${clientPath}/terraform`,
    requires: anyPermissionOf('terraform.adopt'),
    action: 'terraform.release',
    handler: requestRelease,
    document: {
      id: 'releaseClient',
      tag: 'Terraform',
      summary: 'Asks for the release of a client from Terraform, without destroying it.',
      answers: { ...standing, 200: { ...standing[200], description: 'It stands in no state' } },
      problems: ['not-adoptable'],
    },
  }),
  route({
    method: 'GET',
    path: `${tenantPath}/terraform/snapshot`,
    requires: anyPermissionOf('terraform.read'),
    action: 'terraform.snapshot',
    handler: readSnapshot,
    document: {
      id: 'getTerraformSnapshot',
      tag: 'Terraform',
      summary: 'What the stacks are synthesised from.',
      description:
        'With `fresh=true` it is made from a scan that began after the question, for which all clients are listed; 202 while ' +
        'that scan is under way: ask again after `Retry-After`. One scan serves all who ask within 30 s.',
      query: SnapshotQuery,
      answers: {
        200: { description: 'The snapshot', schema: answers.TerraformSnapshot },
        202: { description: 'The scan is not over', schema: answers.ScanWaiting, headers: ['Retry-After'] },
      },
    },
  }),
  route({
    method: 'GET',
    path: states,
    requires: anyPermissionOf('terraform.state', 'terraform.state.force-unlock', 'terraform.read'),
    action: 'state.list',
    handler: listStates,
    document: {
      id: 'listStates',
      tag: 'Terraform',
      summary: 'Lists the Terraform states of a tenant.',
      answers: { 200: { description: 'The states, without their texts', schema: answers.StateList } },
    },
  }),
  route({
    method: 'GET',
    path: `${state}/versions`,
    requires: mayUseState,
    action: 'state.list',
    handler: listVersions,
    document: {
      id: 'listStateVersions',
      tag: 'Terraform',
      summary: 'Lists the versions of a state.',
      answers: { 200: { description: 'The versions, newest first', schema: answers.StateVersionList } },
    },
  }),
  route({
    method: 'GET',
    path: `${state}/versions/:version`,
    requires: mayUseState,
    action: 'state.read',
    handler: readStateVersion,
    document: {
      id: 'readStateVersion',
      tag: 'Terraform',
      summary: 'Reads one version of a state. It holds secrets.',
      answers: { 200: { description: 'The state', schema: answers.TerraformState, headers: ['Content-MD5'] } },
      problems: ['state-unreadable', 'states-not-kept'],
    },
  }),
  route({
    method: 'POST',
    path: `${state}/restore`,
    requires: mayUseState,
    action: 'state.restore',
    handler: restoreState,
    document: {
      id: 'restoreState',
      tag: 'Terraform',
      summary: 'Makes an old version current again, as a new one.',
      body: { types: ['application/json'], schema: Restore, example: { version: 3 } },
      answers: { 200: { description: 'The new version', schema: answers.StateRestored } },
      problems: ['state-conflict', 'state-locked', 'impossible', 'state-unreadable', 'states-not-kept'],
    },
  }),
  ...backendRoutes,
]
