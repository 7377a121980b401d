import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { heldStateOf, readState } from '../../../domain/terraform/state.ts'
import type { StateResource } from '../../../domain/terraform/state.ts'
import { stateOf, object, resource } from './state-support.ts'

const resourcesIn = (resources: unknown): readonly StateResource[] => {
  const reading = readState(stateOf(resources))
  if (!reading.ok) throw new Error(JSON.stringify(reading.issues))
  return reading.state.resources
}

/** The address of one instance with a key. */
const addressOf = (key: unknown): string | undefined =>
  resourcesIn([resource({ instances: [object({ index_key: key })] })])[0]?.address

describe('an address', () => {
  test.each([
    { reason: 'of the root module', more: {}, address: 'auth0_client.this' },
    { reason: 'a module that is empty is the root', more: { module: '' }, address: 'auth0_client.this' },
    { reason: 'in a module', more: { module: 'module.apps' }, address: 'module.apps.auth0_client.this' },
    { reason: 'in a module with count', more: { module: 'module.a[0]' }, address: 'module.a[0].auth0_client.this' },
    {
      reason: 'in modules with keys, as they stand in the state',
      more: { module: 'module.a["x.y"].module.b["q\\"]"]' },
      address: 'module.a["x.y"].module.b["q\\"]"].auth0_client.this',
    },
    { reason: 'a name in another script', more: { name: 'größe_1-a' }, address: 'auth0_client.größe_1-a' },
    {
      reason: 'the credentials of a client',
      more: { type: 'auth0_client_credentials' },
      address: 'auth0_client_credentials.this',
    },
  ])('$reason', ({ more, address }) => {
    expect(resourcesIn([resource(more)]).map((found) => found.address)).toEqual([address])
  })

  // Source: toHCLQuotedString in Terraform's internal/addrs/instance_key.go.
  test.each([
    { reason: 'count', key: 0, key_: '[0]' },
    { reason: 'null is no key', key: null, key_: '' },
    { reason: 'a word', key: 'eu', key_: '["eu"]' },
    { reason: 'nothing is a key too', key: '', key_: '[""]' },
    { reason: 'digits in a text stay a text', key: '0', key_: '["0"]' },
    { reason: 'spaces are seen', key: ' a b ', key_: '[" a b "]' },
    { reason: 'a quote', key: 'a"]["b', key_: String.raw`["a\"][\"b"]` },
    { reason: 'backslashes', key: String.raw`a\b\\`, key_: String.raw`["a\\b\\\\"]` },
    { reason: 'line ends and tabs', key: 'a\r\n\tb', key_: String.raw`["a\r\n\tb"]` },
    { reason: 'the beginning of a template', key: '${x}', key_: '["$${x}"]' },
    { reason: 'of a directive', key: '%{x}', key_: '["%%{x}"]' },
    { reason: 'a dollar alone', key: '$x%', key_: '["$x%"]' },
    { reason: 'only the last dollar begins one', key: '$${x}', key_: '["$$${x}"]' },
    { reason: 'what is escaped in HCL is escaped again', key: '%${x}', key_: '["%$${x}"]' },
    { reason: 'letters of any script', key: 'größe 東京', key_: '["größe 東京"]' },
    { reason: 'a symbol beyond 16 bits', key: '😀', key_: '["😀"]' },
    { reason: 'a combining mark', key: 'e\u0301', key_: '["e\u0301"]' },
    { reason: 'U+0000', key: 'a\u0000b', key_: String.raw`["a\u0000b"]` },
    { reason: 'other control characters', key: '\u001b\u007f\u0085', key_: String.raw`["\u001b\u007f\u0085"]` },
    { reason: 'spaces that nobody sees', key: '\u00a0\u2028\ufeff', key_: String.raw`["\u00a0\u2028\ufeff"]` },
    { reason: 'a joiner', key: '\u200d', key_: String.raw`["\u200d"]` },
    { reason: 'what is for private use', key: '\ue000', key_: String.raw`["\ue000"]` },
    { reason: 'the last of 16 bits', key: '\uffff', key_: String.raw`["\uffff"]` },
    { reason: 'the same beyond 16 bits', key: '\u{f0000}', key_: String.raw`["\U000f0000"]` },
    { reason: 'half of a pair is what Go reads for it', key: 'a\ud800b', key_: '["a\ufffdb"]' },
  ])('with the key of an instance: $reason', ({ key, key_: written }) => {
    expect(addressOf(key)).toBe(`auth0_client.this${written}`)
  })

  test('two keys never make one address', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ unit: 'binary' }), { minLength: 2, maxLength: 8 }), (keys) => {
        const found = resourcesIn([resource({ instances: keys.map((key) => object({ index_key: key })) })])
        expect(new Set(found.map(({ address }) => address)).size).toBe(keys.length)
      }),
    )
  })

  test('can be printed, and its key read back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (key) => {
        const address = addressOf(key) ?? ''
        expect(address).not.toMatch(/(?! )[\p{C}\p{Z}]/u)
        const inside = address.slice('auth0_client.this['.length, -1).replaceAll(/([$%])\1\{/g, '$1{')
        const plain = inside.replaceAll(/\\U([0-9a-f]{8})/g, (_, digits: string) =>
          String.fromCodePoint(Number.parseInt(digits, 16)),
        )
        // What is left of HCL's escapes are JSON's.
        expect(JSON.parse(plain)).toBe(key)
      }),
    )
  })
})

