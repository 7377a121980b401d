import type { Page } from './page.ts'
import { production } from './production.ts'
import { serve, shop } from './serve.ts'
import { declare, planElsewhere, writeStates } from './terraform.ts'

const readme: Page = {
  file: 'README.md',
  lines: 18,
  prepare: ({ auth0, port, url }) => {
    auth0.seed({ name: 'Shop', client_id: shop })
    const { clientId: ACME_CLIENT_ID, clientSecret: ACME_CLIENT_SECRET } = auth0.credential
    return Promise.resolve({
      values: { ACME_CLIENT_ID, ACME_CLIENT_SECRET, CLIENT_ID: shop },
      replaced: [
        ['--domain acme.eu.auth0.com', `--domain ${auth0.httpUrl} --allow-insecure --port ${port}`],
        ['http://127.0.0.1:8080', url],
      ],
    })
  },
  leftOut: [
    { begins: 'npm run demo', because: 'test/demo plays it' },
    { begins: 'npm test', because: 'it would run this test' },
    { begins: 'npm run check', because: 'CI runs it beside the tests' },
    { begins: 'bash .ci/run', because: 'it would run this test' },
    { begins: 'npm ci', because: 'test/ci/production.test.ts installs; here the packages are there' },
  ],
  lasting: { 'npx nexus start': /Nexus is up/ },
  leaves: ({ auth0 }) => [
    [auth0.clients.get(shop)?.['client_metadata'], { owners: '["billing-admins"]', product_name: 'Billing' }],
  ],
}

const applicationTeams: Page = {
  file: 'docs/guides/application-teams.md',
  lines: 34,
  prepare: serve,
  leaves: ({ auth0 }) => [
    [
      auth0.clients.get(shop)?.['callbacks'],
      ['shop', 'app', 'admin'].map((host) => `https://${host}.example.com/callback`),
    ],
    [auth0.clients.get('invoices-web')?.['allowed_logout_urls'], ['https://app.example.com']],
  ],
}

const administrators: Page = { file: 'docs/guides/administrators.md', lines: 18, prepare: serve }

const operators: Page = {
  file: 'docs/guides/operators.md',
  lines: 13,
  prepare: serve,
  leftOut: [{ begins: 'npm ci', because: 'test/ci/production.test.ts installs; here the packages are there' }],
  needs: ['psql'],
}

const upgrades: Page = { file: 'docs/guides/upgrades.md', lines: 3, prepare: serve }
const people: Page = { file: 'docs/guides/people.md', lines: 3, prepare: serve, needs: ['psql'] }

const auditors: Page = { file: 'docs/guides/auditors.md', lines: 4, prepare: serve, needs: ['jq'] }

const tokens: Page = {
  file: 'docs/guides/tokens.md',
  lines: 6,
  prepare: async (world) => {
    const { values, replaced } = await serve(world)
    const { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET } = world.auth0.credential
    return {
      values: { ...values, CLIENT_ID, CLIENT_SECRET },
      replaced,
    }
  },
  leftOut: [
    { begins: 'curl https://acme.eu.auth0.com', because: 'the simulator has tokens of machines for its own API only' },
  ],
}

const terraform: Page = {
  file: 'docs/guides/terraform.md',
  lines: 31,
  prepare: async (world) => {
    const prepared = await serve(world)
    declare(world)
    await planElsewhere(world)
    await writeStates(world, { main: 13, old: 1 })
    return prepared
  },
  leftOut: [
    { begins: 'terraform -chdir="$STACK"', because: "Auth0's provider comes from a registry that tests do not call" },
    { begins: 'cp "$STACK/.terraform.lock.hcl"', because: 'terraform init writes it' },
    { begins: 'terraform init -migrate-state', because: 'the reader has another backend by then' },
    { begins: 'terraform plan', because: 'likewise' },
    { begins: "terraform state rm 'module", because: 'it names an object of the reader' },
  ],
  codes: [{ begins: 'npx nexus state delete', code: 64, because: 'it asks, and there is nobody' }],
  needs: ['terraform', 'openssl'],
}

export const pages: readonly Page[] = [
  readme,
  applicationTeams,
  administrators,
  operators,
  upgrades,
  auditors,
  people,
  tokens,
  terraform,
  production,
]
