import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Snapshot } from '../../domain/terraform/snapshot.ts'
import { fieldPaths } from '../../domain/vocabulary.ts'
import { blocksOf } from '../../stacks/blocks.ts'
import { recordOf } from '../../domain/shape.ts'
import { StackRefused } from '../../stacks/errors.ts'
import { planStack } from '../../stacks/plan/plan.ts'
import type { StackPlan } from '../../stacks/plan/plan.ts'
import { at, client, declaration, snapshot, state } from './support.ts'

const ids = ['A', 'B', 'C', '9D', '__proto__'] as const
const someId = fc.constantFrom(...ids)

const someRequest = fc.option(
  fc.record({ kind: fc.constantFrom('adopt' as const, 'release' as const), state: fc.constantFrom('prod', 'other') }),
)

const someClients = fc
  .tuple(
    ...ids.map((id) =>
      fc.record({
        vanished: fc.boolean(),
        request: someRequest,
        name: fc.string(),
        owned: fc.subarray([...fieldPaths]),
        // Nothing is withheld, and nothing held: what a takeover would take has laws of its own.
        observed: fc.constant({}),
        withheld: fc.constant<string[]>([]),
        id: fc.constant(id),
      }),
    ),
  )
  .map((all) => all.map(({ id, ...more }) => client(id, more)))

const someAddress = fc.constantFrom(
  ...['a', 'b', 'c_A', 'c_9D'].flatMap((name) => [`auth0_client.${name}`, `auth0_client_credentials.${name}`]),
)

const someState = (name: string, own: boolean) =>
  fc
    .uniqueArray(fc.record({ address: someAddress, id: someId, tainted: fc.boolean(), gone: fc.boolean() }), {
      selector: ({ address }) => address,
    })
    .map((all) =>
      state(
        all.map(({ address, id, tainted, gone }) => at(address, id, { tainted, deposed: gone ? 'dep' : null })),
        { name, own },
      ),
    )

const someSnapshot: fc.Arbitrary<Snapshot> = fc
  .tuple(
    someState('prod', true),
    fc.boolean().chain((own) => someState('other', own)),
    someClients,
  )
  .map(([prod, other, clients]) => snapshot([prod, other], clients))

const someDeclarations = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('a', 'b', 'new'),
    clientId: fc.option(someId),
    authenticationMethod: fc.constantFrom(null, 'none'),
  }),
  { selector: ({ name }) => name },
)

/** The plan; null where it is refused. */
const planned = (taken: Snapshot, declared: readonly { name: string; clientId: string | null }[]): StackPlan | null => {
  try {
    return planStack(taken, 'prod', new Map([['prod', declared.map(({ name, ...more }) => declaration(name, more))]]))
  } catch (error) {
    if (error instanceof StackRefused) return null
    throw error
  }
}

/** Addresses that the configuration has resources for. */
const resourcesOf = (plan: StackPlan, authenticating: ReadonlySet<string>): string[] => [
  ...plan.kept.map(({ name }) => `auth0_client.${name}`),
  ...[...plan.declared.keys()].map((name) => `auth0_client.${name}`),
  ...[...plan.declared]
    .filter(([name]) => authenticating.has(name))
    .map(([, { credentials }]) => `auth0_client_credentials.${credentials}`),
]

test('every address of the state is a resource or is removed, exactly once: silence would destroy it', () => {
  fc.assert(
    fc.property(someSnapshot, someDeclarations, (taken, declared) => {
      const plan = planned(taken, declared)
      if (plan === null) return
      const authenticating = new Set(
        declared.filter((one) => one.authenticationMethod !== null).map(({ name }) => name),
      )
      const said = [...resourcesOf(plan, authenticating), ...plan.removed]
      expect(new Set(said).size).toBe(said.length)
      for (const { address } of taken.states[0]?.resources ?? []) expect(said).toContain(address)
    }),
    { numRuns: 5000 },
  )
})

test('what is imported exists, has a resource, and stands in no state', () => {
  fc.assert(
    fc.property(someSnapshot, someDeclarations, (taken, declared) => {
      const plan = planned(taken, declared)
      if (plan === null) return
      for (const { to, id } of plan.imports) {
        expect(taken.clients.find((one) => one.id === id)?.vanished).toBe(false)
        expect(resourcesOf(plan, new Set())).toContain(to)
        const managing = taken.states
          .flatMap(({ resources }) => resources)
          .filter(({ type, clientId, deposed }) => type === 'auth0_client' && clientId === id && deposed === null)
        expect(managing).toEqual([])
      }
    }),
  )
})

test('what Nexus owns of a client stands in no resource of a kept client but its name', () => {
  fc.assert(
    fc.property(someSnapshot, (taken) => {
      const plan = planned(taken, [])
      if (plan === null) return
      for (const resource of Object.values(blocksOf(plan, {}).resource['auth0_client'] ?? {}))
        expect(resource).toEqual({
          name: expect.any(String),
          lifecycle: { ignore_changes: 'all', prevent_destroy: true },
        })
    }),
  )
})

test('the order of what the snapshot lists changes nothing', () => {
  fc.assert(
    fc.property(someSnapshot, (taken) => {
      const turned = {
        ...taken,
        clients: taken.clients.toReversed(),
        states: taken.states.map((one) => ({ ...one, resources: one.resources.toReversed() })).toReversed(),
      }
      const [one, other] = [planned(taken, []), planned(turned, [])]
      expect(other && blocksOf(other, {})).toEqual(one && blocksOf(one, {}))
      expect(other?.counts).toEqual(one?.counts)
    }),
  )
})

test('no text leaves with an interpolation or a directive alive in it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('$', '%', '{', '}', '"', 'a', '\\', '~')).map((all) => all.join('')),
      (name) => {
        const plan = planned(
          snapshot([state([at('auth0_client.a', 'A')])], [client('A', { name }), client('B', { name })]),
          [],
        )
        if (plan === null) throw new Error('It was refused.')
        const { output } = blocksOf(plan, { manualClients: true })
        const value = recordOf(recordOf(output['manual_clients'])['value'])['B']
        // Terraform reads from the left: a doubled sign before a brace is one sign and the brace.
        expect(String(value).replaceAll(/([$%])\1(?=\{)/g, '$1')).toBe(name)
        expect(String(value)).not.toMatch(/(?<![$%])(?:\$|%)\{/)
      },
    ),
  )
})
