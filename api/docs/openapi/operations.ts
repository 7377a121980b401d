import { z } from 'zod'
import { auditActionNames, auditOutcomes } from '../../../domain/access/audit.ts'
import { callerChange, newCaller, Rotation } from '../../../domain/access/caller-requests.ts'
import { ListQuery } from '../../clients/list-clients.ts'
import { acceptedTypes } from '../../http/media-type.ts'
import { include } from '../../http/query.ts'
import { SnapshotQuery } from '../../terraform/snapshot.ts'
import { PatchBody } from '../../changes/patch-body.ts'
import * as callers from '../../callers/answers.ts'
import * as changes from '../../changes/answers.ts'
import * as sync from '../../sync/answers.ts'
import * as clients from '../../clients/answers.ts'
import { exampleClient, exampleId } from '../../clients/client-schema.ts'
import * as probes from '../../probes/answers.ts'
import * as tenants from '../../tenants/answers.ts'
import * as terraform from '../../terraform/answers.ts'
import type { Operation } from './operation.ts'

/**
 * Every operation of the API, by the route that serves it. The address of a state is Terraform's http backend, a protocol
 * with methods (LOCK, UNLOCK) that OpenAPI 3.1 has no place for: the guide for Terraform tells of it.
 */

const tenant = '/v1/tenants/:tenantId'
const client = `${tenant}/clients/:clientId`
const change = `${tenant}/changes/:changeId`
const states = `${tenant}/terraform/states`
const state = `${states}/:state`

const wholeClient = (description: string, headers: Operation['answers'][number]['headers']) => ({
  description,
  schema: clients.Client,
  headers: headers ?? [],
  example: exampleClient,
})

const done = { description: 'Done' }

const acceptedChange = {
  200: wholeClient('Auth0 has taken the change, and its reply has been read back', [
    'ETag',
    'Nexus-Change',
    'Nexus-Sync',
    'Nexus-Warning',
    'Nexus-Replayed',
    'Nexus-Dry-Run',
    'Preference-Applied',
  ]),
  202: wholeClient('Accepted, and not finished within the wait: it will be applied, rejected or withdrawn', [
    'ETag',
    'Nexus-Change',
    'Nexus-Sync',
    'Nexus-Warning',
    'Nexus-Replayed',
    'Nexus-Dry-Run',
    'Preference-Applied',
    'Location',
    'Retry-After',
  ]),
}

const kinds = {
  application: {
    path: '/v1/admin/applications',
    one: 'application',
    answer: callers.Application,
    list: callers.ApplicationList,
    example: { name: 'developer-portal', tenants: ['acme'], permissions: ['client.read', 'client.write'] },
  },
  account: {
    path: '/v1/admin/accounts',
    one: 'service account',
    answer: callers.Account,
    list: callers.AccountList,
    example: { name: 'deployment', tenants: ['acme'], permissions: ['client.write'], roles: ['billing-admins'] },
  },
} as const

