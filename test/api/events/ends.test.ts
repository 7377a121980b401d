import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { servers, startStack } from '../../support/stack.ts'
import type { StackOptions } from '../../support/stack.ts'
import { unreachableTenant } from '../support.ts'
import { bareConnection, lookOn } from './support.ts'

/** Events of some 300 bytes: more of them than the buffers of a connection hold. */
const many = 60_000
const muchHappens = `insert into nexus.events (tenant_id, client_id, kind)
  select 'acme', repeat('x', 220), 'client.observed' from generate_series(1, ${many})`

const start = async (options: StackOptions = {}) => {
  const stack = await startStack(options)
  onTestFinished(stack.close)
  return stack
}

const basicOf = (name: string, { password }: Record<string, unknown>) => ({
  authorization: `Basic ${btoa(`${name}:${String(password)}`)}`,
})

describe.skipIf(servers === null)('a stream of events', () => {
  test('is there while nothing happens, and ends with what let its reader in', async () => {
    const stack = await start({ otherTenants: [unreachableTenant('globex')] })
    const administer = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
      const answer = await stack.request(`/v1/admin/${path}`, {
        method,
        as: stack.token({ permissions: ['tenant.admin', 'client.read.all'] }),
        headers: { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      return text === '' ? {} : JSON.parse(text)
    }
    const own = `own-${randomUUID().slice(0, 8)}`
    const rights = { name: own, tenants: ['acme'], permissions: ['client.read.all'] }
    const application = await administer('POST', 'applications', { ...rights, permissions: ['client.read'] })
    const account = await administer('POST', 'accounts', rights)
    const narrowed = await administer('POST', 'accounts', { ...rights, name: `${own}-2` })
    // Verified within the 30 seconds that clocks may differ by.
    const almostOver = stack.simulator.issueUserToken({
      sub: 'auth0|late',
      permissions: ['client.read.all'],
      expiresIn: -24,
    })
    const readers = {
      lasting: await lookOn(stack, { as: stack.token({ permissions: ['client.read.all'] }) }),
      revoked: await lookOn(stack, { headers: { 'x-application-token': String(application['token']) } }),
      disabled: await lookOn(stack, { headers: basicOf(own, account) }),
      narrowed: await lookOn(stack, { headers: basicOf(`${own}-2`, narrowed) }),
      expired: await lookOn(stack, { as: almostOver }),
    }
    const began = performance.now()
    expect(Object.values(readers).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    await administer('DELETE', `applications/${own}`)
    await administer('PATCH', `accounts/${own}`, { disabled: true })
    await administer('PATCH', `accounts/${own}-2`, { tenants: ['globex'] })
    const { expired, lasting, ...others } = readers
    await expired.ended
    expect(performance.now() - began).toBeLessThan(12_000)
    expect(expired.messages.at(-1)).toMatchObject({ event: 'end', data: { type: '/problems/unauthenticated' } })
    for (const { ended } of Object.values(others)) await ended
    expect(performance.now() - began).toBeLessThan(25_000)
    expect(others.revoked.messages.at(-1)).toMatchObject({ event: 'end', data: { status: 401 } })
    expect(others.disabled.messages.at(-1)).toMatchObject({ event: 'end', data: { status: 401 } })
    expect(others.narrowed.messages.at(-1)).toMatchObject({ event: 'end', data: { type: '/problems/forbidden' } })
    await expect
      .poll(() => lasting.messages.map(({ comment }) => comment), { timeout: 10_000 })
      .toContain(': still here')
    expect(lasting.messages.map(({ event }) => event)).not.toContain('end')
  }, 60_000)

  test('ends at once when the server closes, also one that nobody reads, and does not hold it up', async () => {
    const stack = await start()
    const as = stack.token({ permissions: ['client.read.all'] })
    const readers = await Promise.all([lookOn(stack, { as }), lookOn(stack, { as })])
    bareConnection(stack, as).pause()
    await sleep(300)
    await stack.query(muchHappens)
    // Who has not taken what was sent is cut off without a word: these have.
    for (const reader of readers)
      await expect.poll(() => reader.messages.length, { timeout: 40_000 }).toBeGreaterThan(many)
    const began = performance.now()
    await stack.stop()
    expect(performance.now() - began).toBeLessThan(8000)
    for (const reader of readers) {
      await reader.ended
      expect(reader.messages.at(-1)).toMatchObject({ event: 'end', data: { type: '/problems/unavailable' } })
    }
  }, 120_000)

  test('that fails says so to its reader, and why to the log', async () => {
    const stack = await start()
    const reader = await lookOn(stack)
    await expect.poll(reader.lastId).not.toBe('')
    await stack.query('alter table nexus.events rename column state to gone')
    await reader.ended
    const last = reader.messages.at(-1)
    expect(last).toMatchObject({ event: 'end', data: { type: '/problems/internal' } })
    expect(JSON.stringify(last)).not.toContain('column')
    const told = stack.logLines().filter((line) => line.includes('a stream of events failed'))
    expect(told).toEqual([expect.stringContaining('column')])
  })

  test('is cut off where nobody takes it, and can be gone on with', async () => {
    // Without a worker, whose first scan would be one event more.
    const stack = await start({ roles: { api: true, worker: false } })
    const as = stack.token({ permissions: ['client.read.all'] })
    const lazy = bareConnection(stack, as)
    let text = ''
    lazy.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    await expect.poll(() => text).toContain('id: ')
    lazy.pause()
    await stack.query(muchHappens)
    await sleep(36_000)
    lazy.resume()
    await new Promise((resolve) => void lazy.once('close', resolve))
    const ids = [...text.matchAll(/^id: (\d+)\ndata: \{[^\n]*\}\n\n/gm)].map(([, id]) => Number(id))
    expect(ids.length).toBeLessThan(many - 1000)
    const again = await lookOn(stack, { as, lastId: String(ids.at(-1) ?? '') })
    await expect.poll(() => again.events().length, { timeout: 40_000 }).toBe(many - ids.length)
  }, 120_000)
})
