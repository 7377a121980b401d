import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readState } from '../../../domain/terraform/state.ts'
import { stateOf, object, resource } from './state-support.ts'

const issuesIn = (value: unknown) => {
  const reading = readState(value)
  return reading.ok ? [] : reading.issues
}

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

const objects = (count: number) =>
  Array.from({ length: count }, (_, index) => object({ index_key: index, attributes: { id: `c${index}` } }))

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
