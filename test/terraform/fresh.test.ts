import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { Snapshot } from '../../domain/terraform/snapshot.ts'
import { read, seedClient } from '../api/support.ts'
import { deleteInAuth0 } from '../support/auth0.ts'
import { servers, startStack } from '../support/stack.ts'
import type { Stack, StackOptions } from '../support/stack.ts'
import { untilScanned } from '../worker/scans.ts'
import { backendOf, managedClient, stateKey, stateText } from './support.ts'

const clientIn = ({ clients }: Snapshot, id: string) => clients.find((one) => one.id === id)

const path = '/v1/tenants/acme/terraform/snapshot'

describe.skipIf(servers === null)('a snapshot that is asked for fresh', () => {
  let stack: Stack
  afterEach(() => stack.close())
  const start = async (more: StackOptions = {}): Promise<void> => {
    stack = await startStack({
      ...more,
      tenant: { terraformStates: ['main'], scanInterval: '24h', freshness: '24h', ...more.tenant },
      file: { terraform: { stateKeys: [stateKey] } },
    })
  }
  const reader = () => stack.token({ permissions: ['terraform.read'] })
  const once = async (query = '?fresh=true') => read(await stack.request(`${path}${query}`, { as: reader() }))
  /** As `nexus synth` does: again for as long as it is told to. */
  const fresh = async () => {
    for (const until = performance.now() + 25_000; ;) {
      const answer = await once()
      if (answer.status !== 202 || performance.now() > until) return answer
      await sleep(Number(answer.headers.get('retry-after')) * 1000)
    }
  }
  const snapshot = async (): Promise<Snapshot> => Snapshot.parse((await fresh()).body)
  const lists = (): number => stack.simulator.stats.byRoute['GET /api/v2/clients 200'] ?? 0

  test('knows at once what was deleted and what was made in Auth0 since the last scan', async () => {
    await start()
    const [gone, stays] = [seedClient(stack), seedClient(stack)]
    const main = backendOf(stack, 'main')
    await main.post(stateText(1, [managedClient(gone), managedClient(stays, { name: 'stays' })]))
    expect(clientIn(await snapshot(), gone)).toMatchObject({ vanished: false })
    await deleteInAuth0(stack.simulator, gone)
    const made = seedClient(stack)
    const asked = performance.now()
    // Within the time in which the first scan still serves others, too.
    const next = await snapshot()
    expect(clientIn(next, gone)).toMatchObject({ vanished: true })
    expect(clientIn(next, stays)).toMatchObject({ vanished: false })
    expect(performance.now() - asked).toBeLessThan(5000)
    await stack.query(`update nexus.tenants set asked_scan_ended_at = asked_scan_ended_at - interval '1 minute',
      scan_asked_at = scan_asked_at - interval '1 minute', last_scan_at = last_scan_at - interval '1 minute'`)
    expect(clientIn(await snapshot(), made)).toMatchObject({ vanished: false })
  })

  test('knows that a client is gone whose adoption is asked for, or whose change waits', async () => {
    await start({ roles: { api: true, worker: false } })
    const [asked, waiting] = [seedClient(stack), seedClient(stack)]
    const as = stack.token({ permissions: ['terraform.adopt', 'client.read.all', 'client.write.all'] })
    await stack.request(`/v1/tenants/acme/clients/${asked}/terraform`, { method: 'PUT', as })
    await backendOf(stack, 'main').post(stateText(1, [managedClient(waiting)]))
    await stack.patch(waiting, { applicationName: 'x' }, { as, headers: { prefer: 'respond-async' } })
    await deleteInAuth0(stack.simulator, asked)
    await deleteInAuth0(stack.simulator, waiting)
    // Whose change is never refused, because nothing is sent for it.
    await stack.query('update nexus.clients set paused_at = now() where client_id = $1', [waiting])
    await stack.also({ api: false, worker: true })
    const taken = await snapshot()
    expect(clientIn(taken, asked)).toMatchObject({ vanished: true })
    expect(clientIn(taken, waiting)).toMatchObject({ vanished: true })
  })

  test('is answered by one scan for all who ask together, and by none for who does not', async () => {
    await start()
    await untilScanned(stack)
    stack.simulator.resetStats()
    expect((await once('')).status).toBe(200)
    expect((await once('?fresh=false')).status).toBe(200)
    expect(lists()).toBe(0)
    const answers = await Promise.all(Array.from({ length: 20 }, fresh))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect((await fresh()).status).toBe(200)
    expect(lists()).toBe(1)
  })

  test('is not answered by a scan that had begun before', async () => {
    await start({ roles: { api: true, worker: false } })
    // Somebody is at a scan; it is over only after the question.
    await stack.query(`update nexus.tenants set scan_until = now() + interval '1 minute'`)
    const early = once()
    await sleep(500)
    await stack.query(`update nexus.tenants set scan_until = null, last_scan_at = now() - interval '2 seconds'`)
    expect((await early).status).toBe(202)
    await stack.also({ api: false, worker: true })
    expect((await fresh()).status).toBe(200)
  })

  test('says 202 with Retry-After while it has to wait, and why', async () => {
    await start({ roles: { api: true, worker: false } })
    const waiting = await once()
    expect(waiting).toMatchObject({ status: 202, body: { status: 'scanning', reason: null } })
    expect(Number(waiting.headers.get('retry-after'))).toBeGreaterThan(0)
    await stack.query('update nexus.tenants set paused_at = now()')
    const paused = await once()
    expect(paused).toMatchObject({ status: 202, body: { status: 'waiting' } })
    expect(String(paused.body['reason'])).toContain('resumed')
  })

  test.each([
    { reason: 'another value', query: '?fresh=yes' },
    { reason: 'another parameter', query: '?fresh=true&now=1' },
    { reason: 'twice', query: '?fresh=true&fresh=true' },
  ])('is refused with $reason', async ({ query }) => {
    await start({ roles: { api: true, worker: false } })
    expect((await once(query)).status).toBe(400)
  })

  test('needs terraform.read', async () => {
    await start({ roles: { api: true, worker: false } })
    const as = stack.token({ permissions: ['client.read.all', 'terraform.state', 'tenant.admin'] })
    expect((await stack.request(`${path}?fresh=true`, { as })).status).toBe(403)
    expect(await stack.query('select from nexus.tenants where scan_asked_at is not null')).toEqual([])
  })
})
