import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { servers } from '../../support/stack.ts'
import { hasChromium } from './support/chromium.ts'
import { callbackLine, save, untilApplied, untilDifferenceHas } from './support/client-page.ts'
import { client, startWorld } from './support/world.ts'
import type { World } from './support/world.ts'

const add = async (page: Page, url: string): Promise<void> => {
  await callbackLine(page, 1).press('Enter')
  await callbackLine(page, 2).fill(url)
  await untilDifferenceHas(page, url)
}

describe.skipIf(servers === null || !hasChromium())('two people change one client at once', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld([client('invoices', 'Invoices'), client('till', 'Till')])
  })
  afterAll(() => world.close())

  test.each([
    { reason: 'the page is told of it before they save', id: 'invoices', isTold: true },
    { reason: 'the page is told of nothing, and their save is refused', id: 'till', isTold: false },
  ])('both versions are shown, and nothing of either is lost: $reason', async ({ id, isTold }) => {
    const [mine, theirs] = [
      await world.open('owner', 'tenants/acme/clients'),
      await world.open('member', `tenants/acme/clients/${id}`),
    ]
    if (!isTold) await mine.route('**/events*', (route) => route.abort())
    await mine.goto(`${world.url}tenants/acme/clients/${id}`)
    await add(mine, 'https://mine.example.com/callback')
    await add(theirs, 'https://theirs.example.com/callback')
    await save(theirs)
    await untilApplied(theirs)

    if (!isTold) await save(mine)
    await mine.getByText('Somebody else changed this client meanwhile').waitFor()
    await mine.getByLabel('Both together').check()
    await mine.getByRole('button', { name: 'Use these values' }).click()
    await save(mine)
    await untilApplied(mine)
    expect(world.stack.simulator.clients.get(id)?.['callbacks']).toEqual([
      `https://${id}.example.com/callback`,
      'https://mine.example.com/callback',
      'https://theirs.example.com/callback',
    ])
  })
})
