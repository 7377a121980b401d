import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { hashToken } from '../../../adapters/credentials/application-tokens.ts'
import { hashPassword } from '../../../adapters/credentials/passwords.ts'
import type { Replacements, Values } from './page.ts'
import type { World } from './world.ts'

/** By it the pages' users call. */
export const applicationToken = 'nxa_of-the-guides'
/** The service account by which the guides call. */
export const account = { name: 'terraform-acme', password: 'the-password-of-the-guides' } as const
/** The client that the guides show. */
export const shop = 'NXKzP2hYdFqLrT1uVwBcEaGs'
const audience = 'https://nexus.example.com'

/** The configuration that the guides take for granted: the tenant acme, an application, a service account. */
const writeConfiguration = async (
  { clone, auth0, port }: World,
  more: Readonly<Record<string, unknown>>,
): Promise<void> => {
  const configuration = {
    server: { port },
    terraform: { stateKeys: [randomBytes(32).toString('base64')] },
    tenants: [
      {
        id: 'acme',
        domain: auth0.httpUrl,
        allowInsecure: true,
        plan: 'none',
        credential: auth0.credential,
        terraformStates: ['main'],
        otherStates: ['legacy'],
      },
    ],
    issuers: [{ issuer: auth0.issuer, audience, allowInsecure: true, tenants: ['acme'] }],
    applicationTokens: { tokens: [{ name: 'portal', sha256: hashToken(applicationToken), tenants: ['acme'] }] },
    serviceAccounts: [
      {
        name: account.name,
        passwordHash: await hashPassword(account.password),
        tenants: ['acme'],
        permissions: [
          'terraform.state',
          'terraform.state.force-unlock',
          'terraform.read',
          'terraform.adopt',
          'client.read.all',
        ],
      },
    ],
    ...more,
  }
  writeFileSync(path.join(clone, 'nexus.yaml'), JSON.stringify(configuration))
}

/** npx takes seconds to find out what the README's test has shown that it finds. */
export const shortenNpx = ({ clone, bin }: World): void => {
  mkdirSync(bin, { recursive: true })
  const file = path.join(bin, 'npx')
  writeFileSync(file, `#!/bin/sh\nshift\nexec node '${path.join(clone, 'cli', 'nexus.mjs')}' "$@"\n`)
  chmodSync(file, 0o755)
}

/** What a reader has, and where the addresses of a page lead here. */
interface Prepared {
  readonly values: Values
  readonly replaced: Replacements
}

/** Starts Nexus for the tenant acme with a few clients, and says what its users have. */
export const serve = async (world: World): Promise<Prepared> => {
  const prepared = await configure(world)
  await world.session.start('npx nexus start', /Nexus is up/)
  return prepared
}

/** The same without the start. @param more of the configuration */
export const configure = async (world: World, more: Readonly<Record<string, unknown>> = {}): Promise<Prepared> => {
  const { auth0, url } = world
  const client = (client_id: string, name: string, app_type: string) =>
    auth0.seed({
      client_id,
      name,
      app_type,
      callbacks: ['https://shop.example.com/callback'],
      client_metadata: { owners: '["billing-admins"]', product_name: 'Billing' },
    })
  client('invoices-web', 'Invoices', 'regular_web')
  client('till', 'Till', 'spa')
  await writeConfiguration(world, more)
  shortenNpx(world)
  return {
    values: {
      CLIENT_ID: client(shop, 'Shop', 'regular_web'),
      NEXUS_APPLICATION_TOKEN: applicationToken,
      NEXUS_TOKEN: auth0.issueUserToken({
        sub: 'auth0|ann',
        permissions: ['client.write'],
        roles: ['billing-admins'],
        audience,
      }),
      NEXUS_PASSWORD: account.password,
    },
    replaced: [['https://nexus.example.com', url]],
  }
}
