import { callerChange, newCaller, Rotation } from '../../domain/access/caller-requests.ts'
import type { RegisteredKind } from '../../domain/access/registered.ts'
import { administrator, credentials } from '../routing/requirement.ts'
import { route } from '../routing/route.ts'
import { whoAmI, WhoAmI } from './who-am-i.ts'
import { Account, AccountList, Application, ApplicationList } from './answers.ts'
import {
  callersPath,
  changeCaller,
  createCaller,
  listCallers,
  readCaller,
  retireSecret,
  revokeCaller,
  rotateSecret,
  words,
} from './callers.ts'

const kinds = {
  application: {
    name: 'Application',
    audited: 'token',
    answer: Application,
    list: ApplicationList,
    example: { name: 'developer-portal', tenants: ['acme'], permissions: ['client.read', 'client.write'] },
  },
  account: {
    name: 'Account',
    audited: 'account',
    answer: Account,
    list: AccountList,
    example: { name: 'deployment', tenants: ['acme'], permissions: ['client.write'], roles: ['billing-admins'] },
  },
} as const

/** What an administrator can do with callers of one kind. */
const administrationOf = (kind: RegisteredKind) => {
  const { name, audited, answer, list, example } = kinds[kind]
  const { one } = words[kind]
  const all = callersPath[kind]
  const single = `${all}/:name` as const
  const { name: _name, ...change } = example
  const types = ['application/json']
  return [
    route({
      method: 'GET',
      path: all,
      requires: administrator,
      action: `${audited}.read`,
      handler: listCallers(kind),
      document: {
        id: `list${name}s`,
        tag: 'Administration',
        summary: `Lists the ${one}s within the caller's tenants.`,
        answers: { 200: { description: 'Those of the database and of the configuration', schema: list } },
      },
    }),
    route({
      method: 'POST',
      path: all,
      requires: administrator,
      action: `${audited}.create`,
      handler: createCaller(kind),
      document: {
        id: `create${name}`,
        tag: 'Administration',
        summary: `Makes a new ${one}. Its secret stands in this answer, and never again.`,
        body: { types, schema: newCaller[kind], example },
        answers: { 201: { description: 'Made', schema: answer, headers: ['Location'] } },
        problems: ['name-taken', 'impossible'],
      },
    }),
    route({
      method: 'GET',
      path: single,
      requires: administrator,
      action: `${audited}.read`,
      handler: readCaller(kind),
      document: {
        id: `get${name}`,
        tag: 'Administration',
        summary: `Shows one ${one}.`,
        answers: { 200: { description: 'All but its secrets', schema: answer } },
      },
    }),
    route({
      method: 'PATCH',
      path: single,
      requires: administrator,
      action: `${audited}.change`,
      handler: changeCaller(kind),
      document: {
        id: `update${name}`,
        tag: 'Administration',
        summary: `Changes what the ${one} is good for, until when, and whether it is disabled.`,
        body: { types, schema: callerChange[kind], example: change },
        answers: { 200: { description: 'Changed', schema: answer } },
        problems: ['caller-not-changeable', 'impossible'],
      },
    }),
    route({
      method: 'DELETE',
      path: single,
      requires: administrator,
      action: `${audited}.revoke`,
      handler: revokeCaller(kind),
      document: {
        id: `revoke${name}`,
        tag: 'Administration',
        summary: `Revokes the ${one}, at once and for good. Its name stays taken.`,
        answers: { 204: { description: 'Done' } },
        problems: ['caller-not-changeable'],
      },
    }),
    route({
      method: 'POST',
      path: `${single}/rotate`,
      requires: administrator,
      action: `${audited}.rotate`,
      handler: rotateSecret(kind),
      document: {
        id: `rotate${name}`,
        tag: 'Administration',
        summary: 'Makes a new secret, with the present one good beside it for a while.',
        body: { types, schema: Rotation, example: { overlapSeconds: 86400 }, optional: true },
        answers: { 200: { description: 'The new secret, shown once', schema: answer } },
        problems: ['caller-not-changeable', 'rotation-under-way', 'impossible'],
      },
    }),
    route({
      method: 'POST',
      path: `${single}/retire`,
      requires: administrator,
      action: `${audited}.retire`,
      handler: retireSecret(kind),
      document: {
        id: `retire${name}`,
        tag: 'Administration',
        summary: 'Ends the overlap of a rotation now.',
        answers: { 200: { description: 'Ended', schema: answer } },
        problems: ['caller-not-changeable'],
      },
    }),
  ]
}

const whoAmIRoute = route({
  method: 'GET',
  path: '/v1/whoami',
  requires: credentials,
  action: 'tenant.read',
  handler: whoAmI,
  document: {
    id: 'whoAmI',
    tag: 'Administration',
    summary: 'Shows who the caller is, and what their credentials permit.',
    answers: { 200: { description: 'The caller', schema: WhoAmI } },
  },
})

/** `/v1/admin`: applications and service accounts; and what each caller may know of themselves. */
export const callerRoutes = [whoAmIRoute, ...administrationOf('application'), ...administrationOf('account')]
