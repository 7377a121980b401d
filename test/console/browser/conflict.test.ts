import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { servers } from '../../support/stack.ts'
import { hasChromium } from './support/chromium.ts'
import { client, startWorld } from './support/world.ts'
import type { World } from './support/world.ts'

const line = (page: Page, number: number) => page.getByLabel(`Callback URLs, line ${number}`, { exact: true })
const save = (page: Page) => page.getByRole('button', { name: 'Save', exact: true }).click()
const applied = (page: Page) => page.getByText('Auth0 has your change.').waitFor()

const add = async (page: Page, url: string): Promise<void> => {
  await line(page, 1).press('Enter')
  await line(page, 2).fill(url)
  await page.getByRole('region', { name: 'What you change' }).getByText(url, { exact: true }).waitFor()
}

describe.skipIf(servers === null || !hasChromium())('two people change one client at once', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld([client('invoices', 'Invoices')])
  })
  afterAll(() => world.close())

  test('both versions are shown, and nothing of either is lost', async () => {
    const [mine, theirs] = [
      await world.open('owner', 'tenants/acme/clients/invoices'),
      await world.open('member', 'tenants/acme/clients/invoices'),
    ]
    await add(mine, 'https://mine.example.com/callback')
    await add(theirs, 'https://theirs.example.com/callback')
    await save(theirs)
    await applied(theirs)

    // It may have come by itself before; saving comes to the same.
    const title = mine.getByText('Somebody else changed this client meanwhile')
    if (!(await title.isVisible())) await save(mine).catch(() => undefined)
    await title.waitFor()
    await mine.getByLabel('Both together').check()
    await mine.getByRole('button', { name: 'Use these values' }).click()
    await save(mine)
    await applied(mine)
    expect(world.stack.simulator.clients.get('invoices')?.['callbacks']).toEqual([
      'https://invoices.example.com/callback',
      'https://mine.example.com/callback',
      'https://theirs.example.com/callback',
    ])
  })
})
