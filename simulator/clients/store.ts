import type { KeyObject } from 'node:crypto'
import { noSuchClient } from '../http/answer.ts'
import type { JsonObject } from '../json.ts'

/** A credential of a client; the key itself is never answered. */
export type Credential = JsonObject & { id: string }

/** A client as the tenant keeps it: every member that an answer shows except those that views add (tenant, signing_keys). */
export type StoredClient = JsonObject & { client_id: string }

/** The tenant's clients, in the order of their creation, in memory. */
export class Store {
  readonly #clients = new Map<string, StoredClient>()
  readonly #credentials = new Map<string, Credential[]>()
  readonly #keys = new Map<string, KeyObject>()

  /** In the order Auth0 lists them: as created, "All Applications" last (recorded). */
  all(): StoredClient[] {
    const every = [...this.#clients.values()]
    return [
      ...every.filter((client) => client['global'] !== true),
      ...every.filter((client) => client['global'] === true),
    ]
  }

  find(id: string): StoredClient | undefined {
    return this.#clients.get(id)
  }

  get(id: string): StoredClient {
    const found = this.#clients.get(id)
    if (found === undefined) throw noSuchClient()
    return found
  }

  put(client: StoredClient): void {
    this.#clients.set(client.client_id, client)
  }

  delete(id: string): void {
    this.#clients.delete(id)
    this.#credentials.delete(id)
  }

  /** Newest first (recorded, twice). */
  credentials(clientId: string): Credential[] {
    return this.#credentials.get(clientId) ?? []
  }

  /** The public key of a credential; none where it was seeded, as the API never answers keys. */
  key(credentialId: string): KeyObject | undefined {
    return this.#keys.get(credentialId)
  }

  setKey(credentialId: string, key: KeyObject): void {
    this.#keys.set(credentialId, key)
  }

  setCredentials(clientId: string, credentials: Credential[]): void {
    this.#credentials.set(clientId, credentials)
  }
}
