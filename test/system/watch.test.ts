import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { startForwarder } from '../support/forwarder.ts'
import { nexus as start } from '../support/process.ts'
import { applicationToken, servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'

/** Stands between a command and Nexus, and notes what is asked for and answered. @param hasEvents an older Nexus has none */
const startBetween = async (to: string, hasEvents: boolean) => {
  const asked: string[] = []
  const answered: string[] = []
  const { url, close } = await startForwarder(to, {
    pathFor: (path) => {
      asked.push(path)
      return hasEvents || !path.includes('/events') ? path : undefined
    },
    onAnswer: (path) => void answered.push(path),
  })
  onTestFinished(close)
  return { url, asked, answered }
}

const eventsOf = (urls: readonly string[]) => urls.filter((url) => url.includes('/events'))

describe.skipIf(servers === null)('nexus clients … --watch', { timeout: 90_000 }, () => {
  let stack: Stack
  let id: string
  beforeAll(async () => {
    stack = await startStack({ tenant: { scanInterval: '24h', freshness: '24h' } })
    id = stack.simulator.seed({ name: 'Shop', client_metadata: { owners: '["auth0|tester"]' } })
    await stack.request(`/v1/tenants/acme/clients/${id}`)
  })
  afterAll(() => stack.close())

  const follow = (url: string, args: readonly string[]) => {
    const following = start(['clients', ...args, '--watch'], {
      NEXUS_URL: url,
      NEXUS_TOKEN: stack.token(),
      NEXUS_APPLICATION_TOKEN: applicationToken,
    })
    onTestFinished(() => following.kill('SIGINT'))
    return following
  }

  test.each([
    { command: 'show', args: () => ['show', 'acme', id], narrows: true },
    { command: 'history', args: () => ['history', 'acme', id], narrows: true },
    { command: 'list', args: () => ['list', 'acme'], narrows: false },
  ])('$command: by events, and asks nothing while nothing happens', async ({ command, args, narrows }) => {
    const { url, asked, answered } = await startBetween(stack.url, true)
    const following = follow(url, args())
    await following.says(/"clients?":|"changes":/)
    await vi.waitFor(() => expect(eventsOf(answered)).toHaveLength(1), { timeout: 10_000 })
    // It looks once more when the stream is there: what happened before that is not told.
    await sleep(500)
    const product = `Of ${command}`
    await stack.patch(id, { productName: product })
    const told = performance.now()
    // A history names the fields, and not their values.
    await following.says(command === 'history' ? /"applied"/ : new RegExp(`"${product}"`))
    // Without an event it would look after ten seconds.
    expect(performance.now() - told).toBeLessThan(7000)

    await sleep(1000)
    const before = asked.length
    await sleep(4500)
    expect(asked.slice(before)).toEqual([])
    expect(eventsOf(asked)).toEqual([`/v1/tenants/acme/events${narrows ? `?client=${id}` : ''}`])
  })

  test('an API without events is asked every two seconds', async () => {
    const { url, asked } = await startBetween(stack.url, false)
    const following = follow(url, ['show', 'acme', id])
    await following.says(/"client":/)
    await stack.patch(id, { productName: 'Without events' })
    await following.says(/"Without events"/)
    const before = asked.length
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(before + 1), { timeout: 15_000 })
    expect(eventsOf(asked)).toHaveLength(1)
  })
})
