import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createAuth0 } from '../../../adapters/auth0/auth0.ts'
import { auth0TenantsOf } from '../../../process/auth0-tenants.ts'
import { createPacer } from '../../../adapters/auth0/pacer.ts'
import { createHttp } from '../../../adapters/http/http.ts'
import { createLog } from '../../../adapters/log/log.ts'
import { createAccept } from '../../../adapters/postgres/changes/accept.ts'
import { createChanges } from '../../../adapters/postgres/changes/changes.ts'
import { createLeases } from '../../../adapters/postgres/changes/leases.ts'
import { createClients } from '../../../adapters/postgres/clients/clients.ts'
import { createScans } from '../../../adapters/postgres/clients/scans.ts'
import { connect } from '../../../adapters/postgres/database/connect.ts'
import { createBudgets } from '../../../adapters/postgres/tenants/budgets.ts'
import { createPolicies } from '../../../worker/policies.ts'
import { createReconcile } from '../../../worker/reconcile.ts'
import { untraced } from '../../../worker/traced-rounds.ts'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { pathOf, read, seedClient } from '../support.ts'

/**
 * The law: at any moment, every place that tells of drift tells the same of a client. Histories are made of what owners,
 * strangers in Auth0, scans and workers do; a worker's step is made by the test, so that every moment between can be seen.
 */

const members = { callbackUrls: 'callbacks', allowedLogoutUrls: 'allowed_logout_urls' } as const
type Field = keyof typeof members

type Step =
  | { readonly kind: 'patch' | 'outside'; readonly field: Field; readonly value: string }
  | { readonly kind: 'withdraw' | 'read' | 'scan' | 'work' | 'revert' | 'accept' }

const field = fc.constantFrom<Field>('callbackUrls', 'allowedLogoutUrls')
const value = fc.constantFrom('https://a.test', 'https://b.test', 'https://c.test')
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('patch' as const), field, value }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('outside' as const), field, value }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('read', 'scan', 'work', 'work') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('withdraw', 'revert', 'accept') }) },
)

/** A field is owned, and settled, before anything happens: until then nothing can drift. */
const beginning: readonly Step[] = [
  { kind: 'patch', field: 'callbackUrls', value: 'https://b.test' },
  { kind: 'work' },
  { kind: 'outside', field: 'callbackUrls', value: 'https://c.test' },
]

/** One that drifts for certain, and goes back where that is the policy: few of the histories that chance makes do. */
const drifts: Step[] = [{ kind: 'read' }, { kind: 'work' }, { kind: 'work' }]

const Sync = z.object({
  drift: z.array(z.object({ field: z.string(), confirmed: z.unknown(), observed: z.unknown() })),
  pending: z.array(z.object({ id: z.string() })),
  owned: z.array(z.string()),
  conditions: z.array(z.object({ type: z.string(), status: z.string() })),
})
const Listed = z.object({ clients: z.array(z.object({ id: z.string(), drifted: z.boolean() })) })
const Report = z.object({
  clients: z.array(
    z.object({ id: z.string(), fields: z.array(z.object({ field: z.string(), from: z.unknown(), to: z.unknown() })) }),
  ),
})

