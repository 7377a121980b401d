import type { Caller } from '../../domain/vocabulary.ts'
import { exampleId } from '../clients/client-schema.ts'
import { clientPath } from '../routing/paths.ts'
import { anyPermissionOf, clientPermission } from '../routing/requirement.ts'
import { route } from '../routing/route.ts'
import { accessOf } from './access-view.ts'
import { ClientAccess } from './answers.ts'
import { AccessShown, examineAccess } from './examine-access.ts'
import { AccessQuery, readAccess } from './read-access.ts'

const path = `${clientPath}/access` as const

const billing = { owners: ['billing-admins'], productName: 'Billing' }
const ann: Caller = {
  kind: 'user',
  id: 'auth0|ann',
  application: 'developer-portal',
  tenants: ['acme'],
  permissions: new Set(['client.write']),
  roles: ['billing-admins'],
  products: [],
  terraformStates: '*',
}

const answers = {
  200: {
    description: 'Who may do what, rule by rule',
    schema: ClientAccess,
    example: {
      client: exampleId,
      observedAt: '2027-01-31T12:00:00.000Z',
      access: [
        accessOf(
          'acme',
          { confirmed: billing, desired: billing, shown: billing },
          { caller: ann, kind: 'user', keptOut: null },
        ),
      ],
    },
  },
}

export const accessRoutes = [
  route({
    method: 'GET',
    path,
    requires: clientPermission('read'),
    action: 'client.read',
    handler: readAccess,
    document: {
      id: 'getClientAccess',
      tag: 'Clients',
      summary: 'Shows what the caller may do with a client, and why, rule by rule.',
      description:
        'It is answered to whoever has a permission that could reach a client, also where this one lets them do nothing. With ' +
        '`of=registered` it tells of each application and service account within the tenants of an administrator ' +
        '(`tenant.admin`) who may read the client.',
      query: AccessQuery,
      answers,
    },
  }),
  route({
    method: 'POST',
    path,
    requires: anyPermissionOf('tenant.admin'),
    action: 'access.examine',
    handler: examineAccess,
    document: {
      id: 'examineClientAccess',
      tag: 'Clients',
      summary: 'Shows what somebody may do with a client, of whom claims or a token are shown.',
      description:
        'The administrator has to be let in to read the client. A token is verified as one of a caller is, and `keptOut` says ' +
        'what is wrong with it; claims are taken as they are, with `iss` as those of that issuer. Neither is kept or logged.',
      body: {
        types: ['application/json'],
        schema: AccessShown,
        example: { claims: { sub: 'auth0|ann', permissions: ['client.write'] }, application: 'developer-portal' },
      },
      answers,
      problems: ['impossible'],
    },
  }),
]
