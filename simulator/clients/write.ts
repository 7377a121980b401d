import { addCredential, withCredentialIds } from './credentials.ts'
import { defaultsFor, securityModeOf, type SecurityMode } from './defaults.ts'
import { newClientId, newSecret } from './ids.ts'
import { isObject, withoutNulls, type Json, type JsonObject } from '../json.ts'
import { members } from './members.ts'
import { payloads } from './payloads.ts'
import { checkRules } from './rules.ts'
import { check } from './schema.ts'
import type { Store, StoredClient } from './store.ts'

const isEmptied = (name: string, value: Json): boolean =>
  value === null || (value === '' && members[name]?.emptyRemoves === true)

/** The value that a member has after `sent` was written over `present`. */
const written = (name: string, present: Json | undefined, sent: Json): Json => {
  const member = members[name]
  if (!isObject(sent)) return withoutNulls(sent)
  const base = member?.replaced !== true && isObject(present) ? present : {}
  const value = withoutNulls({ ...base, ...sent })
  return isObject(value) && member?.fill !== undefined ? member.fill(value) : value
}

const logoutNames = ['oidc_logout', 'oidc_backchannel_logout']

/** The two names of one setting follow each other: recorded for the logout, and false for both cross-origin names. */
const mirrored = (sent: JsonObject, client: JsonObject): JsonObject => {
  const next = { ...client }
  const logout = logoutNames.find((name) => sent[name] !== undefined)
  if (logout !== undefined && sent[logout] === null) for (const name of logoutNames) delete next[name]
  else if (logout !== undefined) {
    const urls = isObject(next[logout]) ? next[logout]['backchannel_logout_urls'] : undefined
    if (urls !== undefined && logout === 'oidc_logout')
      next['oidc_backchannel_logout'] = { backchannel_logout_urls: urls }
    if (urls !== undefined && logout === 'oidc_backchannel_logout')
      next['oidc_logout'] = {
        ...(isObject(next['oidc_logout']) ? next['oidc_logout'] : {}),
        backchannel_logout_urls: urls,
      }
  }
  const crossOrigin = sent['cross_origin_authentication'] ?? sent['cross_origin_auth']
  if (typeof crossOrigin === 'boolean' && next['global'] !== true)
    Object.assign(next, { cross_origin_authentication: crossOrigin, cross_origin_auth: crossOrigin })
  return next
}

const apply = (present: JsonObject, sent: JsonObject): JsonObject => {
  const next = { ...present }
  for (const [name, value] of Object.entries(sent)) {
    if (isEmptied(name, value)) delete next[name]
    else next[name] = written(name, present[name], value)
  }
  return mirrored(sent, next)
}

/** POST: checks the payload, fills the defaults, stores the client. Throws the refusal of a wrong payload. */
export const createClient = (store: Store, sent: JsonObject, thirdParties: SecurityMode): StoredClient => {
  check(sent, payloads.create)
  const mode = securityModeOf(sent, thirdParties)
  const id = newClientId(mode === 'strict' ? 'strict' : 'ordinary')
  // Defaults are replaced, not merged into: {alg} on POST leaves no lifetime (recorded).
  const defaults = defaultsFor(sent, mode)
  const beneath = Object.fromEntries(Object.entries(defaults).filter(([name]) => sent[name] === undefined))
  checkRules({ sent, before: {}, after: apply(beneath, sent) })
  // A POST holds whole credentials: they are created, and the client keeps their ids.
  const kept = withCredentialIds(sent, (credential) => addCredential(store, id, credential).id)
  const client = { ...apply(beneath, kept), client_id: id, client_secret: newSecret() }
  store.put(client)
  return client
}

/**
 * PATCH: checks the payload and writes its members. Throws the refusal of a wrong payload or an unknown client.
 * `bend` changes what is written, not what is checked: for the faults "accepted but normalised" and "accepted but ignored".
 */
export const updateClient = (
  store: Store,
  id: string,
  sent: JsonObject,
  bend: (sent: JsonObject) => JsonObject = (same) => same,
): StoredClient => {
  const present = store.get(id)
  check(sent, payloads.update)
  const client = { ...apply(present, bend(sent)), client_id: id }
  checkRules({ sent, before: present, after: client })
  store.put(client)
  return client
}
