import { refusal, Refused } from '../http/answer.ts'
import { addCredential, deleteCredential, getCredential, updateCredential } from './credentials.ts'
import { answeredId, newSecret } from './ids.ts'
import { listClients } from './list.ts'
import { isObject, type JsonObject } from '../json.ts'
import type { Call, Route } from '../http/route.ts'
import type { SecurityMode } from './defaults.ts'
import type { Store, StoredClient } from './store.ts'
import { selection, view, type Viewer } from './view.ts'
import { createClient, updateClient } from './write.ts'

const readScopes = ['read:clients', 'read:client_keys', 'read:client_credentials', 'read:client_summary']

/** Documented: "cannot be used with clients configured with Private Key JWT"; the wording of the refusal is a guess. */
const rotate = (store: Store, id: string): StoredClient => {
  const present = store.get(id)
  const methods = present['client_authentication_methods']
  if (isObject(methods) && methods['private_key_jwt'] !== undefined)
    throw new Refused(refusal(400, 'The secret of a client with private_key_jwt cannot be rotated', 'invalid_body'))
  const client = { ...present, client_secret: newSecret() }
  store.put(client)
  return client
}

const id = ({ params }: Call): string => params['id'] ?? ''
const credentialId = ({ params }: Call): string => params['credential'] ?? ''

// Members that ask for a scope of their own (documented).
const writeScopes: Record<'create' | 'update', Record<string, string>> = {
  create: { client_authentication_methods: 'create:client_credentials' },
  update: { client_authentication_methods: 'update:client_credentials', client_secret: 'update:client_keys' },
}

/** Throws a 403 where the token may not write one of the members. */
const checkScopes = (operation: 'create' | 'update', { body, scopes }: Call): void => {
  for (const [member, scope] of Object.entries(writeScopes[operation]))
    if (body[member] !== undefined && !scopes.has(scope))
      throw new Refused(refusal(403, `Insufficient scope, expected any of: ${scope}`, 'insufficient_scope'))
}

export type ClientRules = {
  /** What is written of a PATCH that was accepted. */
  bend: (sent: JsonObject) => JsonObject
  /** The rules for third parties that a POST does not name itself. */
  thirdParties: SecurityMode
}

/** `/api/v2/clients` and everything below it. */
export const clientRoutes = (store: Store, viewer: Viewer, { bend, thirdParties }: ClientRules): Route[] => {
  const shown = (client: StoredClient, occasion: 'created' | 'changed' | 'read', call: Call): JsonObject =>
    view(viewer, client, occasion, call.scopes)
  const base = '/api/v2/clients'
  return [
    {
      method: 'GET',
      path: base,
      scopes: readScopes,
      readsClients: true,
      handle: (call) => listClients(store, viewer, call),
    },
    {
      method: 'POST',
      path: base,
      scopes: ['create:clients'],
      writes: (_call, answer) => answeredId(answer),
      handle: (call) => {
        checkScopes('create', call)
        return { status: 201, body: shown(createClient(store, call.body, thirdParties), 'created', call) }
      },
    },
    {
      method: 'GET',
      path: `${base}/{id}`,
      scopes: readScopes,
      readsClients: true,
      handle: (call) => ({
        status: 200,
        body: selection(call.query, call.scopes)(shown(store.get(id(call)), 'read', call)),
      }),
    },
    {
      method: 'PATCH',
      path: `${base}/{id}`,
      scopes: ['update:clients', 'update:client_keys', 'update:client_credentials'],
      writes: id,
      handle: (call) => {
        checkScopes('update', call)
        return { status: 200, body: shown(updateClient(store, id(call), call.body, bend), 'changed', call) }
      },
    },
    {
      method: 'DELETE',
      path: `${base}/{id}`,
      scopes: ['delete:clients'],
      writes: id,
      // 204 whether it was there or not: the API documents no 404 here.
      handle: (call) => {
        store.delete(id(call))
        return { status: 204 }
      },
    },
    {
      method: 'POST',
      path: `${base}/{id}/rotate-secret`,
      scopes: ['update:client_keys'],
      writes: id,
      handle: (call) => ({ status: 200, body: shown(rotate(store, id(call)), 'changed', call) }),
    },
    {
      method: 'GET',
      path: `${base}/{id}/connections`,
      scopes: ['read:connections'],
      // Those enabled for the client: this tenant has none.
      handle: (call) => {
        store.get(id(call))
        return { status: 200, body: { connections: [] } }
      },
    },
    {
      method: 'GET',
      path: `${base}/{id}/credentials`,
      scopes: ['read:client_credentials'],
      // A plain array, also with include_totals (recorded).
      handle: (call) => ({ status: 200, body: store.credentials(store.get(id(call)).client_id) }),
    },
    {
      method: 'POST',
      path: `${base}/{id}/credentials`,
      scopes: ['create:client_credentials'],
      handle: (call) => ({ status: 201, body: addCredential(store, store.get(id(call)).client_id, call.body) }),
    },
    {
      method: 'GET',
      path: `${base}/{id}/credentials/{credential}`,
      scopes: ['read:client_credentials'],
      handle: (call) => ({ status: 200, body: getCredential(store, id(call), credentialId(call)) }),
    },
    {
      method: 'PATCH',
      path: `${base}/{id}/credentials/{credential}`,
      scopes: ['update:client_credentials'],
      handle: (call) => ({ status: 200, body: updateCredential(store, id(call), credentialId(call), call.body) }),
    },
    {
      method: 'DELETE',
      path: `${base}/{id}/credentials/{credential}`,
      scopes: ['delete:client_credentials'],
      handle: (call) => {
        deleteCredential(store, id(call), credentialId(call))
        return { status: 204 }
      },
    },
  ]
}
