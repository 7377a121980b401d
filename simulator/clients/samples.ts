import type { JsonObject } from '../json.ts'
import { defaultsFor } from './defaults.ts'
import { seeded, word } from '../random.ts'
import type { StoredClient } from './store.ts'

const products = ['billing', 'catalogue', 'identity', 'logistics', 'payments', 'search', 'support', 'warehouse']
const stages = ['dev', 'test', 'staging', 'prod']

const urlsOf = (host: string, path: string): JsonObject => ({
  callbacks: [`https://${host}/callback`, `https://${host}${path}`],
  allowed_logout_urls: [`https://${host}/logout`],
  web_origins: [`https://${host}`],
  allowed_origins: [`https://${host}`],
})

const kinds: ((host: string) => JsonObject)[] = [
  (host) => ({ app_type: 'regular_web', token_endpoint_auth_method: 'client_secret_post', ...urlsOf(host, '/oauth') }),
  (host) => ({ app_type: 'spa', token_endpoint_auth_method: 'none', ...urlsOf(host, '/silent') }),
  () => ({
    app_type: 'non_interactive',
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['client_credentials'],
  }),
  (host) => ({
    app_type: 'native',
    token_endpoint_auth_method: 'none',
    callbacks: [`com.example.${host.split('.', 1)[0] ?? 'app'}://callback`],
    mobile: {
      ios: { team_id: '9JA89QQLNQ', app_bundle_identifier: 'com.example.app' },
      android: { app_package_name: 'com.example.app', sha256_cert_fingerprints: ['DE:AD:BE:EF'] },
    },
  }),
]

const numbered = (random: () => number, index: number): StoredClient => {
  const product = products[Math.floor(random() * products.length)] ?? 'billing'
  const stage = stages[index % stages.length] ?? 'dev'
  const number = String(index + 1).padStart(5, '0')
  const sent: JsonObject = {
    name: `${product} ${stage} ${number}`,
    description: `Sample application ${number}`,
    oidc_conformant: true,
    client_metadata: { product_name: product, stage },
    ...kinds[index % kinds.length]?.(`${product}-${number}.example.com`),
  }
  return { ...defaultsFor(sent, undefined), ...sent, client_id: word(random, 32), client_secret: word(random, 64) }
}

/** `count` clients of four kinds, the same for every run: ids, secrets and all. */
export const sampleClients = (count: number): StoredClient[] => {
  const random = seeded(20240229)
  return Array.from({ length: count }, (_, index) => numbered(random, index))
}
