import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applicationToken, servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { pathOf, seedClient } from '../support.ts'
import { lookOn } from './support.ts'
import type { Message, Reader } from './support.ts'

describe.skipIf(servers === null)('two processes on one database', () => {
  let stack: Stack
  let other: string
  const ids: string[] = []
  beforeAll(async () => {
    stack = await startStack()
    other = (await stack.also({ api: true, worker: true })).url ?? ''
    for (let index = 0; index < 6; index += 1) ids.push(seedClient(stack))
    for (const id of ids) await stack.patch(id, { applicationName: 'First' })
  })
  afterAll(() => stack.close())

  const patch = (id: string, name: string, through: string) =>
    fetch(`${through}${pathOf(id)}`, {
      method: 'PATCH',
      body: JSON.stringify({ applicationName: name }),
      headers: {
        authorization: `Bearer ${stack.token()}`,
        'x-application-token': applicationToken,
        'content-type': 'application/json',
        prefer: 'respond-async',
      },
    })
  const rows = async (after: string) =>
    stack.query<{ id: string; kind: string; client: string }>(
      'select position::text as id, kind, client_id as client from nexus.events where position > $1 order by position',
      [after],
    )

  test('a change in one is told in the other within a second, though nothing settles it', async () => {
    const [id = ''] = ids
    const administrator = { method: 'POST', as: stack.token({ permissions: ['tenant.admin'] }) }
    await stack.request('/v1/tenants/acme/pause', administrator)
    const reader = await lookOn(stack, { query: `?client=${id}` })
    const start = performance.now()
    await patch(id, 'Elsewhere', other)
    await expect.poll(() => reader.events().map(({ kind }) => kind), { interval: 20 }).toContain('change.accepted')
    // The look that nobody is told of comes after two seconds.
    expect(performance.now() - start).toBeLessThan(1900)
    await stack.request('/v1/tenants/acme/resume', administrator)
    await expect.poll(() => reader.events().map(({ kind }) => kind), { timeout: 10_000 }).toContain('change.applied')
  })

  test('whoever comes again as often as they like sees every event once, whoever writes meanwhile', async () => {
    const plan = fc.record({
      readers: fc.array(fc.array(fc.integer({ min: 0, max: 250 }), { maxLength: 5 }), { minLength: 2, maxLength: 4 }),
      writes: fc.array(fc.tuple(fc.nat(5), fc.boolean(), fc.nat(30)), { minLength: 15, maxLength: 40 }),
    })
    let round = 0
    await fc.assert(
      fc.asyncProperty(plan, async ({ readers, writes }) => {
        round += 1
        const first = await lookOn(stack)
        await expect.poll(() => first.lastId()).not.toBe('')
        const start = first.lastId()
        first.close()
        const written = Promise.withResolvers<void>()
        const reading = readers.map(async (stays, index) => {
          const seen: Message[] = []
          let at = start
          const look = async (done: (reader: Reader) => Promise<unknown>): Promise<void> => {
            const reader = await lookOn(stack, { lastId: at, ...(index % 2 === 1 && { url: other }) })
            await done(reader)
            reader.close()
            seen.push(...reader.messages.filter(({ event, data }) => event === 'message' && data !== null))
            at = reader.lastId() === '' ? at : reader.lastId()
          }
          for (const ms of stays) await look(() => sleep(ms))
          await look(async (reader) => {
            await written.promise
            const last = Number((await rows(start)).at(-1)?.id)
            await expect.poll(() => Number(reader.lastId()), { timeout: 20_000 }).toBeGreaterThanOrEqual(last)
            // What comes twice would come now.
            await sleep(500)
          })
          return seen.map(({ id, data }) => ({ id, kind: data?.['kind'], client: data?.['client'] }))
        })
        for (const [client, elsewhere, pauseMs] of writes) {
          const name = `Name ${round} ${Math.random()}`
          expect((await patch(ids[client] ?? '', name, elsewhere ? other : stack.url)).status).toBe(202)
          await sleep(pauseMs)
        }
        await expect
          .poll(async () => (await stack.query("select 1 from nexus.changes where status = 'accepted'")).length, {
            timeout: 30_000,
          })
          .toBe(0)
        written.resolve()
        const seen = await Promise.all(reading)
        const all = await rows(start)
        expect(all.filter(({ kind }) => kind === 'change.accepted')).toHaveLength(writes.length)
        expect(all.filter(({ kind }) => kind === 'change.applied')).toHaveLength(writes.length)
        for (const one of seen) expect(one).toEqual(all)
      }),
      { numRuns: 3, endOnFailure: true },
    )
  }, 120_000)
})