/** What an administrator can do with callers of one kind. */
const administration = (kind: keyof typeof kinds): Readonly<Record<string, Operation>> => {
  const { path, one, answer, list, example } = kinds[kind]
  const named = `${kind.slice(0, 1).toUpperCase()}${kind.slice(1)}`
  const tag = 'Administration'
  const json = ['application/json']
  const { name: _name, ...change } = example
  return {
    [`GET ${path}`]: {
      id: `list${named}s`,
      tag,
      summary: `Lists the ${one}s within the caller's tenants.`,
      answers: { 200: { description: 'Those of the database and of the configuration', schema: list } },
    },
    [`POST ${path}`]: {
      id: `create${named}`,
      tag,
      summary: `Makes a new ${one}. Its secret stands in this answer, and never again.`,
      body: { types: json, schema: newCaller[kind], example },
      answers: { 201: { description: 'Made', schema: answer, headers: ['Location'] } },
      problems: ['name-taken', 'body-too-large', 'impossible'],
    },
    [`GET ${path}/:name`]: {
      id: `get${named}`,
      tag,
      summary: `Shows one ${one}.`,
      answers: { 200: { description: 'All but its secrets', schema: answer } },
    },
    [`PATCH ${path}/:name`]: {
      id: `update${named}`,
      tag,
      summary: `Changes what the ${one} is good for, until when, and whether it is disabled.`,
      body: { types: json, schema: callerChange[kind], example: change },
      answers: { 200: { description: 'Changed', schema: answer } },
      problems: ['caller-not-changeable', 'body-too-large', 'impossible'],
    },
    [`DELETE ${path}/:name`]: {
      id: `revoke${named}`,
      tag,
      summary: `Revokes the ${one}, at once and for good. Its name stays taken.`,
      answers: { 204: done },
      problems: ['caller-not-changeable'],
    },
    [`POST ${path}/:name/rotate`]: {
      id: `rotate${named}`,
      tag,
      summary: 'Makes a new secret, with the present one good beside it for a while.',
      body: { types: json, schema: Rotation, example: { overlapSeconds: 86400 }, optional: true },
      answers: { 200: { description: 'The new secret, shown once', schema: answer } },
      problems: ['caller-not-changeable', 'rotation-under-way', 'body-too-large', 'impossible'],
    },
    [`POST ${path}/:name/retire`]: {
      id: `retire${named}`,
      tag,
      summary: 'Ends the overlap of a rotation now.',
      answers: { 200: { description: 'Ended', schema: answer } },
      problems: ['caller-not-changeable'],
    },
  }
}

