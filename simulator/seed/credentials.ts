import { randomUUID } from 'node:crypto'
import { addCredential, withCredentialIds } from '../clients/credentials.ts'
import type { Store, StoredClient } from '../clients/store.ts'
import type { JsonObject } from '../json.ts'

// Which kind of credential an authentication method has; all others are keys.
const kinds: Record<string, string> = {
  tls_client_auth: 'cert_subject_dn',
  self_signed_tls_client_auth: 'x509_cert',
}

/** One credential of an export, which shows its id or its name and never its key; a file written by hand can hold the key. */
const seedCredential = (store: Store, clientId: string, kind: string, given: JsonObject): string => {
  const now = new Date().toISOString()
  const { pem, ...shown } = given
  const whole = { credential_type: kind, ...given }
  if (typeof pem === 'string' && given['id'] === undefined) return addCredential(store, clientId, whole).id
  const id = typeof given['id'] === 'string' ? given['id'] : `cred_${randomUUID().replaceAll('-', '').slice(0, 22)}`
  const credential = { credential_type: kind, created_at: now, updated_at: now, ...shown, id }
  const others = store.credentials(clientId).filter((one) => one.id !== id)
  store.setCredentials(clientId, [credential, ...others])
  return id
}

/** Puts the credentials there that a seeded client names; the client keeps their ids. */
export const seedCredentials = (store: Store, client: StoredClient): StoredClient =>
  withCredentialIds(client, (credential, holder) =>
    seedCredential(store, client.client_id, kinds[holder] ?? 'public_key', credential),
  )
