import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { pathOf, read, seedClient } from '../support.ts'

/** Two calls a second, two at once: what one person's page could use up. */
describe.skipIf(servers === null)('on the smallest plan', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({
      simulator: { limits: 'free' },
      tenant: { plan: 'free', scanInterval: '1h', freshness: '1h' },
    })
  })
  afterAll(() => stack.close())

  const known = async (): Promise<string> => {
    const id = seedClient(stack)
    await stack.query(
      `insert into nexus.clients (tenant_id, client_id, observed, observed_at)
       values ('acme', $1, $2::jsonb - 'client_secret', clock_timestamp())
       -- The first scan may have come before.
       on conflict do nothing`,
      [id, JSON.stringify(stack.simulator.clients.get(id))],
    )
    return id
  }
  let invented = 0
  const reader = (name: string) => stack.token({ sub: `auth0|${name}`, permissions: ['client.read'] })
  const readInvented = (as: string, more: RequestInit = {}): Promise<number> => {
    invented += 1
    return stack.request(pathOf(`invented${invented}`), { as, ...more }).then(
      async (answer) => {
        await answer.text()
        return answer.status
      },
      () => 0,
    )
  }
  /** Calls, when asked for one after the other and each at once, would take half a second each. */
  const applied = async (ids: readonly string[]): Promise<number> => {
    const start = performance.now()
    const answers = await Promise.all(
      ids.map((id) =>
        stack.patch(
          id,
          { callbackUrls: [`https://${id.toLowerCase()}.example.com/new`] },
          { headers: { prefer: 'wait=30' } },
        ),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual(ids.map(() => 200))
    return performance.now() - start
  }

  test.each([
    { reason: 'one caller reads', callers: 1, hangUp: false },
    { reason: 'many callers read', callers: 50, hangUp: false },
    { reason: 'a caller reads and hangs up', callers: 1, hangUp: true },
  ])('changes are applied at once, whatever is read beside them: $reason', async ({ callers, hangUp }) => {
    const ids = [await known(), await known()]
    const readings = Promise.all(
      Array.from({ length: 300 }, (_, index) =>
        readInvented(reader(`reader-${index % callers}`), hangUp ? { signal: AbortSignal.timeout(200) } : {}),
      ),
    )
    await sleep(400)
    expect(await applied(ids)).toBeLessThan(5000)
    const statuses = new Set(await readings)
    expect([...statuses].filter((status) => ![0, 404, 503].includes(status))).toEqual([])
  })

  test('who is refused for the limit is told so at once, and when to come again', async () => {
    const as = reader('greedy')
    const start = performance.now()
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => stack.request(pathOf(`madeup${index}`), { as }).then(read)),
    )
    const refused = answers.filter(({ status }) => status === 503)
    expect(refused.length).toBeGreaterThan(40)
    expect(
      refused.every(({ body, headers }) => /limit/.test(body.detail ?? '') && Number(headers.get('retry-after')) >= 1),
    ).toBe(true)
    // Those who wait do not wait for ever either.
    expect(performance.now() - start).toBeLessThan(8000)
  })

  test("a reading of one caller is answered beside another caller's flood, of a client that exists", async () => {
    const id = seedClient(stack)
    const flood = Array.from({ length: 100 }, () => readInvented(reader('flooder')))
    const { status } = await stack.request(pathOf(id)).then(read)
    expect(status).toBe(200)
    await Promise.all(flood)
  })

  test('one who asks for the same client as a refused flood gets an answer of their own', async () => {
    const id = seedClient(stack)
    const as = stack.token({ sub: 'auth0|flooder', permissions: ['client.read.all'] })
    const flood = [
      ...Array.from({ length: 60 }, () => readInvented(as)),
      stack.request(pathOf(id), { as }).then(({ status }) => status),
    ]
    const { status } = await stack.request(pathOf(id)).then(read)
    expect(status).toBe(200)
    await Promise.all(flood)
  })

  test('a change of a client that Nexus has not met is not kept by readings of its own caller', async () => {
    const id = seedClient(stack)
    const flood = Array.from({ length: 100 }, () => readInvented(stack.token()))
    expect(await applied([id])).toBeLessThan(5000)
    await Promise.all(flood)
  })
})
