import { z } from 'zod'
import { keptName } from '../../domain/texts/kept.ts'
import { Change, changeAnswers, ChangePage, Operation } from './answers.ts'
import { outcomeOfKey } from './outcome-of-key.ts'
import { ChangesQuery, listChanges } from './list-changes.ts'
import { PatchBody } from '../patches/patch-body.ts'
import { patchClient, PatchQuery } from './patch-client.ts'
import { patchClients } from './patch-clients.ts'
import { readChange } from './read-change.ts'
import { readOperation } from './read-operation.ts'
import { withdrawChange } from './withdraw-change.ts'
import { exampleId } from '../clients/client-schema.ts'
import { acceptedTypes } from '../http/media-type.ts'
import { clientPath, tenantPath } from '../routing/paths.ts'
import { clientPermission } from '../routing/requirement.ts'
import { route } from '../routing/route.ts'

export const changeRoutes = [
  route({
    method: 'PATCH',
    path: clientPath,
    requires: clientPermission('write'),
    action: 'client.patch',
    refinedTo: ['client.preview'],
    handler: patchClient,
    refused: outcomeOfKey,
    document: {
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
      query: PatchQuery,
      headers: ['If-Match', 'Idempotency-Key', 'Prefer'],
      body: {
        types: acceptedTypes,
        schema: PatchBody.meta({ id: 'ClientPatch' }),
        example: { applicationName: 'Invoices for customers' },
      },
      // A patch that is no change is answered as a read is.
      answers: changeAnswers(['Nexus-Dry-Run', 'Nexus-Observed-At']),
      problems: ['managed-by-terraform', 'change-withdrawn', 'unsupported-media-type', 'impossible'],
    },
  }),
  route({
    method: 'PATCH',
    path: `${tenantPath}/clients`,
    requires: clientPermission('write'),
    action: 'client.patch-list',
    handler: patchClients,
    refused: outcomeOfKey,
    document: {
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
          .array(z.strictObject({ id: keptName('label'), patch: PatchBody }))
          .min(1)
          .max(1000),
        example: [{ id: exampleId, patch: { productName: 'Billing' } }],
      },
      answers: {
        200: {
          description: 'Everything is settled',
          schema: Operation,
          headers: ['Location', 'Nexus-Replayed', 'Preference-Applied'],
        },
        202: {
          description: 'Not everything is settled within the wait',
          schema: Operation,
          headers: ['Location', 'Retry-After', 'Nexus-Replayed', 'Preference-Applied'],
        },
      },
      problems: ['unsupported-media-type', 'impossible'],
    },
  }),
  route({
    method: 'GET',
    path: `${tenantPath}/operations/:operationId`,
    requires: clientPermission('read'),
    action: 'change.read',
    handler: readOperation,
    document: {
      id: 'getOperation',
      tag: 'Changes',
      summary: 'Shows how far a list of changes is.',
      answers: { 200: { description: 'The operation', schema: Operation, headers: ['Retry-After'] } },
    },
  }),
  route({
    method: 'GET',
    path: `${clientPath}/changes`,
    requires: clientPermission('read'),
    action: 'change.read',
    handler: listChanges,
    document: {
      id: 'listClientChanges',
      tag: 'Changes',
      summary: 'Lists who changed what, newest first.',
      query: ChangesQuery,
      answers: { 200: { description: 'A page of changes', schema: ChangePage } },
    },
  }),
  route({
    method: 'GET',
    path: `${tenantPath}/changes/:changeId`,
    requires: clientPermission('read'),
    action: 'change.read',
    handler: readChange,
    document: {
      id: 'getChange',
      tag: 'Changes',
      summary: 'Shows what became of a change.',
      answers: { 200: { description: 'The change', schema: Change, headers: ['Retry-After'] } },
    },
  }),
  route({
    method: 'DELETE',
    path: `${tenantPath}/changes/:changeId`,
    requires: clientPermission('write'),
    action: 'change.withdraw',
    handler: withdrawChange,
    document: {
      id: 'withdrawChange',
      tag: 'Changes',
      summary: 'Takes a change back that still waits.',
      answers: { 204: { description: 'Done' } },
      problems: ['change-not-pending', 'change-under-way'],
    },
  }),
]
