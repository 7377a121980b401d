import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { textOf } from '../../../simulator/json.ts'
import { readSeed } from '../../../simulator/seed/read.ts'
import { askToken, management, simulated, type Call } from '../support.ts'

const file = (name: string): Promise<string> => readFile(new URL(name, import.meta.url), 'utf8')

/** A tenant filled from a file, and its Management API. */
const seeded = async (text: string) => {
  const { clients, notes } = readSeed(text)
  const simulator = await simulated({ seed: clients })
  return { simulator, api: await management(simulator), clients, notes }
}

const exportSchema = z.object({ clients: z.array(z.record(z.string(), z.json())) })

const named = async (api: Call, name: string) =>
  (await api('GET', '/clients')).rows.filter((client) => client['name'] === name)

describe("an export of the Management API's JSON", () => {
  test('is there as it was, whatever its ids and members', async () => {
    const { api, notes } = await seeded(await file('clients.json'))
    const { clients } = exportSchema.parse(JSON.parse(await file('clients.json')))
    for (const exported of clients) {
      const { tenant: _tenant, signing_keys: _keys, ...members } = exported
      const answer = await api('GET', `/clients/${encodeURIComponent(textOf(exported['client_id']))}`)
      expect(answer).toMatchObject({ status: 200, body: { ...members, tenant: 'simulated' } })
    }
    expect(notes).toEqual(['clients[4].custom_login_page: ##DOMAIN## stays as it is'])
  })

  test('is not filled up, but with secrets', async () => {
    const { api } = await seeded(await file('clients.json'))
    const { body } = await api('GET', '/clients/tpc_partner')
    expect(body).not.toHaveProperty('refresh_token')
    expect(textOf(body['client_secret'])).toHaveLength(64)
    expect((await api('GET', '/clients/legacy.shop.web')).body['client_secret']).toBe('secret-of-the-legacy-shop')
  })

  test('brings "All Applications" of its own', async () => {
    const { simulator } = await seeded(await file('clients.json'))
    const global = simulator.clients.all().filter((client) => client['global'] === true)
    expect(global.map((client) => client.client_id)).toEqual(['allShops'])
  })

  test('has the credentials that its clients name', async () => {
    const { api } = await seeded(await file('clients.json'))
    const { rows } = await api('GET', '/clients/Zq8kz0CqPyZ5xXkJbGJ7Qmb0dPYzq1Lw/credentials')
    expect(rows).toMatchObject([
      { id: 'cred_second', credential_type: 'public_key' },
      { id: 'cred_first', credential_type: 'public_key' },
    ])
  })

  test('may be a list', async () => {
    const { api } = await seeded('[{"client_id":"one","name":"One"}]')
    expect((await api('GET', '/clients/one')).body).toMatchObject({ name: 'One', is_first_party: true })
  })

  test('of this very tenant leaves it its credential', async () => {
    const first = await simulated({ clients: 2, scopes: ['read:clients'] })
    const exported = (await (await management(first))('GET', '/clients')).text
    const simulator = await simulated({ seed: readSeed(exported).clients })
    expect((await askToken(simulator)).status).toBe(200)
    expect(simulator.clients.all()).toHaveLength(first.clients.all().length)
  })
})

