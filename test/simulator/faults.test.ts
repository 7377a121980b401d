import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { textOf } from '../../simulator/json.ts'
import type { Faults, Simulator } from '../../simulator/main.ts'
import { askToken, call, management, simulated, withClient } from './support.ts'

const nameOf = (simulator: Simulator, id: string) => simulator.clients.get(id)?.['name']

/** The status of a call, or "broken" where the connection gave none. */
const outcome = (started: Promise<{ status: number }>): Promise<number | 'broken'> =>
  started.then(
    ({ status }) => status,
    () => 'broken',
  )

/** The statuses of 800 calls, of which a fifth shall fail and three tenths be refused. */
const statuses = async (seed: number): Promise<number[]> => {
  const { api, path, simulator } = await withClient()
  simulator.setFaults({ seed, errorShare: 0.2, tooManyShare: 0.3 })
  const found: number[] = []
  for (let index = 0; index < 800; index += 1) found.push((await api('GET', path)).status)
  return found
}

describe('a PATCH', () => {
  const rows: { reason: string; faults: Partial<Faults>; seen: (number | 'broken')[]; written: boolean }[] = [
    {
      reason: 'that is refused with a 5xx is not written',
      faults: { errorShare: 1 },
      seen: [500, 502, 503, 504],
      written: false,
    },
    {
      reason: 'may be written and answered with a 5xx',
      faults: { errorAfterShare: 1 },
      seen: [500, 502, 503, 504],
      written: true,
    },
    {
      reason: 'whose connection breaks before is not written',
      faults: { resetBeforeShare: 1 },
      seen: ['broken'],
      written: false,
    },
    {
      reason: 'whose connection breaks after is written',
      faults: { resetAfterShare: 1 },
      seen: ['broken'],
      written: true,
    },
    { reason: 'is not written in a storm of 429', faults: { tooManyShare: 1 }, seen: [429], written: false },
    {
      reason: 'is not written while the tenant answers 429',
      faults: { tooManyUntil: Date.now() + 60_000 },
      seen: [429],
      written: false,
    },
    { reason: 'is not written in an outage', faults: { outage: 'reset' }, seen: ['broken'], written: false },
    {
      reason: 'is not written behind a proxy without its server',
      faults: { outage: 'page' },
      seen: [503],
      written: false,
    },
    { reason: 'may be answered late', faults: { timeoutAfterShare: 1, timeoutMs: 50 }, seen: [200], written: true },
    {
      reason: 'is left alone where the fault is for others',
      faults: { errorShare: 1, methods: ['get'] },
      seen: [200],
      written: true,
    },
    { reason: 'may be answered slowly', faults: { slowBodyMs: 50 }, seen: [200], written: true },
  ]

  test.each(rows)('$reason', async ({ faults, seen, written }) => {
    const { api, path, simulator, id } = await withClient({ name: 'before' })
    simulator.setFaults(faults)
    expect(seen).toContain(await outcome(api('PATCH', path, { name: 'after' })))
    expect(nameOf(simulator, id)).toBe(written ? 'after' : 'before')
    const event = simulator.stats.writes.findLast(({ method }) => method === 'PATCH')
    expect((event?.effectAt ?? null) !== null).toBe(written)
  })

  test('may never be answered though it is written', async () => {
    const { api, path, simulator, id } = await withClient({ name: 'before' })
    simulator.setFaults({ timeoutAfterShare: 1 })
    const started = outcome(api('PATCH', path, { name: 'after' }))
    await expect.poll(() => nameOf(simulator, id)).toBe('after')
    expect(await Promise.race([started, sleep(200, 'waiting')])).toBe('waiting')
    await simulator.close()
    expect(await started).toBe('broken')
  })

  test('may take effect after its connection broke', async () => {
    const { api, path, simulator, id } = await withClient({ name: 'before' })
    simulator.setFaults({ lateWriteShare: 1, lateWriteMs: 1000 })
    expect(await outcome(api('PATCH', path, { name: 'after' }))).toBe('broken')
    expect(nameOf(simulator, id)).toBe('before')
    await expect.poll(() => nameOf(simulator, id)).toBe('after')
    const event = simulator.stats.writes.at(-1)
    expect(event?.effectAt).toBeGreaterThan(event?.endedAt ?? Infinity)
  })

  test.each([
    { how: 'trailing-slash', sent: 'https://Shop.example.com/', becomes: 'https://Shop.example.com' },
    { how: 'lower-case-host', sent: 'https://Shop.Example.com/Path', becomes: 'https://shop.example.com/Path' },
  ] as const)('may be accepted and normalised: $how', async ({ how, sent, becomes }) => {
    const { api, path, simulator } = await withClient()
    simulator.setFaults({ normalise: [how] })
    expect(await api('PATCH', path, { callbacks: [sent] })).toMatchObject({
      status: 200,
      body: { callbacks: [becomes] },
    })
  })

  test('may be accepted and ignored in part', async () => {
    const { api, path, simulator } = await withClient({ name: 'before', description: 'before' })
    simulator.setFaults({ ignoreMembers: ['description'] })
    expect(await api('PATCH', path, { name: 'after', description: 'after' })).toMatchObject({
      status: 200,
      body: { name: 'after', description: 'before' },
    })
    expect((await api('PATCH', path, { description: 'after' })).status).toBe(200)
  })
})

