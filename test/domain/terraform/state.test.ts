import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { heldStateOf, isPlainAddress, readState, successionOf } from '../../../domain/terraform/state.ts'
import { isApply, LockInfo } from '../../../domain/terraform/state-lock.ts'
import type { StateResource } from '../../../domain/terraform/state.ts'

/** A state of version 4 around resources. */
const stateOf = (resources: unknown, more: Record<string, unknown> = {}) => ({
  version: 4,
  terraform_version: '1.11.4',
  serial: 7,
  lineage: 'b2446f5e',
  outputs: {},
  resources,
  ...more,
})

const object = (more: Record<string, unknown> = {}) => ({
  schema_version: 0,
  attributes: { client_id: 'abc', id: 'abc', client_secret: 'canary' },
  ...more,
})

const resource = (more: Record<string, unknown> = {}) => ({
  mode: 'managed',
  type: 'auth0_client',
  name: 'this',
  provider: 'provider["registry.terraform.io/auth0/auth0"]',
  instances: [object()],
  ...more,
})

const resourcesIn = (resources: unknown): readonly StateResource[] => {
  const reading = readState(stateOf(resources))
  if (!reading.ok) throw new Error(JSON.stringify(reading.issues))
  return reading.state.resources
}

const issuesIn = (value: unknown) => {
  const reading = readState(value)
  return reading.ok ? [] : reading.issues
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

const othersIn = (resources: unknown) => {
  const reading = readState(stateOf(resources))
  return reading.ok ? reading.state.others : undefined
}

describe('what belongs to no client', () => {
  test.each([
    { reason: 'nothing does', resources: [resource()], found: [] },
    {
      reason: 'a connection would be destroyed by a configuration that has none',
      resources: [resource(), resource({ type: 'auth0_connection', name: 'google', module: 'module.a[0]' })],
      found: ['module.a[0].auth0_connection.google'],
    },
    {
      reason: 'data sources are read, never destroyed, and behind terraform_data stands nothing',
      resources: [resource({ mode: 'data', type: 'auth0_tenant' }), resource({ type: 'terraform_data' })],
      found: [],
    },
    {
      reason: 'a resource without instances is none',
      resources: [resource({ type: 'auth0_role', instances: [] })],
      found: [],
    },
    {
      reason: 'each is named once',
      resources: [1, 2, 1].map((number) => resource({ type: 'auth0_role', name: `r${number}` })),
      found: ['auth0_role.r1', 'auth0_role.r2'],
    },
    {
      reason: 'what is no name is not repeated',
      resources: [resource({ type: 'auth0_role', name: '${file("/etc/passwd")}' })],
      found: ['(a resource without a proper name)'],
    },
    {
      reason: 'nor is what is no module',
      resources: ['not a module', 'x.module.a', 'module.${a}', 'module.a\u0000'].map((module) =>
        resource({ type: 'auth0_role', module }),
      ),
      found: ['auth0_role.this'],
    },
    {
      reason: 'a client whose id none can have here, which stops no other',
      resources: [
        resource(),
        resource({
          name: 'odd',
          instances: ['..', 'a\u0000', 'x'.repeat(256), 5, {}].map((id, index) =>
            object({ index_key: index, attributes: { client_id: id } }),
          ),
        }),
      ],
      found: ['auth0_client.odd'],
    },
  ])('$reason', ({ resources, found }) => {
    expect(othersIn(resources)).toEqual(found)
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

describe('a state that cannot be taken', () => {
  test.each([
    { reason: 'null', value: null, pointer: '' },
    { reason: 'a list', value: [], pointer: '' },
    { reason: 'an old version', value: stateOf([], { version: 3 }), pointer: '/version' },
    { reason: 'a later version', value: stateOf([], { version: 5 }), pointer: '/version' },
    { reason: 'a version in a text', value: stateOf([], { version: '4' }), pointer: '/version' },
    { reason: 'no serial', value: stateOf([], { serial: undefined }), pointer: '/serial' },
    { reason: 'half a serial', value: stateOf([], { serial: 1.5 }), pointer: '/serial' },
    { reason: 'a serial below nothing', value: stateOf([], { serial: -1 }), pointer: '/serial' },
    { reason: 'a serial that cannot be held', value: stateOf([], { serial: 2 ** 53 }), pointer: '/serial' },
    { reason: 'no lineage', value: stateOf([], { lineage: '' }), pointer: '/lineage' },
    { reason: 'a lineage without end', value: stateOf([], { lineage: 'x'.repeat(201) }), pointer: '/lineage' },
    { reason: 'U+0000, which no row can hold', value: stateOf([], { lineage: 'a\u0000' }), pointer: '/lineage' },
    { reason: 'half of a pair, which no row can hold', value: stateOf([], { lineage: '\ud800' }), pointer: '/lineage' },
    {
      reason: 'the same in the version of Terraform',
      value: stateOf([], { terraform_version: '1\u0000' }),
      pointer: '/terraform_version',
    },
    { reason: 'resources that are no list', value: stateOf({}), pointer: '/resources' },
    { reason: 'another mode', value: stateOf([resource({ mode: 'x' })]), pointer: '/resources/0/mode' },
    {
      reason: 'instances that are no list',
      value: stateOf([resource({ instances: {} })]),
      pointer: '/resources/0/instances',
    },
    { reason: 'no name', value: stateOf([resource({ name: 'a b' })]), pointer: '/resources/0/name' },
    {
      reason: 'a name that is an expression',
      value: stateOf([resource({ name: '${x}' })]),
      pointer: '/resources/0/name',
    },
    { reason: 'no module', value: stateOf([resource({ module: 'x' })]), pointer: '/resources/0/module' },
    {
      reason: 'a module further behind',
      value: stateOf([resource({ module: 'x.module.a' })]),
      pointer: '/resources/0/module',
    },
    {
      reason: 'a module with U+0000',
      value: stateOf([resource({ module: 'module.a\u0000' })]),
      pointer: '/resources/0/module',
    },
    {
      reason: 'a key that is neither number nor text',
      value: stateOf([resource({ instances: [object({ index_key: {} })] })]),
      pointer: '/resources/0/instances/0/index_key',
    },
    { reason: 'an object twice', value: stateOf([resource(), resource()]), pointer: '/resources/1/instances/0' },
    {
      reason: 'an instance twice',
      value: stateOf([resource({ instances: [object({ index_key: 'a' }), object({ index_key: 'a' })] })]),
      pointer: '/resources/0/instances/1',
    },
    {
      reason: 'a deposed object twice',
      value: stateOf([resource({ instances: [object({ deposed: 'a' }), object({ deposed: 'a' })] })]),
      pointer: '/resources/0/instances/1',
    },
    {
      reason: 'a deposed key with U+0000',
      value: stateOf([resource({ instances: [object({ deposed: '\u0000' })] })]),
      pointer: '/resources/0/instances/0/deposed',
    },
  ])('$reason', ({ value, pointer }) => {
    expect(issuesIn(value).map((issue) => issue.pointer)).toEqual([pointer])
  })

  test.each([
    { reason: 'resources', value: stateOf(Array.from({ length: 3_000_000 }, () => 0)) },
    { reason: 'instances', value: stateOf([resource({ instances: Array.from({ length: 3_000_000 }, () => 0) })]) },
    {
      reason: 'ids',
      value: stateOf([
        resource({ instances: Array.from({ length: 9999 }, () => object({ attributes: { id: '/' } })) }),
      ]),
    },
  ])('is not read to its end where it is wrong throughout: $reason', ({ value }) => {
    expect(issuesIn(value)).toHaveLength(100)
  })

  const objects = (count: number) =>
    Array.from({ length: count }, (_, index) => object({ index_key: index, attributes: { id: `c${index}` } }))

  test.each([
    { reason: 'as many clients as anybody can apply are taken', count: 50_000, pointers: [] },
    { reason: 'of one more none is, also where all stand in one resource', count: 50_001, pointers: ['/resources'] },
  ])('$reason', ({ count, pointers }) => {
    expect(issuesIn(stateOf([resource({ instances: objects(count) })])).map(({ pointer }) => pointer)).toEqual(pointers)
  })

  test.each([
    { reason: 'a version', more: { version: 3 }, says: /other versions/ },
    { reason: 'a serial', more: { serial: 'x' }, says: /whole number from 0 to/ },
    { reason: 'one below nothing', more: { serial: -1 }, says: /not be below 0/ },
    { reason: 'a lineage', more: { lineage: '' }, says: /not be empty/ },
    { reason: 'one with U+0000', more: { lineage: 'a\u0000' }, says: /no control characters/ },
  ])('says what is wrong with $reason', ({ more, says }) => {
    expect(issuesIn(stateOf([], more)).map(({ detail }) => detail)).toEqual([expect.stringMatching(says)])
  })

  test('whatever it is: nothing is thrown and nothing of it is quoted', () => {
    const member = fc.constantFrom(
      'version',
      'serial',
      'lineage',
      'resources',
      'mode',
      'type',
      'name',
      'module',
      'instances',
    )
    const secret = fc.constant('canary-7f3a')
    const anything = fc.object({
      key: fc.oneof(member, secret),
      values: [secret, fc.constantFrom('managed', 'auth0_client', 4, 0, null), fc.boolean()],
      maxDepth: 5,
    })
    fc.assert(
      fc.property(anything, fc.boolean(), (value, framed) => {
        const reading = readState(framed ? stateOf([value]) : { ...stateOf([]), ...value })
        expect(JSON.stringify(reading.ok ? [] : reading.issues)).not.toContain('canary')
      }),
    )
  })
})

describe('a state that follows another', () => {
  const held = { lineage: 'a', serial: 5, sha256: 'x' }
  test.each([
    { reason: 'where none is, any may come', present: null, next: { ...held, serial: 0 }, is: 'first' },
    {
      reason: 'up to the highest',
      present: null,
      next: { ...held, serial: 2 ** 52 },
      is: 'first',
    },
    {
      reason: 'but none so high that few could follow',
      present: null,
      next: { ...held, serial: 2 ** 52 + 1 },
      is: 'leap',
    },
    { reason: 'nor may it leap there', present: held, next: { ...held, serial: 2 ** 53 - 1 }, is: 'leap' },
    {
      reason: 'from there it rises in steps',
      present: { ...held, serial: 2 ** 52 },
      next: { ...held, serial: 2 ** 52 + 1 },
      is: 'next',
    },
    {
      reason: 'which are no longer than a thousand',
      present: { ...held, serial: 2 ** 52 },
      next: { ...held, serial: 2 ** 52 + 1000 },
      is: 'next',
    },
    {
      reason: 'so that a longer one is a leap',
      present: { ...held, serial: 2 ** 52 },
      next: { ...held, serial: 2 ** 52 + 1001 },
      is: 'leap',
    },
    { reason: 'a higher serial', present: held, next: { ...held, serial: 6, sha256: 'y' }, is: 'next' },
    { reason: 'also one that leaves some out', present: held, next: { ...held, serial: 60 }, is: 'next' },
    { reason: 'a request whose answer was lost', present: held, next: held, is: 'same' },
    { reason: 'somebody wrote in between', present: held, next: { ...held, sha256: 'y' }, is: 'same-serial' },
    { reason: 'an older one', present: held, next: { ...held, serial: 4 }, is: 'lower-serial' },
    {
      reason: 'one that began elsewhere',
      present: held,
      next: { ...held, lineage: 'b', serial: 6 },
      is: 'foreign-lineage',
    },
    { reason: 'lineages compare exactly', present: held, next: { ...held, lineage: 'A' }, is: 'foreign-lineage' },
  ] as const)('$reason', ({ present, next, is }) => {
    expect(successionOf(present, next)).toBe(is)
  })

  test('of two that differ, at most one may follow the other', () => {
    const version = fc.record({
      lineage: fc.constantFrom('a', 'b'),
      serial: fc.nat(3),
      sha256: fc.constantFrom('x', 'y'),
    })
    fc.assert(
      fc.property(version, version, (one, other) => {
        const mayFollow = [successionOf(one, other), successionOf(other, one)].filter((is) => is === 'next')
        expect(mayFollow.length).toBe(one.lineage === other.lineage && one.serial !== other.serial ? 1 : 0)
      }),
    )
  })
})

test.each([
  { address: 'auth0_client.this', plain: true },
  { address: 'auth0_client.größe-1', plain: true },
  { address: 'auth0_client.this[0]', plain: false },
  { address: 'auth0_client.this["a"]', plain: false },
  { address: 'module.a.auth0_client.this', plain: false },
  { address: 'module.a[0].auth0_client.this', plain: false },
  { address: '', plain: false },
])('whether a configuration of ours has such an address: $address', ({ address, plain }) => {
  expect(isPlainAddress(address)).toBe(plain)
})

describe('a lock', () => {
  const lock = {
    ID: '2b7d',
    Operation: 'OperationTypeApply',
    Info: '',
    Who: 'ann@laptop',
    Version: '1.11.4',
    Created: '2026-01-02T03:04:05.123456789Z',
    Path: '',
  }
  test('is kept as Terraform sends it, and nothing that it does not know', () => {
    expect(LockInfo.parse({ ...lock, type: '/problems/x' })).toEqual(lock)
  })

  test('has a time of any zone', () => {
    const Created = '2026-01-02T03:04:05+01:00'
    expect(LockInfo.parse({ ...lock, Created }).Created).toBe(Created)
  })

  test('needs an id only; a time that Terraform could not read is Go’s zero time', () => {
    expect(LockInfo.parse({ ID: 'x', Created: 'yesterday' })).toEqual({
      ID: 'x',
      Operation: '',
      Info: '',
      Who: '',
      Version: '',
      Created: '0001-01-01T00:00:00Z',
      Path: '',
    })
  })

  test.each([
    { reason: 'no id', value: { ...lock, ID: '' } },
    { reason: 'an id that is a number', value: { ...lock, ID: 5 } },
    { reason: 'U+0000', value: { ...lock, Who: '\u0000' } },
    { reason: 'half of a pair', value: { ...lock, Info: '\udfff' } },
    { reason: 'no object', value: 'x' },
    { reason: 'without end', value: { ...lock, Info: 'x'.repeat(4097) } },
  ])('cannot be read: $reason', ({ value }) => {
    expect(LockInfo.safeParse(value).success).toBe(false)
  })

  test.each([
    { operation: 'OperationTypeApply', applies: true },
    { operation: 'OperationTypePlan', applies: false },
    { operation: 'OperationTypeRefresh', applies: false },
    { operation: '', applies: false },
  ])('whether its holder writes to Auth0: $operation', ({ operation, applies }) => {
    expect(isApply({ Operation: operation })).toBe(applies)
  })
})