describe("the deploy CLI's YAML", () => {
  test('tells what it does not replace, and what it leaves out', async () => {
    const { notes } = readSeed(await file('tenant.yaml'))
    expect(notes).toEqual([
      'tenant: is left out, as only clients are taken',
      'clientGrants: is left out, as only clients are taken',
      'clients[0].callbacks[0]: ##DOMAIN## stays as it is',
      'clients[0].allowed_logout_urls: @@LOGOUT_URLS@@ is left out',
      'clients[0].oidc_conformant: ##CONFORMANT## is left out',
      'clients[0].client_metadata.product_name: ##PRODUCT## stays as it is',
      'clients[1].oidc_conformant: ##CONFORMANT## is left out',
      'clients[1].client_metadata.product_name: ##PRODUCT## stays as it is',
      'clients[4].client_authentication_methods.private_key_jwt.credentials[0].pem: ##PEM## is left out',
    ])
  })

  test('has what Auth0 would have made of it', async () => {
    const { api } = await seeded(await file('tenant.yaml'))
    const [shop, other] = await named(api, 'Shop')
    expect(shop).toMatchObject({
      callbacks: ['https://##DOMAIN##/callback', 'https://shop.example.com/callback'],
      oidc_conformant: false,
      refresh_token: { token_lifetime: 31557600 },
      client_metadata: { product_name: '##PRODUCT##' },
    })
    for (const member of ['description', 'allowed_logout_urls']) expect(shop).not.toHaveProperty(member)
    expect(other).toMatchObject({ app_type: 'spa', grant_types: ['authorization_code', 'implicit', 'refresh_token'] })
    expect(await named(api, 'Guest')).toMatchObject([
      {
        grant_types: ['authorization_code'],
        jwt_configuration: { alg: 'RS256' },
        redirection_policy: expect.anything(),
      },
    ])
    expect(await named(api, 'Shop for partners')).toMatchObject([{ app_type: 'regular_web', callbacks: [] }])
  })

  test('gives a client without an id the same one in every run', async () => {
    const ids = [readSeed(await file('tenant.yaml')), readSeed(await file('tenant.yaml'))].map(({ clients }) =>
      clients.map((client) => client.client_id),
    )
    expect(ids[0]).toEqual(ids[1])
    expect(new Set(ids[0]).size).toBe(5)
    for (const id of ids[0]?.slice(0, 3) ?? []) expect(id).toMatch(/^[A-Za-z0-9]{32}$/)
    expect(ids[0]?.[4]).toBe('legacy.jobs')
  })

  test('a third party under strict rules gets an id of its kind', async () => {
    const guest = readSeed(await file('tenant.yaml')).clients.find(({ name }) => name === 'Guest')
    expect(guest?.client_id).toMatch(/^tpc_[A-Za-z0-9]{22}$/)
  })

  test('login pages come from files of their own', () => {
    const text = 'clients: [{ name: A, custom_login_page: ./A.html }, { name: B, custom_login_page: ./B.html }]'
    const { clients, notes } = readSeed(text, (name) => (name === './A.html' ? '<p>A</p>' : undefined))
    expect(clients.map((client) => client['custom_login_page'])).toEqual(['<p>A</p>', './B.html'])
    expect(notes).toEqual(['clients[1].custom_login_page: ./B.html does not exist: its name stays in its place'])
  })

  test('knows a credential by its name alone', async () => {
    const { api } = await seeded(await file('tenant.yaml'))
    const { rows } = await api('GET', '/clients/legacy.jobs/credentials')
    expect(rows).toMatchObject([{ id: expect.stringMatching(/^cred_/), name: 'first', credential_type: 'public_key' }])
    expect(rows[0]).not.toHaveProperty('pem')
  })

  test('may name one anchor in each of a thousand clients', () => {
    const clients = Array.from({ length: 1000 }, (_, index) => `  - { <<: *web, name: Shop ${index} }\n`)
    const text = `clients:\n  - &web { name: Web, app_type: spa, callbacks: [https://a.example.com] }\n${clients.join('')}`
    expect(readSeed(text).clients.at(-1)).toMatchObject({ name: 'Shop 999', app_type: 'spa' })
  })

  test('a keyword in a comment is none, in a text of several lines it is one', () => {
    const text =
      'clients:\n  ##SHOPS##\n  - name: Shop\n    custom_login_page: |\n      ##HEAD##\n      <p>##BODY##</p>\n'
    const { clients, notes } = readSeed(text)
    expect(clients).toMatchObject([{ custom_login_page: '##HEAD##\n<p>##BODY##</p>\n' }])
    expect(notes).toEqual(['clients[0].custom_login_page: ##HEAD##, ##BODY## stays as it is'])
  })

  test('may begin with a byte order mark', () => {
    expect(readSeed('\uFEFF[{"name":"One"}]').clients).toMatchObject([{ name: 'One' }])
  })

  test.each([
    { reason: 'in YAML', text: 'clients:\n  - name: ##NAME## shop\n    callbacks: @@URLS@@\n    sso: ##SSO##\n' },
    { reason: 'in JSON', text: '{"clients":[{"name":"##NAME## shop","callbacks":@@URLS@@,"sso":##SSO##}]}' },
  ])('keywords may stand without quotes $reason', ({ text }) => {
    const { clients, notes } = readSeed(text)
    expect(clients).toMatchObject([{ name: '##NAME## shop' }])
    expect(notes).toEqual([
      'clients[0].name: ##NAME## stays as it is',
      'clients[0].callbacks: @@URLS@@ is left out',
      'clients[0].sso: ##SSO## is left out',
    ])
  })
})