describe.skipIf(servers === null).each(['report', 'revert'] as const)('under the policy %s', (driftPolicy) => {
  let stack: Stack
  let postgres: ReturnType<typeof connect>
  let reader: string
  beforeAll(async () => {
    const tenant = { scanInterval: '24h', freshness: '24h', driftPolicy }
    stack = await startStack({ tenant, roles: { api: true, worker: false } })
    postgres = connect(stack.databaseUrl, () => undefined, { size: 2 })
    reader = stack.token({ permissions: ['client.read.all'] })
  })
  afterAll(async () => {
    await postgres.close()
    await stack.close()
  })

  const workers = () => {
    const { tenants } = stack.configuration
    const configurations = new Map(tenants.map((tenant) => [tenant.id, tenant]))
    const keysOf = () => configurations.get('acme')?.metadataKeys ?? expect.fail('There is one tenant.')
    const auth0 = createAuth0(createHttp({}), auth0TenantsOf(stack.configuration), 5000)
    const log = createLog('silent')
    const accept = createAccept(postgres.db, keysOf)
    const reconcile = createReconcile({
      inTrace: untraced,
      health: { probe: () => Promise.resolve('unknown') },
      keysOf,
      clients: createClients(postgres.db, keysOf),
      leases: createLeases(postgres.db, keysOf, () => undefined),
      changes: createChanges(postgres.db, keysOf),
      pacer: createPacer(createBudgets(postgres.db), new Map([['acme', 'none']]), { patienceMs: 5000 }),
      auth0,
      policies: createPolicies({ accept, configurations, queue: { wake: () => Promise.resolve() }, log }),
      callMs: 5000,
      stopping: new AbortController().signal,
      log,
    })
    return { auth0, reconcile, scans: createScans(postgres.db), keys: keysOf() }
  }

  const get = async (path: string) => read(await stack.request(path, { as: reader }))
  const post = async (id: string, action: string) =>
    stack.request(`${pathOf(id)}/sync`, {
      method: 'POST',
      body: JSON.stringify({ action }),
      headers: { 'content-type': 'application/json', prefer: 'respond-async' },
    })

  const take = async (id: string, one: Step, { auth0, reconcile, scans, keys }: ReturnType<typeof workers>) => {
    switch (one.kind) {
      case 'patch':
        await stack.patch(id, { [one.field]: [one.value] }, { headers: { prefer: 'respond-async' } })
        return
      case 'outside':
        stack.simulator.seed({ ...stack.simulator.clients.get(id), [members[one.field]]: [one.value] })
        return
      case 'withdraw': {
        const { pending } = Sync.parse((await get(`${pathOf(id)}/sync`)).body)
        for (const change of pending.slice(-1))
          await stack.request(`/v1/tenants/acme/changes/${change.id}`, { method: 'DELETE' })
        return
      }
      case 'read':
        // Old enough to be read again by this one request, and by none of those that compare.
        await stack.query(
          `update nexus.clients set observed_at = observed_at - interval '2 days' where client_id = $1`,
          [id],
        )
        await stack.request(pathOf(id))
        return
      case 'scan': {
        const askedAt = await scans.time()
        const page = await auth0.list('acme', undefined, 100)
        if (page.ok) await scans.keepPage('acme', askedAt, page.body.clients, keys)
        return
      }
      case 'work':
        await reconcile({ tenantId: 'acme', clientId: id })
        return
      case 'revert':
      case 'accept':
        await post(id, one.kind)
    }
  }

  /** What each place says has drifted of a client. */
  const places = async (id: string) => {
    const [sync, drifted, all, tenant, drift, plan, client] = await Promise.all([
      get(`${pathOf(id)}/sync`),
      get('/v1/tenants/acme/clients?drifted=true'),
      get(`/v1/tenants/acme/clients?text=${id}`),
      get('/v1/tenants/acme'),
      get('/v1/tenants/acme/drift'),
      get('/v1/tenants/acme/plan'),
      get(pathOf(id)),
    ])
    const fieldsIn = (body: unknown) => Report.parse(body).clients.find((one) => one.id === id)?.fields ?? []
    const warning = client.headers.get('nexus-warning') ?? ''
    return {
      sync: Sync.parse(sync.body),
      listed: Listed.parse(drifted.body).clients.map((one) => one.id),
      element: Listed.parse(all.body).clients.find((one) => one.id === id)?.drifted,
      count: tenant.body['drifted'],
      drift: fieldsIn(drift.body),
      drifting: Report.parse(drift.body).clients.length,
      plan: fieldsIn(plan.body),
      warned: /other values than are shown here for ([\w, ]+)\./.exec(warning)?.[1]?.split(', ') ?? [],
      shown: client.body,
    }
  }

  test('every place says the same', { timeout: 120_000 }, async () => {
    const seen = { drift: 0, none: 0 }
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 8 }), async (steps) => {
        const id = seedClient(stack, { callbacks: ['https://a.test'], allowed_logout_urls: ['https://a.test'] })
        await stack.request(pathOf(id))
        const hands = workers()
        for (const one of [...beginning, ...steps]) {
          await take(id, one, hands)
          const { sync, listed, element, count, drift, drifting, plan, warned, shown } = await places(id)
          const fields = sync.drift.map((drifted) => drifted.field)
          seen[fields.length > 0 ? 'drift' : 'none'] += 1
          expect(sync.conditions.find(({ type }) => type === 'Drifted')?.status).toBe(
            fields.length > 0 ? 'True' : 'False',
          )
          expect(listed.includes(id)).toBe(fields.length > 0)
          expect(element).toBe(fields.length > 0)
          expect(count).toBe(listed.length)
          expect(drifting).toBe(listed.length)
          expect(warned).toEqual(fields)
          expect(drift).toMatchObject(
            sync.drift.map((drifted) => ({ field: drifted.field, from: drifted.confirmed, to: drifted.observed })),
          )
          for (const drifted of sync.drift) expect(shown[drifted.field]).toEqual(drifted.confirmed)
          // A plan sends drift back where that is the policy and nothing else goes first; otherwise it leaves it alone.
          const goesBack = driftPolicy === 'revert' && sync.pending.length === 0
          expect(plan.filter((planned) => fields.includes(planned.field))).toEqual(
            (goesBack ? sync.drift : []).map((drifted) => ({
              field: drifted.field,
              from: drifted.observed,
              to: drifted.confirmed,
            })),
          )
        }
      }),
      { numRuns: 12, examples: [[drifts]] },
    )
    // Histories in which nothing drifts would prove nothing.
    expect(Math.min(seen.drift, seen.none)).toBeGreaterThan(0)
  })
})
