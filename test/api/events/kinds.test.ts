import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventKindNames } from '../../../domain/events.ts'
import type { EventKind } from '../../../domain/events.ts'
import { withStates } from '../../support/pipeline.ts'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { untilScanned } from '../../worker/scans.ts'
import { backendOf, lockOf, stateText } from '../../terraform/support.ts'
import { behindNexus, pathOf, seedClient } from '../support.ts'
import { lookOn } from './support.ts'

let stack: Stack

const everything = ['client.read.all', 'client.write.all', 'tenant.admin', 'terraform.state']
const call = async (method: string, path: string, body?: unknown): Promise<Response> =>
  stack.request(path, {
    method,
    as: stack.token({ permissions: everything }),
    headers: { prefer: 'wait=20', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
const tenant = '/v1/tenants/acme'
const changeOf = async (id: string, body: unknown, prefer = 'wait=20'): Promise<string> =>
  (await stack.patch(id, body, { headers: { prefer } })).headers.get('nexus-change') ?? ''
const earlier = (column: string): string => `${column} = ${column} - interval '1 hour'`
const scan = async (): Promise<unknown> => {
  // Who asks soon after a scan would be answered by that one.
  await stack.query(`update nexus.tenants set ${earlier('asked_scan_ended_at')}, ${earlier('scan_asked_at')}`)
  return call('POST', `${tenant}/scan`)
}
/** Somebody changes a client in Auth0. */
const elsewhere = (id: string, more: Record<string, unknown>): void =>
  void stack.simulator.seed({ ...stack.simulator.clients.get(id), client_id: id, ...more })
const state = `events-${randomUUID()}`
const backend = () => backendOf(stack, state)

interface Happening {
  readonly what: string
  /** @param id a client that Nexus knows, with `applicationName` as its own */
  readonly does: (id: string) => Promise<unknown>
  readonly kinds: readonly EventKind[]
}

const ofClients: readonly Happening[] = [
  {
    what: 'a change',
    does: (id) => changeOf(id, { applicationName: 'Two' }),
    kinds: ['change.accepted', 'change.applied'],
  },
  {
    what: 'a change of what is already so, which Nexus owns from then on',
    does: (id) => changeOf(id, { productName: 'Shop' }),
    kinds: ['change.applied'],
  },
  {
    what: 'a change that Auth0 refuses',
    does: async (id) => {
      const others = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`k${index}`, 'v']))
      elsewhere(id, { client_metadata: { ...Object(stack.simulator.clients.get(id)?.['client_metadata']), ...others } })
      await changeOf(id, { client_upn_key: 'upn' })
    },
    kinds: ['change.accepted', 'change.rejected'],
  },
  {
    what: 'a pause, a second one, a change that is withdrawn, and the end of the pause',
    does: async (id) => {
      await call('POST', `${pathOf(id)}/pause`)
      await call('POST', `${pathOf(id)}/pause`)
      const change = await changeOf(id, { applicationName: 'Two' }, 'respond-async')
      await call('DELETE', `${tenant}/changes/${change}`)
      await call('POST', `${pathOf(id)}/resume`)
    },
    kinds: ['client.paused', 'change.accepted', 'change.withdrawn', 'client.resumed'],
  },
  {
    what: 'a change in Auth0 of a field that Nexus does not own',
    does: async (id) => {
      elsewhere(id, { name: 'Renamed' })
      await scan()
    },
    kinds: ['client.observed'],
  },
  {
    what: 'a drift, and its end',
    does: async (id) => {
      const before = stack.simulator.clients.get(id)?.['client_metadata']
      elsewhere(id, { client_metadata: { ...Object(before), application_name: 'Otherwise' } })
      await scan()
      const drifted = 'select 1 from nexus.clients where client_id = $1 and drifted_at is not null'
      await expect.poll(async () => stack.query(drifted, [id]), { timeout: 10_000 }).toHaveLength(1)
      await call('POST', `${pathOf(id)}/sync`, { action: 'accept' })
    },
    kinds: ['client.drifted', 'change.applied', 'client.observed'],
  },
  {
    what: 'a client that is deleted in Auth0',
    does: async (id) => {
      await behindNexus(stack, 'DELETE', `/clients/${id}`)
      await scan()
    },
    kinds: ['client.vanished'],
  },
  {
    what: 'a try that fails',
    does: async (id) => {
      stack.simulator.setFaults({ errorShare: 1, methods: ['PATCH'] })
      const change = await changeOf(id, { applicationName: 'Two' }, 'wait=1')
      stack.simulator.setFaults({ errorShare: 0 })
      await call('POST', `${pathOf(id)}/sync`, { action: 'retry' })
      await expect.poll(async () => (await call('GET', `${tenant}/changes/${change}`)).text()).toContain('"applied"')
    },
    kinds: ['change.accepted', 'client.delayed', 'change.applied'],
  },
]

