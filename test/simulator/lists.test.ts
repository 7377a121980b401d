import { describe, expect, test } from 'vitest'
import { isObject, textOf, type Json, type JsonObject } from '../../simulator/json.ts'
import type { Simulator } from '../../simulator/main.ts'
import { management, simulated, tokenOf, type Call } from './support.ts'

const idsOf = (clients: Json | undefined): string[] =>
  Array.isArray(clients) ? clients.filter(isObject).map((client) => textOf(client['client_id'])) : []

const own = (simulator: Simulator): string[] => simulator.clients.all().map((client) => client.client_id)

/** Walks the checkpoint pages to their end. */
const walk = async (api: Call, take: number): Promise<string[]> => {
  const found: string[] = []
  for (let from: string | undefined = ''; from !== undefined;) {
    const { body } = await api('GET', `/clients?take=${take}${from === '' ? '' : `&from=${from}`}`)
    found.push(...idsOf(body['clients']))
    from = typeof body['next'] === 'string' ? body['next'] : undefined
  }
  return found
}

describe('lists', () => {
  test('offset pages with totals, as created, "All Applications" last', async () => {
    const simulator = await simulated({ clients: 7 })
    const api = await management(simulator)
    const first = await api('GET', '/clients?per_page=5&page=0&include_totals=true')
    expect(first.body).toMatchObject({ total: 9, start: 0, limit: 5 })
    const second = await api('GET', '/clients?per_page=5&page=1&include_totals=true')
    expect([...idsOf(first.body['clients']), ...idsOf(second.body['clients'])]).toEqual(own(simulator))
    expect(simulator.clients.all().at(-1)?.['name']).toBe('All Applications')
  })

  test('without totals, a plain array of at most 50', async () => {
    const api = await management(await simulated({ clients: 60 }))
    expect((await api('GET', '/clients')).rows).toHaveLength(50)
  })

  test.each([1, 4, 100])('checkpoint pages of %i show every client once', async (take) => {
    const simulator = await simulated({ clients: 10 })
    expect(await walk(await management(simulator), take)).toEqual(own(simulator))
  })

  test('a checkpoint outlives the client that it names', async () => {
    const simulator = await simulated({ clients: 4 })
    const api = await management(simulator)
    const { body } = await api('GET', '/clients?take=2')
    const [, second] = idsOf(body['clients'])
    await api('DELETE', `/clients/${second}`)
    const next = await api('GET', `/clients?take=2&from=${textOf(body['next'])}`)
    expect(next.status).toBe(200)
  })

  const filters: { reason: string; query: string; names: (client: JsonObject) => boolean }[] = [
    { reason: 'without the global client', query: 'is_global=false', names: (client) => client['global'] !== true },
    { reason: 'the global client only', query: 'is_global=true', names: (client) => client['global'] === true },
    {
      reason: 'by kinds',
      query: 'app_type=spa,native',
      names: (client) => ['spa', 'native'].includes(textOf(client['app_type'])),
    },
    {
      reason: 'third parties only',
      query: 'is_first_party=false',
      names: (client) => client['is_first_party'] === false,
    },
    {
      reason: 'the client of a metadata document',
      query: 'external_client_id=https%3A%2F%2Fguest.example.com%2Fclient.json',
      names: (client) => client['external_client_id'] === 'https://guest.example.com/client.json',
    },
  ]

  const guest = {
    client_id: 'tpc_guest',
    name: 'Guest',
    is_first_party: false,
    external_client_id: 'https://guest.example.com/client.json',
    external_metadata_type: 'cimd',
    external_metadata_created_by: 'admin',
  }

  test.each(filters)('$reason', async ({ query, names }) => {
    const simulator = await simulated({ clients: 8, seed: [guest] })
    const api = await management(simulator)
    const { body } = await api('GET', `/clients?include_totals=true&${query}`)
    const wanted = simulator.clients.all().filter(names)
    expect(wanted).not.toHaveLength(0)
    expect(idsOf(body['clients'])).toEqual(wanted.map((client) => client.client_id))
  })

  test.each([
    { query: 'q=client_grant.allow_any_organization:true&take=5', status: 200 },
    { query: 'q=client_grant.organization_id:org_1&take=5', status: 200 },
    { query: 'q=client_grant.organization_id:org_1', status: 400 },
    { query: 'q=client_grant.organization_id:org_1&take=5&is_global=false', status: 400 },
    { query: 'q=name:Guest&take=5', status: 400 },
  ])('$query is answered with $status', async ({ query, status }) => {
    const api = await management(await simulated({ seed: [guest] }))
    expect((await api('GET', `/clients?${query}`)).status).toBe(status)
  })

  test('checkpoints know ids with spaces', async () => {
    const simulator = await simulated({
      builtIn: false,
      seed: ['a b', 'a c', 'a d'].map((id) => ({ client_id: id, name: id })),
    })
    expect(await walk(await management(simulator), 2)).toEqual(['a b', 'a c', 'a d'])
  })

  test('fields select members; tenant stays', async () => {
    const simulator = await simulated({ clients: 1 })
    const api = await management(simulator)
    const [id] = own(simulator)
    expect((await api('GET', `/clients/${id}?fields=client_id,app_type&include_fields=true`)).body).toEqual({
      tenant: 'simulated',
      client_id: id,
      app_type: 'regular_web',
    })
    const others = await api('GET', `/clients/${id}?fields=client_secret&include_fields=false`)
    expect(others.body).toHaveProperty('app_type')
    expect(others.body).not.toHaveProperty('client_secret')
  })

  test('samples are the same in every run', async () => {
    const [one, other] = [await simulated({ clients: 20 }), await simulated({ clients: 20 })]
    expect(other.clients.all().slice(0, 20)).toEqual(one.clients.all().slice(0, 20))
  })
})