describe('what belongs to clients', () => {
  test.each([
    { reason: 'a data source manages nothing', more: { mode: 'data' } },
    { reason: 'another resource is nobody’s business', more: { type: 'auth0_connection' } },
    { reason: 'a type that only begins like it', more: { type: 'auth0_client_grant' } },
    { reason: 'no instance yet', more: { instances: [] } },
    {
      reason: 'an object without an id, as after a creation that failed',
      more: { instances: [object({ attributes: { name: 'x' } })] },
    },
    { reason: 'an id that is null', more: { instances: [object({ attributes: { client_id: null, id: '' } })] } },
    { reason: 'no attributes', more: { instances: [{ schema_version: 0 }] } },
    { reason: 'attributes that are none', more: { instances: [object({ attributes: 'x' })] } },
  ])('nothing: $reason', ({ more }) => {
    expect(resourcesIn([resource(more)])).toEqual([])
  })

  test.each([
    { reason: 'an alias', provider: 'provider["registry.terraform.io/auth0/auth0"].eu' },
    { reason: 'another host', provider: 'provider["registry.opentofu.org/auth0/auth0"]' },
    { reason: 'a module’s own', provider: 'module.a.provider["mirror.corp.example/x/auth0"]' },
    { reason: 'none', provider: undefined },
  ])('whose provider it is makes no difference: $reason', ({ provider }) => {
    expect(resourcesIn([resource({ provider })])).toHaveLength(1)
  })

  test.each([
    { reason: 'the client’s own id', attributes: { client_id: 'a', id: 'b' }, id: 'a' },
    { reason: 'the id where there is no other', attributes: { id: 'b' }, id: 'b' },
    { reason: 'the id where the other is not known yet', attributes: { client_id: null, id: 'b' }, id: 'b' },
    { reason: 'nothing of an older form beside it', attributes: { id: 'b' }, attributes_flat: { id: 'c' }, id: 'b' },
    { reason: 'in the form that Terraform 0.11 wrote', attributes: undefined, attributes_flat: { id: 'b' }, id: 'b' },
  ])('the id: $reason', ({ id, ...members }) => {
    expect(resourcesIn([resource({ instances: [object(members)] })])[0]?.clientId).toBe(id)
  })

  test('tainted and deposed objects are told, and stand beside the current one', () => {
    const instances = [
      object(),
      object({ status: 'tainted', index_key: 1 }),
      object({ deposed: '00000001', attributes: { client_id: 'old' } }),
      object({ deposed: '00000002', status: 'tainted' }),
      object({ deposed: '', index_key: 2 }),
    ]
    expect(
      resourcesIn([resource({ instances })]).map(({ address, clientId, tainted, deposed }) => [
        address,
        clientId,
        tainted,
        deposed,
      ]),
    ).toEqual([
      ['auth0_client.this', 'abc', false, null],
      ['auth0_client.this[1]', 'abc', true, null],
      ['auth0_client.this', 'old', false, '00000001'],
      ['auth0_client.this', 'abc', true, '00000002'],
      ['auth0_client.this[2]', 'abc', false, null],
    ])
  })

  test.each([
    { reason: 'no list of resources', resources: undefined },
    { reason: 'null', resources: null },
    { reason: 'an empty one', resources: [] },
  ])('a state may hold none: $reason', ({ resources }) => {
    expect(resourcesIn(resources)).toEqual([])
  })

  test('the real state of a real apply', ({ skip }) => {
    const file = new URL('../../../../shared/terraform/state-sample.json', import.meta.url)
    if (!existsSync(file)) skip('../shared/terraform/state-sample.json is not beside this clone')
    const reading = readState(JSON.parse(readFileSync(file, 'utf8')))
    expect(reading.ok && reading.state).toMatchObject({ serial: 7, terraformVersion: '1.11.4' })
    expect(reading.ok && reading.state.resources.map(({ address, clientId }) => [address, clientId])).toEqual([
      ['auth0_client.apps["alpha"]', '7d30278957d99ff1edff1345dad06fd3'],
      ['auth0_client.apps["beta"]', 'a043a395abb7308393bb2e12846378a4'],
      ['auth0_client.billing', '79328acd060f383277b76cc83b643239'],
      ['auth0_client_credentials.billing', '79328acd060f383277b76cc83b643239'],
      ['module.native[0].auth0_client.this', '2e19c1e9d8ea2761e932c8373c04562f'],
      ['module.native[1].auth0_client.this', '8d7f75c78720ea3e02b196c3ed466998'],
    ])
  })
})