export const operations: Readonly<Record<string, Operation>> = {
  ...administration('application'),
  ...administration('account'),
  [`GET ${client}`]: {
    id: 'getClient',
    tag: 'Clients',
    summary: 'Reads a client by ID.',
    description:
      'Desired over observed: accepted values show at once. Needs `client.read` with the client among those that the ' +
      'caller owns or in their product scope, or `client.read.all`.',
    query: z.strictObject({ include: include.describe('`secret`: with the client secret, by `client.secret.read`') }),
    headers: ['If-None-Match'],
    answers: {
      200: wholeClient('The whole client', ['ETag', 'Nexus-Sync', 'Nexus-Warning', 'Nexus-Observed-At']),
      304: { description: 'The caller has it already', headers: ['ETag'] },
    },
  },
  [`PATCH ${client}`]: {
    id: 'updateClient',
    tag: 'Clients',
    summary: 'Updates an auth client by ID.',
    description:
      'A client can only be updated if (1) the caller has `client.write`, and their user id, or at least one role that ' +
      'they are a member of, is listed on the `owners` attribute of the client; or (2) the caller has `client.write`, and ' +
      "the client is in the caller's product scope; or (3) the caller has `client.write.all`.\n\n" +
      'Without `client.write.all`, a change may not leave the caller without access to the client, and a caller whose only ' +
      'right is the product scope may neither name a product outside it nor clear it (422). A change of `owners` or ' +
      "`productName` is decided on a reading of Auth0 that began after the request, where the caller's right rests on an " +
      'observed value that Nexus does not own; where Auth0 cannot be read it is a 503, and nothing is stored.\n\n' +
      'With an `Idempotency-Key`, a 403 says in `Nexus-Change` and in `change` what became of a change that an earlier ' +
      'request with the key has made.\n\n' +
      'Every field may be absent or null, and null means "leave as it is", except in `application/merge-patch+json`, ' +
      'where it clears the field. `[]` and `""` empty a field.',
    query: z.strictObject({
      dryRun: z.enum(['true', 'false']).optional().describe('`true`: nothing is done; `preview` tells what would be'),
      include: include.describe('`secret`: with the client secret, by `client.secret.read`'),
    }),
    headers: ['If-Match', 'Idempotency-Key', 'Prefer'],
    body: {
      types: acceptedTypes,
      schema: PatchBody.meta({ id: 'ClientPatch' }),
      example: { callbackUrls: ['https://invoices.example.com/callback'], productName: 'Billing' },
    },
    answers: acceptedChange,
    problems: [
      'idempotency-key-in-flight',
      'idempotency-key-reused',
      'managed-by-terraform',
      'change-withdrawn',
      'precondition-failed',
      'body-too-large',
      'unsupported-media-type',
      'impossible',
    ],
  },
  [`GET ${tenant}/clients`]: {
    id: 'listClients',
    tag: 'Clients',
    summary: 'Lists the clients that the caller may read, page by page.',
    query: ListQuery,
    answers: { 200: { description: 'A page of clients', schema: clients.ClientPage } },
  },
  [`PATCH ${tenant}/clients`]: {
    id: 'updateClients',
    tag: 'Clients',
    summary: 'Updates many clients, each as a PATCH of its own.',
    description:
      'A list of more than ten changes of which the caller may make none is refused as a whole: 403, or 404 where none of ' +
      'the clients is there. Of clients that the caller may not read by the time of the answer, elements tell only what ' +
      'became of the change.',
    headers: ['Idempotency-Key', 'Prefer'],
    body: {
      types: acceptedTypes,
      schema: z
        .array(z.strictObject({ id: z.string().min(1).max(255), patch: PatchBody }))
        .min(1)
        .max(1000),
      example: [{ id: exampleId, patch: { productName: 'Billing' } }],
    },
    answers: {
      200: { description: 'Everything is settled', schema: changes.Operation, headers: ['Nexus-Replayed'] },
      202: {
        description: 'Not everything is settled within the wait',
        schema: changes.Operation,
        headers: ['Location', 'Retry-After', 'Nexus-Replayed'],
      },
    },
    problems: [
      'idempotency-key-in-flight',
      'idempotency-key-reused',
      'body-too-large',
      'unsupported-media-type',
      'impossible',
    ],
  },
  [`GET ${tenant}/operations/:operationId`]: {
    id: 'getOperation',
    tag: 'Changes',
    summary: 'Shows how far a list of changes is.',
    answers: { 200: { description: 'The operation', schema: changes.Operation, headers: ['Retry-After'] } },
  },
  [`GET ${client}/sync`]: {
    id: 'getClientSync',
    tag: 'Clients',
    summary: 'Shows what is wanted and what Auth0 has, side by side.',
    answers: { 200: { description: 'Desired, observed, drift and conditions', schema: sync.Sync } },
  },
  [`POST ${client}/sync`]: {
    id: 'actOnClientSync',
    tag: 'Clients',
    summary: "Tries again now, puts Nexus' values back, or takes the outside values over.",
    headers: ['Idempotency-Key', 'Prefer'],
    body: {
      types: ['application/json'],
      schema: z.strictObject({ action: z.enum(['retry', 'revert', 'accept']) }),
      example: { action: 'revert' },
    },
    answers: acceptedChange,
    problems: [
      'idempotency-key-in-flight',
      'idempotency-key-reused',
      'managed-by-terraform',
      'change-withdrawn',
      'body-too-large',
      'unsupported-media-type',
      'impossible',
    ],
  },
  [`GET ${client}/changes`]: {
    id: 'listClientChanges',
    tag: 'Changes',
    summary: 'Lists who changed what, newest first.',
    query: z.strictObject({
      limit: z.int().min(1).max(100).default(20).describe('How many on a page'),
      cursor: z.string().optional().describe('`next` of the page before'),
    }),
    answers: { 200: { description: 'A page of changes', schema: changes.ChangePage } },
  },
  [`POST ${client}/pause`]: {
    id: 'pauseClient',
    tag: 'Clients',
    summary: 'Stops sending to Auth0 for one client. Changes are still accepted.',
    answers: { 204: done },
  },
  [`POST ${client}/resume`]: {
    id: 'resumeClient',
    tag: 'Clients',
    summary: 'Starts sending to Auth0 again for one client.',
    answers: { 204: done },
  },
  [`GET ${change}`]: {
    id: 'getChange',
    tag: 'Changes',
    summary: 'Shows what became of a change.',
    answers: { 200: { description: 'The change', schema: changes.Change, headers: ['Retry-After'] } },
  },
  [`DELETE ${change}`]: {
    id: 'withdrawChange',
    tag: 'Changes',
    summary: 'Takes a change back that still waits.',
    answers: { 204: done },
    problems: ['change-not-pending', 'change-under-way'],
  },
  [`PUT ${client}/terraform`]: {
    id: 'adoptClient',
    tag: 'Terraform',
    summary: 'Asks for adoption of a client into Terraform.',
    body: {
      types: ['application/json'],
      schema: z.strictObject({ state: z.string().optional() }),
      example: { state: 'main' },
      optional: true,
    },
    answers: {
      200: { description: 'It stands there already', schema: terraform.TerraformStanding },
      202: { description: 'Asked for: an apply makes it true', schema: terraform.TerraformStanding },
    },
    problems: ['not-adoptable', 'body-too-large'],
  },
  [`DELETE ${client}/terraform`]: {
    id: 'releaseClient',
    tag: 'Terraform',
    summary: 'Asks for the release of a client from Terraform, without destroying it.',
    answers: {
      200: { description: 'It stands in no state', schema: terraform.TerraformStanding },
      202: { description: 'Asked for: an apply makes it true', schema: terraform.TerraformStanding },
    },
    problems: ['not-adoptable'],
  },
  [`GET ${tenant}/terraform/snapshot`]: {
    id: 'getTerraformSnapshot',
    tag: 'Terraform',
    summary: 'What the stacks are synthesised from.',
    description:
      'With `fresh=true` it is made from a scan that began after the question, for which all clients are listed; 202 while ' +
      'that scan is under way: ask again after `Retry-After`. One scan serves all who ask within 30 s.',
    query: SnapshotQuery,
    answers: {
      200: { description: 'The snapshot', schema: terraform.TerraformSnapshot },
      202: { description: 'The scan is not over', schema: terraform.ScanWaiting, headers: ['Retry-After'] },
    },
  },
  [`GET ${states}`]: {
    id: 'listStates',
    tag: 'Terraform',
    summary: 'Lists the Terraform states of a tenant.',
    answers: { 200: { description: 'The states, without their texts', schema: terraform.StateList } },
  },
  [`GET ${state}/versions`]: {
    id: 'listStateVersions',
    tag: 'Terraform',
    summary: 'Lists the versions of a state.',
    answers: { 200: { description: 'The versions, newest first', schema: terraform.StateVersionList } },
  },
  [`GET ${state}/versions/:version`]: {
    id: 'readStateVersion',
    tag: 'Terraform',
    summary: 'Reads one version of a state. It holds secrets.',
    answers: { 200: { description: 'The state', schema: terraform.TerraformState, headers: ['Content-MD5'] } },
    problems: ['state-unreadable', 'states-not-kept'],
  },
  [`POST ${state}/restore`]: {
    id: 'restoreState',
    tag: 'Terraform',
    summary: 'Makes an old version current again, as a new one.',
    body: {
      types: ['application/json'],
      schema: z.strictObject({ version: z.int().positive() }),
      example: { version: 3 },
    },
    answers: { 200: { description: 'The new version', schema: terraform.StateRestored } },
    problems: ['state-conflict', 'state-locked', 'body-too-large', 'impossible', 'state-unreadable', 'states-not-kept'],
  },
  'GET /v1/tenants': {
    id: 'listTenants',
    tag: 'Tenants',
    summary: 'Lists the tenants on which the caller may do anything, with their health.',
    answers: { 200: { description: 'The tenants', schema: tenants.TenantList } },
  },
  [`GET ${tenant}`]: {
    id: 'getTenant',
    tag: 'Tenants',
    summary: "Shows a tenant's health.",
    answers: { 200: { description: 'The tenant', schema: tenants.Tenant } },
  },
  [`GET ${tenant}/plan`]: {
    id: 'getTenantPlan',
    tag: 'Tenants',
    summary: 'Shows what would be sent to Auth0 now.',
    description: 'It tells of every client, so it needs `client.read.all` or `client.write.all`.',
    answers: { 200: { description: 'Clients with something to send', schema: tenants.TenantDifferences } },
  },
  [`GET ${tenant}/drift`]: {
    id: 'getTenantDrift',
    tag: 'Tenants',
    summary: 'Shows what was changed in Auth0 outside Nexus.',
    description: 'It tells of every client, so it needs `client.read.all` or `client.write.all`.',
    answers: { 200: { description: 'Clients with a drifted field', schema: tenants.TenantDifferences } },
  },
  [`POST ${tenant}/pause`]: {
    id: 'pauseTenant',
    tag: 'Tenants',
    summary: 'Stops sending to a tenant. Changes are still accepted.',
    answers: { 204: done },
  },
  [`POST ${tenant}/resume`]: {
    id: 'resumeTenant',
    tag: 'Tenants',
    summary: 'Starts sending to a tenant again.',
    answers: { 204: done },
  },
  [`GET ${tenant}/audit`]: {
    id: 'listAudit',
    tag: 'Administration',
    summary: 'Lists who was let do what, and who was not, newest first. Needs `tenant.admin`.',
    query: z.strictObject({
      since: z.iso.datetime({ offset: true }).optional().describe('From then on'),
      until: z.iso.datetime({ offset: true }).optional().describe('Before then'),
      actor: z.string().min(1).optional().describe('A user id, or the name of a service account or of a policy'),
      action: z.enum(auditActionNames).optional().describe('What was decided about'),
      outcome: z.enum(auditOutcomes).optional().describe('How it was decided'),
      target: z.string().min(1).optional().describe('A client id, the name of a state, the id of a change'),
      limit: z.int().min(1).max(1000).default(100).describe('How many on a page'),
      cursor: z.string().optional().describe('`next` of the page before'),
    }),
    answers: { 200: { description: 'A page of records', schema: tenants.AuditPage } },
  },
  'GET /openapi.json': {
    id: 'getOpenApi',
    tag: 'Probes',
    summary: 'This document.',
    open: true,
    answers: { 200: { description: 'The document', schema: z.looseObject({}) } },
  },
  'GET /docs': {
    id: 'getDocs',
    tag: 'Probes',
    summary: 'A page to read this document in, and to try it.',
    open: true,
    answers: { 200: { description: 'The page', schema: z.string(), type: 'text/html' } },
  },
  'GET /docs/:asset': {
    id: 'getDocsAsset',
    tag: 'Probes',
    summary: 'What that page is made of.',
    open: true,
    answers: {
      200: { description: 'A script or a style', schema: z.string(), type: 'text/javascript' },
    },
    problems: ['not-found'],
  },
  'GET /problems/:code': {
    id: 'getProblem',
    tag: 'Probes',
    summary: 'What a problem is, and what to do about it: the address that `type` names.',
    open: true,
    answers: { 200: { description: 'A page about it', schema: z.string(), type: 'text/html' } },
    problems: ['not-found'],
  },
  'GET /healthz': {
    id: 'getHealth',
    tag: 'Probes',
    summary: 'The process answers.',
    open: true,
    answers: { 200: { description: 'It does', schema: probes.Ok } },
  },
  'GET /metrics': {
    id: 'getMetrics',
    tag: 'Probes',
    summary: 'What the process has counted, for Prometheus.',
    description: 'Nothing is here for who comes through a proxy, or where metrics have a port of their own.',
    open: true,
    answers: { 200: { description: "Prometheus' text format", type: 'text/plain' } },
    problems: ['not-found'],
  },
  'GET /readyz': {
    id: 'getReadiness',
    tag: 'Probes',
    summary: 'The process can take requests.',
    open: true,
    answers: { 200: { description: 'It can', schema: probes.Readiness } },
    problems: ['unavailable'],
  },
}