describe('what a token may see and do', () => {
  const secrets = ['client_secret', 'signing_keys']

  test('no secrets without the scope for keys', async () => {
    const simulator = await simulated({ clients: 1, scopes: ['read:clients'] })
    const api = await management(simulator)
    const [id] = own(simulator)
    const { body } = await api('GET', `/clients/${id}`)
    expect(body).toHaveProperty('name')
    for (const secret of secrets) expect(body).not.toHaveProperty(secret)
    expect(await api('GET', `/clients/${id}?fields=client_secret`)).toMatchObject({
      status: 403,
      body: { errorCode: 'insufficient_scope' },
    })
  })

  test.each<{ scopes: string[]; sees: string[]; not: string[] }>([
    {
      scopes: ['read:client_summary'],
      sees: ['client_id', 'name', 'app_type'],
      not: ['callbacks', 'tenant', 'client_secret'],
    },
    {
      scopes: ['read:clients'],
      sees: ['callbacks', 'tenant'],
      not: ['client_secret', 'client_authentication_methods'],
    },
    {
      scopes: ['read:clients', 'read:client_credentials'],
      sees: ['callbacks'],
      not: ['client_secret', 'signing_keys'],
    },
    { scopes: ['read:client_keys'], sees: ['callbacks', 'client_secret', 'signing_keys'], not: [] },
  ])('$scopes show $sees, not $not', async ({ scopes, sees, not }) => {
    const simulator = await simulated({ clients: 1, scopes })
    const { body } = await (await management(simulator))('GET', `/clients/${own(simulator)[0]}`)
    for (const member of sees) expect(body).toHaveProperty(member)
    for (const member of not) expect(body).not.toHaveProperty(member)
  })

  test('a PATCH answers no secret without the scope for keys', async () => {
    const simulator = await simulated({ clients: 1, scopes: ['read:clients', 'update:clients'] })
    const { status, body } = await (
      await management(simulator)
    )('PATCH', `/clients/${own(simulator)[0]}`, { name: 'x' })
    expect({ status, name: body['name'] }).toEqual({ status: 200, name: 'x' })
    for (const secret of secrets) expect(body).not.toHaveProperty(secret)
  })

  test('no writing with a scope to read', async () => {
    const simulator = await simulated({ clients: 1, scopes: ['read:clients'] })
    const api = await management(simulator)
    const [id] = own(simulator)
    expect(await api('PATCH', `/clients/${id}`, { name: 'x' })).toMatchObject({
      status: 403,
      body: {
        statusCode: 403,
        error: 'Forbidden',
        errorCode: 'insufficient_scope',
        message: 'Insufficient scope, expected any of: update:clients,update:client_keys,update:client_credentials',
      },
    })
    expect(await tokenOf(simulator)).not.toBe('')
  })

  test.each([
    { member: 'client_secret', value: 'x', wants: 'update:client_keys' },
    { member: 'client_authentication_methods', value: null, wants: 'update:client_credentials' },
  ])('no writing of $member without a scope of its own', async ({ member, value, wants }) => {
    const simulator = await simulated({ clients: 1, scopes: ['update:clients'] })
    const api = await management(simulator)
    expect(await api('PATCH', `/clients/${own(simulator)[0]}`, { [member]: value })).toMatchObject({
      status: 403,
      body: { message: `Insufficient scope, expected any of: ${wants}`, errorCode: 'insufficient_scope' },
    })
  })

  test('a client has no connections here', async () => {
    const simulator = await simulated({ clients: 1 })
    const api = await management(simulator)
    expect((await api('GET', `/clients/${own(simulator)[0]}/connections?take=50`)).body).toEqual({ connections: [] })
    expect((await api('GET', '/clients/none/connections')).status).toBe(404)
  })
})