describe('chance', () => {
  test('is the same for the same seed, and as great as said', async () => {
    const [one, same, other] = [await statuses(7), await statuses(7), await statuses(8)]
    expect(same).toEqual(one)
    expect(other).not.toEqual(one)
    const share = (status: (value: number) => boolean) => one.filter(status).length / one.length
    expect(share((status) => status === 429)).toBeCloseTo(0.3, 1)
    expect(share((status) => status >= 500)).toBeCloseTo(0.2, 1)
  })

  test('latency is fixed or drawn from a range', async () => {
    const { api, path, simulator } = await withClient()
    simulator.setFaults({ latencyMs: [80, 120] })
    const start = performance.now()
    await api('GET', path)
    const took = performance.now() - start
    expect(took).toBeGreaterThan(75)
    expect(took).toBeLessThan(1000)
  })
})

describe('credentials', () => {
  test('revoked tokens are refused, a new one works', async () => {
    const simulator = await simulated()
    const old = await management(simulator)
    simulator.setFaults({ revokeTokens: true })
    expect((await old('GET', '/clients')).status).toBe(401)
    expect((await (await management(simulator))('GET', '/clients')).status).toBe(200)
    expect(simulator.faults.revokeTokens).toBe(false)
  })

  test('the token endpoint may refuse the right credential', async () => {
    const simulator = await simulated({ faults: { refuseCredential: true } })
    expect((await askToken(simulator)).status).toBe(401)
    simulator.setFaults({})
    expect((await askToken(simulator)).status).toBe(200)
  })
})

describe('/_simulator', () => {
  test('switches faults over http; those not named stay', async () => {
    const simulator = await simulated()
    const control = (method: string, body?: Parameters<typeof call>[4]) =>
      call(simulator.url, '', method, '/_simulator/faults', body)
    expect((await control('POST', { latencyMs: 5 })).status).toBe(200)
    expect((await control('POST', { outage: 'page' })).body).toMatchObject({ latencyMs: 5, outage: 'page' })
    expect((await control('GET')).body).toMatchObject({ latencyMs: 5, outage: 'page' })
    expect((await control('DELETE')).body).toMatchObject({ latencyMs: 0, outage: 'none' })
  })

  test.each([{ errorShare: 2 }, { unknown: 1 }, { latencyMs: -1 }, { outage: 'total' }])(
    'refuses %j',
    async (faults) => {
      const simulator = await simulated()
      const answer = await call(simulator.url, '', 'POST', '/_simulator/faults', faults)
      expect(answer.status).toBe(400)
      expect(simulator.faults).toMatchObject({ errorShare: 0, latencyMs: 0, outage: 'none' })
    },
  )

  test('works in an outage, and shows no secrets', async () => {
    const { simulator, id } = await withClient()
    simulator.setFaults({ outage: 'reset' })
    const client = await call(simulator.url, '', 'GET', `/_simulator/clients/${id}`)
    expect(client).toMatchObject({ status: 200, body: { client_id: id, name: 'Shop' } })
    expect(client.text).not.toContain(textOf(simulator.clients.get(id)?.['client_secret']))
    expect((await call(simulator.url, '', 'GET', '/_simulator/stats')).body).toMatchObject({ writes: 1 })
  })

  test('the log of writes tells who changed what, and when', async () => {
    const { api, path, simulator, id } = await withClient()
    simulator.resetStats()
    await api('PATCH', path, { name: 'A', client_secret: 'very-secret' }, { 'x-correlation-id': 'change-1' })
    await api('PATCH', path, { name: '<' })
    const [first, second] = simulator.stats.writes
    expect(first).toMatchObject({
      clientId: id,
      method: 'PATCH',
      status: 200,
      correlationId: 'change-1',
      sent: { name: 'A', client_secret: '[REDACTED]' },
    })
    expect(first?.arrivedAt).toBeLessThanOrEqual(first?.effectAt ?? 0)
    expect(first?.effectAt).toBeLessThanOrEqual(first?.endedAt ?? 0)
    expect(second).toMatchObject({ status: 400, effectAt: null })
    expect(simulator.stats.byRoute).toMatchObject({
      'PATCH /api/v2/clients/{id} 200': 1,
      'PATCH /api/v2/clients/{id} 400': 1,
    })
  })

  test('closes in spite of open connections and waiting calls', async () => {
    const { api, path, simulator } = await withClient()
    simulator.setFaults({ latencyMs: 60_000 })
    const waiting = outcome(api('GET', path))
    await sleep(50)
    await simulator.close()
    expect(await waiting).toBe('broken')
  })
})