describe('what cannot be taken is named', () => {
  test.each([
    { reason: 'no list', text: '{"name":"x"}', says: 'It must be a list of clients' },
    { reason: 'no object', text: '["x"]', says: '[0]: is not an object' },
    { reason: 'no name', text: '[{"client_id":"x"}]', says: '[0].name: is missing' },
    {
      reason: 'a name that is no text',
      text: 'clients: [{name: 7}]',
      says: 'clients[0].name: is a number, and must be a text',
    },
    {
      reason: 'an id that is no text',
      text: 'clients: [{name: x, client_id: 7}]',
      says: 'clients[0].client_id: is a number',
    },
    { reason: 'an id that leads elsewhere', text: '[{"name":"x","client_id":".."}]', says: '[0].client_id: must have' },
    { reason: 'an id with a line break', text: '[{"name":"x","client_id":"a\\nb"}]', says: '[0].client_id: must have' },
    {
      reason: 'an id twice',
      text: '[{"name":"x","client_id":"a"},{"name":"y","client_id":"a"}]',
      says: '[1].client_id: a is there twice',
    },
    {
      reason: 'a text for a list',
      text: 'clients: [{name: x, callbacks: https://a}]',
      says: 'clients[0].callbacks: is a text, and must be a list',
    },
    {
      reason: 'a number in a list',
      text: 'clients: [{name: x, callbacks: [1]}]',
      says: 'clients[0].callbacks[0]: is a number, and must be a text',
    },
    {
      reason: 'a list for metadata',
      text: '[{"name":"x","client_metadata":[]}]',
      says: '[0].client_metadata: is a list, and must be an object',
    },
    {
      reason: 'metadata that is no text',
      text: '[{"name":"x","client_metadata":{"a":1}}]',
      says: '[0].client_metadata.a: is a number',
    },
    {
      reason: 'a key that is none',
      text: '[{"name":"x","client_authentication_methods":{"private_key_jwt":{"credentials":[{"pem":"x"}]}}}]',
      says: '[0]: its credentials cannot be used: Payload',
    },
    { reason: 'neither JSON nor YAML', text: 'clients:\n  - name: "x\n', says: 'line 3: neither JSON nor YAML' },
    {
      reason: 'a value that JSON lacks',
      text: 'clients: [{name: x, sso: .nan}]',
      says: 'values that JSON does not know',
    },
    { reason: 'an empty file', text: '', says: 'It must be a list of clients' },
  ])('$reason', ({ text, says }) => {
    expect(() => readSeed(text)).toThrow(says)
  })

  test('every place at once, up to ten', () => {
    const text = JSON.stringify(Array.from({ length: 12 }, () => ({ name: '' })))
    expect(() => readSeed(text)).toThrow(/^\[0\]\.name: is missing\n(?:.*\n){9}and 2 more$/)
  })
})
