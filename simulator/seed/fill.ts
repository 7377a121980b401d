import { defaultsFor, globalClient, securityModeOf } from '../clients/defaults.ts'
import { newClientId, newSecret } from '../clients/ids.ts'
import { sampleClients } from '../clients/samples.ts'
import type { Store, StoredClient } from '../clients/store.ts'
import { pick, type JsonObject } from '../json.ts'
import type { Credential } from '../tokens/application.ts'
import { seedCredentials } from './credentials.ts'

/** What a tenant holds when it starts. */
export type Content = {
  /** So many sample clients, the same in every run. */
  clients?: number
  /** Further clients, as the API answers them; what they lack gets the defaults. */
  seed?: readonly JsonObject[]
  /** Whether the tenant has "All Applications" and the credential's own application. Default true. */
  builtIn?: boolean
}

/** The application that demos and tests use. */
export const demoCredential: Credential = {
  clientId: 'nexusDemoManagementApplication00',
  clientSecret: 'nexus-demo-secret-for-the-simulated-tenant-only-0000000000000000',
}

// Views add these; a seed taken from an answer has them.
const addedByViews = new Set(['tenant', 'signing_keys', 'encrypted'])

/** A client with what a seed lacks of it. */
export const completed = (seed: JsonObject): StoredClient => {
  const id = typeof seed['client_id'] === 'string' ? seed['client_id'] : newClientId()
  const given = pick(seed, (name) => !addedByViews.has(name))
  // What the API once answered is whole: what it lacks, the client has not, except a secret that was hidden.
  const isWhole = seed['global'] === true || seed['jwt_configuration'] !== undefined
  const hasSecret = !isWhole || seed['client_authentication_methods'] !== undefined
  const derived = seed['global'] === true ? {} : { global: false, callback_url_template: false }
  const secret = hasSecret ? { client_secret: newSecret() } : {}
  return {
    ...(isWhole ? derived : defaultsFor(seed, securityModeOf(seed, 'permissive'))),
    ...secret,
    ...given,
    client_id: id,
  }
}

const ownClient = ({ clientId, clientSecret }: Credential): JsonObject => ({
  name: 'Nexus Management',
  app_type: 'non_interactive',
  grant_types: ['client_credentials'],
  token_endpoint_auth_method: 'client_secret_post',
  oidc_conformant: true,
  client_id: clientId,
  client_secret: clientSecret,
})

/** Fills a tenant: samples, what every tenant has, seeds. A seed takes the place of what stands there under its id. */
export const fill = (store: Store, content: Content, credential: Credential): void => {
  const { clients = 0, seed: seeds = [], builtIn = true } = content
  for (const client of sampleClients(clients)) store.put(client)
  if (builtIn) {
    if (!seeds.some((seed) => seed['global'] === true))
      store.put(globalClient('nexusDemoAllApplications00000000', newSecret()))
    store.put(completed(ownClient(credential)))
  }
  for (const seed of seeds) {
    const client = seedCredentials(store, completed(seed))
    // Exports lack secrets, and this one is given.
    const isOwn = client.client_id === credential.clientId
    store.put(isOwn ? { ...client, client_secret: credential.clientSecret } : client)
  }
}
