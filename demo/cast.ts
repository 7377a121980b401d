import { permissions } from '../domain/vocabulary.ts'
import type { UserToken } from '../simulator/tokens/issuer.ts'

/** Who and what the demo is about: tenants, their clients, and the people who change them. */

/** A client as the simulated tenant holds it at the start. */
interface Seed {
  readonly client_id: string
  readonly name: string
  readonly [member: string]: string | readonly string[] | Readonly<Record<string, unknown>>
}

export const tenantIds = ['acme', 'globex'] as const
export type TenantId = (typeof tenantIds)[number]

const web = (host: string) => ({
  callbacks: [`https://${host}/callback`],
  allowed_logout_urls: [`https://${host}/`],
  web_origins: [`https://${host}`],
})

/** Owners are user ids and roles, as JSON in one metadata value; the product is another. */
const metadata = (owners: readonly string[], product: string) => ({
  client_metadata: { owners: JSON.stringify(owners), product_name: product },
})

export const seeds = {
  acme: [
    {
      client_id: 'invoices-web',
      name: 'Invoices',
      app_type: 'regular_web',
      ...web('invoices.acme.example'),
      ...metadata(['auth0|ann', 'billing-admins'], 'Billing'),
    },
    {
      client_id: 'checkout-spa',
      name: 'Checkout',
      app_type: 'spa',
      ...web('checkout.acme.example'),
      ...metadata(['checkout-team'], 'Checkout'),
    },
  ],
  globex: [
    {
      client_id: 'scanner-app',
      name: 'Warehouse Scanner',
      app_type: 'native',
      callbacks: ['com.globex.scanner://callback'],
      mobile: {
        ios: { team_id: '9JA89QQLNQ', app_bundle_identifier: 'com.globex.scanner' },
        android: { app_package_name: 'com.globex.scanner', sha256_cert_fingerprints: ['DE:AD:BE:EF'] },
      },
      ...metadata(['warehouse-admins'], 'Logistics'),
    },
  ],
} satisfies Record<TenantId, readonly Seed[]>

/** A user of one tenant, and what the token says of them. */
export interface Person {
  readonly name: string
  /** What they are, for the page on which one picks who to sign in as. */
  readonly about: string
  readonly tenant: TenantId
  readonly claims: Rights & { readonly sub: string }
}

type Rights = Pick<UserToken, 'permissions' | 'roles' | 'products'>

const person = (name: string, about: string, tenant: TenantId, rights: Rights): Person => ({
  name,
  about,
  tenant,
  claims: { sub: `auth0|${name.toLowerCase()}`, ...rights },
})

export const people = {
  ann: person('Ann', 'owns Invoices', 'acme', { permissions: ['client.write'] }),
  bob: person('Bob', 'has a role that owns Invoices', 'acme', {
    permissions: ['client.write'],
    roles: ['billing-admins'],
  }),
  cleo: person('Cleo', 'has the product Checkout', 'acme', { permissions: ['client.write'], products: ['Checkout'] }),
  max: person('Max', 'has nothing to do with any client here', 'acme', {
    permissions: ['client.write'],
    roles: ['support'],
    products: ['Search'],
  }),
  pia: person('Pia', 'looks after Terraform', 'acme', {
    permissions: ['client.read.all', 'terraform.state', 'terraform.read', 'terraform.adopt'],
  }),
  oscar: person('Oscar', 'operates Nexus at night', 'acme', {
    permissions: ['client.read.all', 'terraform.read', 'tenant.admin'],
  }),
  ada: person('Ada', 'administers all of it', 'acme', { permissions: [...permissions] }),
  olga: person('Olga', 'looks after every client of globex', 'globex', { permissions: ['client.write.all'] }),
} as const
