import { afterEach, describe, expect, test, vi } from 'vitest'
import { Snapshot } from '../../domain/terraform/snapshot.ts'
import { pathOf, read, seedClient } from '../api/support.ts'
import { deleteInAuth0 } from '../support/auth0.ts'
import { servers, startStack } from '../support/stack.ts'
import type { Stack, StackOptions } from '../support/stack.ts'
import { makeScanDue, untilScanned } from '../worker/scans.ts'
import { backendOf, lockOf, managedClient, stateKey, stateText } from './support.ts'

const callbacksOf = (host: string): string[] => [`https://${host}.example.com/cb`]

const withSerial = (serial: string): string => stateText(1).replace('"serial":1', `"serial":${serial}`)

const everything = ['client.read.all', 'client.write.all', 'terraform.read', 'terraform.state', 'tenant.admin']

describe.skipIf(servers === null)('a configuration that is older than the state', () => {
  let stack: Stack
  afterEach(() => stack.close())
  const start = async (more: StackOptions = {}): Promise<void> => {
    stack = await startStack({
      ...more,
      tenant: { terraformStates: ['main'], scanInterval: '24h', freshness: '24h', ...more.tenant },
      file: { terraform: { stateKeys: [stateKey] } },
    })
    // What it reads is none of a test's.
    if (more.roles?.worker !== false) await untilScanned(stack)
  }
  const ask = async (path: string, init: RequestInit = {}) =>
    read(await stack.request(path, { ...init, as: stack.token({ permissions: everything }) }))
  const held = (id: string) => stack.simulator.clients.get(id)?.['callbacks']
  const outside = (id: string, host: string): void => {
    stack.simulator.seed({ ...stack.simulator.clients.get(id), callbacks: callbacksOf(host) })
  }
  const patch = (id: string, host: string) =>
    stack.patch(id, { callbackUrls: callbacksOf(host) }, { as: stack.token({ permissions: everything }) })
  const versionOf = async (): Promise<number> => {
    const { body } = await ask('/v1/tenants/acme/terraform/snapshot')
    return Snapshot.parse(body).states.find(({ name }) => name === 'main')?.version ?? 0
  }
  const main = () => backendOf(stack, 'main')
  const stateOf = async () => {
    const { body } = await ask('/v1/tenants/acme/terraform/states')
    return Object(body['states'])[0]
  }
  const untilKnown = (ids: readonly string[]) =>
    vi.waitFor(
      async () =>
        expect(await stack.query('select from nexus.clients where client_id = any($1)', [ids])).toHaveLength(
          ids.length,
        ),
      { timeout: 10_000 },
    )

  /** Two owned clients; the first one is known to have drifted. The count of before the fields became owned. */
  const begun = async () => {
    await start()
    const [drifted, changed] = [seedClient(stack), seedClient(stack)]
    for (const id of [drifted, changed]) await ask(pathOf(id))
    const resources = [managedClient(drifted), managedClient(changed, { name: 'other' })]
    await main().post(stateText(1, resources))
    const old = await versionOf()
    for (const id of [drifted, changed]) expect((await patch(id, 'owned')).status).toBe(200)
    outside(drifted, 'operator')
    await makeScanDue(stack)
    await vi.waitFor(
      async () => expect(await stack.query('select from nexus.clients where drifted_at is not null')).toHaveLength(1),
      { timeout: 20_000 },
    )
    return { drifted, changed, resources, old }
  }
  const twoClients = async (more: StackOptions = {}) => {
    await start(more)
    const [gone, stays] = [seedClient(stack), seedClient(stack)]
    for (const id of [gone, stays]) await ask(pathOf(id))
    await main().post(stateText(1, [managedClient(gone), managedClient(stays, { name: 'stays' })]))
    await untilKnown([gone, stays])
    return { gone, stays, count: await versionOf() }
  }
  const apply = (count: number, more = {}) => main().lock(lockOf('apply', more), { query: `?snapshot=${count}` })
  describe('without a lock', () => {
    test('is taken, told, and followed by the look that follows an apply', async () => {
      const { drifted, changed, resources, old } = await begun()
      outside(changed, 'terraform')
      expect((await main().post(stateText(2, resources), { query: `?snapshot=${old}` })).status).toBe(200)
      await vi.waitFor(() => expect(held(changed)).toEqual(callbacksOf('owned')), { timeout: 10_000 })
      expect(held(drifted)).toEqual(callbacksOf('operator'))
      expect(await main().rows()).toMatchObject({ current: 2 })
      expect(stack.logLines().join('')).toMatch(/"snapshot":\d+,"current":\d+.*without a lock, from an outdated/)
      expect(await stateOf()).toMatchObject({ outdatedWrite: { by: 'auth0|tester', snapshot: old } })
      const { body } = await ask('/v1/tenants/acme')
      expect(body['terraform']).toMatchObject({ outdatedWriteAt: expect.stringMatching(/^20\d\d-/) })
      const audit = await ask('/v1/tenants/acme/audit?action=state.write-outdated')
      expect(audit.body['records']).toMatchObject([{ target: 'main/2', outcome: 'accepted' }])
      // Once more when nothing has followed for a minute: the provider may still have been writing.
      const [row] = await stack.query<{ due: boolean; known: object }>(
        `select check_at between now() + interval '30 seconds' and now() + interval '61 seconds' as due,
                known_drift as known from nexus.terraform_states where name = 'main'`,
      )
      expect(row).toEqual({ due: true, known: { [drifted]: ['callbackUrls'] } })
      outside(changed, 'terraform-again')
      await stack.query(`update nexus.terraform_states set check_at = now(), looked_at = now() - interval '1 minute'`)
      await vi.waitFor(() => expect(held(changed)).toEqual(callbacksOf('owned')), { timeout: 10_000 })
      await vi.waitFor(
        async () =>
          expect(await stack.query('select from nexus.terraform_states where check_at is not null')).toEqual([]),
        { timeout: 10_000 },
      )
      expect(held(drifted)).toEqual(callbacksOf('operator'))
      // An apply that holds the lock is made from what there is, and ends it.
      await main().lock(lockOf('apply'), { query: `?snapshot=${await versionOf()}` })
      await main().post(stateText(3, resources), { query: '?ID=apply' })
      expect(await stateOf()).toMatchObject({ outdatedWrite: null })
    })

    test('what the first of several writes knew of drift is what stays', async () => {
      const { drifted, changed, resources, old } = await begun()
      // Nobody looks meanwhile.
      await stack.query(`update nexus.tenants set paused_at = now()`)
      await main().post(stateText(2, resources), { query: `?snapshot=${old}` })
      // By the second write a scan has seen what the apply did: that is no drift that was known before.
      await stack.query(
        `update nexus.clients set observed = jsonb_set(observed, '{callbacks}', $2::jsonb) where client_id = $1`,
        [changed, JSON.stringify(callbacksOf('terraform'))],
      )
      outside(changed, 'terraform')
      await main().post(stateText(3, resources), { query: `?snapshot=${old}` })
      await stack.query(`update nexus.tenants set paused_at = null`)
      await vi.waitFor(() => expect(held(changed)).toEqual(callbacksOf('owned')), { timeout: 10_000 })
      expect(held(drifted)).toEqual(callbacksOf('operator'))
    })

    test.each([
      { reason: 'the present count', query: (now: number) => `?snapshot=${now}` },
      { reason: 'no count', query: () => '' },
    ])('a write with $reason is not outdated', async ({ query }) => {
      const { resources } = await begun()
      await main().post(stateText(2, resources), { query: query(await versionOf()) })
      expect(await stateOf()).toMatchObject({ outdatedWrite: null })
      expect(await stack.query('select from nexus.terraform_states where check_at is not null')).toEqual([])
    })

    test('a write under the lock is not, whatever the count did meanwhile', async () => {
      const { drifted, resources } = await begun()
      const then = await versionOf()
      await main().lock(lockOf('apply'), { query: `?snapshot=${then}` })
      const body = { applicationName: 'x' }
      await stack.patch(drifted, body, {
        as: stack.token({ permissions: everything }),
        headers: { prefer: 'respond-async' },
      })
      expect(await versionOf()).toBeGreaterThan(then)
      const query = `?ID=apply&snapshot=${then}`
      expect((await main().post(stateText(2, resources), { query })).status).toBe(200)
      expect(await stateOf()).toMatchObject({ outdatedWrite: null })
    })
  })

  describe('an apply whose client was deleted in Auth0 since the last scan', () => {
    test('does not get the lock, and is told why', async () => {
      const { gone, count } = await twoClients()
      await deleteInAuth0(stack.simulator, gone)
      const refused = await apply(count)
      expect(refused).toMatchObject({ status: 409, body: { type: '/problems/state-outdated' } })
      expect(refused.body['Info']).toContain(`${gone} vanished from Auth0`)
      expect((await main().rows()).lock).toBeNull()
      // What is synthesised now knows of it.
      const { body } = await ask('/v1/tenants/acme/terraform/snapshot')
      expect(Snapshot.parse(body).clients.find(({ id }) => id === gone)).toMatchObject({ vanished: true })
      expect((await apply(await versionOf())).status).toBe(200)
    })

    test('also where a change of the client still waits to be refused', async () => {
      const { gone, count } = await twoClients({ roles: { api: true, worker: false } })
      await stack.patch(
        gone,
        { callbackUrls: callbacksOf('x') },
        {
          as: stack.token({ permissions: everything }),
          headers: { prefer: 'respond-async' },
        },
      )
      await deleteInAuth0(stack.simulator, gone)
      const now = await versionOf()
      expect(now).toBeGreaterThan(count)
      expect(await apply(now)).toMatchObject({ status: 409, body: { type: '/problems/state-outdated' } })
    })

    test.each([
      { reason: 'a plan', more: { Operation: 'OperationTypePlan' } },
      { reason: 'the state commands', more: { Operation: '' } },
    ])('gets it for $reason', async ({ more }) => {
      const { gone, count } = await twoClients()
      await deleteInAuth0(stack.simulator, gone)
      stack.simulator.resetStats()
      expect((await apply(count, more)).status).toBe(200)
      expect(stack.simulator.stats.byRoute['GET /api/v2/clients 200'] ?? 0).toBe(0)
    })

    test('gets it where a declaration makes the client again', async () => {
      const { gone, stays, count } = await twoClients()
      const declared = { client_id: gone, name: 'Gone', declared: true }
      const outputs = { managed_clients: { value: { 'auth0_client.this': declared }, type: 'dynamic' } }
      await main().post(stateText(2, [managedClient(gone), managedClient(stays, { name: 'stays' })], { outputs }))
      await deleteInAuth0(stack.simulator, gone)
      expect(await versionOf()).toBe(count)
      expect((await apply(count)).status).toBe(200)
    })

    test('costs one list and nothing else where nothing is gone; a repeated LOCK costs nothing', async () => {
      const { count } = await twoClients()
      stack.simulator.resetStats()
      expect((await apply(count)).status).toBe(200)
      expect((await apply(count)).status).toBe(200)
      expect(stack.simulator.stats.byRoute).toEqual({ 'GET /api/v2/clients 200': 1 })
    })

    test('is decided by the last scan where Auth0 cannot be listed in time, and the log says so', async () => {
      const { count } = await twoClients()
      stack.simulator.setFaults({ errorShare: 1 })
      const asked = performance.now()
      expect((await apply(count)).status).toBe(200)
      expect(performance.now() - asked).toBeLessThan(12_000)
      expect(stack.logLines().join('')).toContain('Auth0 could not be listed before an apply: the last scan decides')
    })
  })

  describe('the serial', () => {
    const beyond = [
      { reason: 'the highest whole number', serial: String(2 ** 53 - 1) },
      { reason: 'one below it', serial: String(2 ** 53 - 2) },
      { reason: 'more than is left to count', serial: String(2 ** 52 + 1) },
      { reason: 'no whole number in JSON', serial: '1e30' },
      { reason: 'a fraction', serial: '1.5' },
      { reason: 'below nothing', serial: '-1' },
      { reason: 'a text', serial: '"7"' },
      { reason: 'beyond any number', serial: '1e999' },
    ]

    test('is refused where no later write would be possible, with the reason', async () => {
      await start({ roles: { api: true, worker: false } })
      const told: unknown[] = []
      for (const [index, { reason, serial }] of beyond.entries()) {
        const [empty, filled] = [backendOf(stack, `empty-${index}`), backendOf(stack, `filled-${index}`)]
        await filled.post(stateText(1))
        for (const state of [empty, filled]) {
          const { status, body } = await state.post(withSerial(serial))
          told.push([reason, status, body.errors?.map(({ pointer }) => pointer)])
        }
        told.push([reason, (await filled.post(stateText(2))).status])
      }
      expect(told).toEqual(
        beyond.flatMap(({ reason }) => [
          [reason, 422, ['/serial']],
          [reason, 422, ['/serial']],
          [reason, 200],
        ]),
      )
    })

    test('may be high, and rises from there', async () => {
      await start({ roles: { api: true, worker: false } })
      const state = backendOf(stack)
      expect((await state.post(withSerial(String(2 ** 52)))).status).toBe(200)
      for (const more of [1, 2, 1002]) expect((await state.post(withSerial(String(2 ** 52 + more)))).status).toBe(200)
      expect((await state.post(withSerial(String(2 ** 52 + 3000)))).status).toBe(422)
    })

    test('that an older version took can be left behind by a restore', async () => {
      await start({ roles: { api: true, worker: false } })
      const state = backendOf(stack)
      await state.post(stateText(7))
      await stack.query('update nexus.terraform_states set highest_serial = $2 where name = $1', [
        state.name,
        2 ** 53 - 1,
      ])
      await stack.query(
        `insert into nexus.terraform_state_versions
           (tenant_id, state, version, lineage, serial, terraform_version, sha256, bytes, key_id, sealed, written_by)
         select tenant_id, state, 2, lineage, $2, terraform_version, 'x', bytes, key_id, sealed, written_by
         from nexus.terraform_state_versions where state = $1`,
        [state.name, 2 ** 53 - 1],
      )
      await stack.query('update nexus.terraform_states set version = 2, versions = 2 where name = $1', [state.name])
      expect((await state.post(stateText(8))).status).toBe(409)
      expect(await state.restore(1)).toMatchObject({ status: 200, body: { serial: 8 } })
      expect((await state.post(stateText(9))).status).toBe(200)
      expect(await state.restore(1)).toMatchObject({ status: 200, body: { serial: 10 } })
    })
  })
})