const declaredBy = (outputs: unknown): (boolean | null)[] => {
  const reading = readState(stateOf([resource()], { outputs }))
  return reading.ok ? reading.state.resources.map(({ declared }) => declared) : []
}

describe('what code declares, as the apply that wrote the state said', () => {
  const address = 'auth0_client.this'
  test.each([
    { reason: 'it does', outputs: { managed_clients: { value: { [address]: { declared: true } } } }, declared: true },
    {
      reason: 'it does not',
      outputs: { managed_clients: { value: { [address]: { declared: false } } } },
      declared: false,
    },
    {
      reason: 'nothing is said of this one',
      outputs: { managed_clients: { value: { 'auth0_client.other': { declared: true } } } },
      declared: null,
    },
    {
      reason: 'something else is said',
      outputs: { managed_clients: { value: { [address]: { declared: 'yes' } } } },
      declared: null,
    },
    { reason: 'another output', outputs: { clients: { value: { [address]: { declared: true } } } }, declared: null },
    { reason: 'no output', outputs: undefined, declared: null },
    { reason: 'an output that is none', outputs: [7], declared: null },
  ])('$reason', ({ outputs, declared }) => {
    expect(declaredBy(outputs)).toEqual([declared])
  })

  test('a name that every object has says nothing', () => {
    const reading = readState(
      stateOf([resource({ name: 'constructor' })], { outputs: { managed_clients: { value: {} } } }),
    )
    expect(reading.ok && reading.state.resources[0]?.declared).toBeNull()
  })
})

test('what is kept of a state beside its text: how many clients, each with its place, and the rest by address', () => {
  const reading = readState(
    stateOf([
      resource({ instances: [object({ index_key: 'a' }), object({ index_key: 'b', status: 'tainted' })] }),
      resource({ type: 'auth0_role', name: 'reader' }),
    ]),
  )
  const { index, others, ...rest } = heldStateOf(
    reading.ok ? reading.state : { serial: 0, lineage: '', terraformVersion: '', resources: [], others: [] },
  )
  expect(rest).toEqual({ serial: 7, lineage: 'b2446f5e', terraformVersion: '1.11.4', clients: 2 })
  const held = { type: 'auth0_client', client_id: 'abc', deposed: null, declared: null }
  expect(JSON.parse(index)).toEqual([
    { ...held, place: 0, address: 'auth0_client.this["a"]', tainted: false },
    { ...held, place: 1, address: 'auth0_client.this["b"]', tainted: true },
  ])
  expect(JSON.parse(others)).toEqual(['auth0_role.reader'])
})
