import { clientPath, tenantPath } from '../routing/paths.ts'
import { anyPermissionOf, clientPermission } from '../routing/requirement.ts'
import { route } from '../routing/route.ts'
import { ClientPage, wholeClient } from './answers.ts'
import { listClients, ListQuery } from './list-clients.ts'
import { pauseClient } from './pause-client.ts'
import { ClientQuery, readClient } from './read-client.ts'

export const clientRoutes = [
  route({
    method: 'GET',
    path: clientPath,
    requires: clientPermission('read'),
    action: 'client.read',
    refinedTo: ['client.secret.read'],
    handler: readClient,
    document: {
      id: 'getClient',
      tag: 'Clients',
      summary: 'Reads a client by ID.',
      description: 'Desired over observed: accepted values show at once.',
      query: ClientQuery,
      headers: ['If-None-Match'],
      answers: {
        200: wholeClient('The whole client', ['ETag', 'Nexus-Sync', 'Nexus-Warning', 'Nexus-Observed-At']),
        304: { description: 'The caller has it already', headers: ['ETag'] },
      },
    },
  }),
  route({
    method: 'GET',
    path: `${tenantPath}/clients`,
    requires: clientPermission('read'),
    action: 'client.read',
    handler: listClients,
    document: {
      id: 'listClients',
      tag: 'Clients',
      summary: 'Lists the clients that the caller may read, page by page.',
      query: ListQuery,
      answers: { 200: { description: 'A page of clients', schema: ClientPage } },
    },
  }),
  route({
    method: 'POST',
    path: `${clientPath}/pause`,
    requires: anyPermissionOf('tenant.admin'),
    action: 'pause',
    handler: pauseClient(true),
    document: {
      id: 'pauseClient',
      tag: 'Clients',
      summary: 'Stops sending to Auth0 for one client. Changes are still accepted.',
      answers: { 204: { description: 'Done' } },
    },
  }),
  route({
    method: 'POST',
    path: `${clientPath}/resume`,
    requires: anyPermissionOf('tenant.admin'),
    action: 'resume',
    handler: pauseClient(false),
    document: {
      id: 'resumeClient',
      tag: 'Clients',
      summary: 'Starts sending to Auth0 again for one client.',
      answers: { 204: { description: 'Done' } },
    },
  }),
]