const ofOthers: readonly Happening[] = [
  {
    what: 'a pause of the tenant',
    does: async () => {
      for (const action of ['pause', 'pause', 'resume', 'resume']) await call('POST', `${tenant}/${action}`)
    },
    kinds: ['tenant.paused', 'tenant.resumed'],
  },
  { what: 'a scan', does: scan, kinds: ['tenant.scanned'] },
  {
    what: 'a credential that Auth0 refuses, and takes again',
    does: async (id) => {
      stack.simulator.setFaults({ refuseCredential: true, revokeTokens: true })
      await changeOf(id, { applicationName: 'Two' }, 'wait=1')
      await expect.poll(async () => (await call('GET', tenant)).text()).toContain('"valid":false')
      stack.simulator.setFaults({ refuseCredential: false })
      await stack.query('update nexus.tenants set next_probe_at = clock_timestamp()')
    },
    kinds: ['tenant.held', 'tenant.lifted'],
  },
  {
    what: 'a state that is locked, written and unlocked',
    does: async () => {
      await backend().lock(lockOf('events'))
      await backend().post(stateText(1), { query: '?ID=events' })
      await backend().unlock(lockOf('events'))
      await backend().remove()
    },
    kinds: ['state.locked', 'state.written', 'state.unlocked', 'state.written'],
  },
]

const knownClient = async (): Promise<string> => {
  const id = seedClient(stack)
  await changeOf(id, { applicationName: 'One' })
  return id
}

describe.skipIf(servers === null)('what happens is told', () => {
  beforeAll(async () => {
    stack = await startStack(withStates({ tenant: { scanInterval: '24h', freshness: '1h', terraformStates: [state] } }))
    await untilScanned(stack)
  })
  afterAll(() => stack.close())

  test.each(ofClients)('$what', async ({ does, kinds }) => {
    const id = await knownClient()
    const reader = await lookOn(stack, { query: `?client=${id}` })
    await does(id)
    const told = () => reader.events().flatMap(({ client, kind }) => (client === id ? [kind] : []))
    // A try may be repeated more than once.
    await expect
      .poll(() => told().filter((kind, index, all) => kind !== 'client.delayed' || all[index - 1] !== kind), {
        timeout: 15_000,
      })
      .toEqual(kinds)
  })

  test.each(ofOthers)('$what', async ({ does, kinds }) => {
    const id = await knownClient()
    const reader = await lookOn(stack, { as: stack.token({ permissions: everything }), query: '?client=nobody' })
    await does(id)
    await expect.poll(() => reader.events().map(({ kind }) => kind), { timeout: 15_000 }).toEqual(kinds)
    const states = new Set(reader.events().map((event) => event['state']))
    expect([...states]).toEqual(kinds.some((kind) => kind.startsWith('state.')) ? [state] : [null])
  })

  test('every kind is one of these', () => {
    const seen = new Set(['client.observed', ...[...ofClients, ...ofOthers].flatMap(({ kinds }) => kinds)])
    expect(eventKindNames.filter((kind) => !seen.has(kind))).toEqual([])
  })
})
