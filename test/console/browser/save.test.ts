import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { servers } from '../../support/stack.ts'
import { hasChromium } from './support/chromium.ts'
import { callbackLine, save, untilApplied, untilDifferenceHas } from './support/client-page.ts'
import { client, startWorld } from './support/world.ts'
import type { World } from './support/world.ts'

describe.skipIf(servers === null || !hasChromium())('an owner changes a client', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld([
      client('invoices', 'Invoices'),
      client('orders', 'Orders'),
      client('travel', 'Travel'),
      client('refused', 'Refused'),
    ])
  })
  afterAll(() => world.close())
  const callbacksOf = (id: string): unknown => world.stack.simulator.clients.get(id)?.['callbacks']

  test('finds it, sees a refusal at the line and the difference, saves, and undoes it', async () => {
    const page = await world.open('owner', 'tenants/acme/clients')
    await page.getByLabel('Search').fill('invoi')
    await page.getByRole('link', { name: /Invoices/ }).click()
    await callbackLine(page, 1).press('Enter')
    await callbackLine(page, 2).fill('javascript:alert(1)')
    await page
      .locator('li', { has: callbackLine(page, 2) })
      .getByText('Not possible:')
      .waitFor()
    expect(await page.getByRole('button', { name: 'Save', exact: true }).isDisabled()).toBe(true)

    await callbackLine(page, 2).fill('https://two.example.com/callback')
    await untilDifferenceHas(page, 'https://two.example.com/callback')
    await callbackLine(page, 2).press('Alt+ArrowUp')
    await save(page)
    await untilApplied(page)
    const both = ['https://two.example.com/callback', 'https://invoices.example.com/callback']
    expect(callbacksOf('invoices')).toEqual(both)

    await page.getByRole('tab', { name: 'History' }).click()
    await page.getByRole('link', { name: 'Undo this change' }).click()
    await page.getByText('This undoes an earlier change.').waitFor()
    await save(page)
    await untilApplied(page)
    expect(callbacksOf('invoices')).toEqual(['https://invoices.example.com/callback'])
  })

  test('takes back, of a change that others have built on, only what it did', async () => {
    const page = await world.open('owner', 'tenants/acme/clients/orders')
    await callbackLine(page, 1).press('Enter')
    await callbackLine(page, 2).fill('https://mistake.example.com/callback')
    await save(page)
    await untilApplied(page)
    await callbackLine(page, 2).press('Enter')
    await callbackLine(page, 3).fill('https://later.example.com/callback')
    await save(page)
    await untilApplied(page)
    await page.getByRole('tab', { name: 'History' }).click()
    await page.getByRole('link', { name: 'Undo this change' }).last().click()
    await page.getByText('These fields have changed since then').waitFor()
    await page.getByLabel('Take back only what that change did').check()
    await page.getByRole('button', { name: 'Use these values' }).click()
    await save(page)
    await untilApplied(page)
    expect(callbacksOf('orders')).toEqual(['https://orders.example.com/callback', 'https://later.example.com/callback'])
  })

  test('sees at the field what Auth0 refused, with the values in the form again', async () => {
    const page = await world.open('owner', 'tenants/acme/clients/refused')
    world.stack.simulator.setFaults({ ignoreMembers: ['callbacks'] })
    try {
      await callbackLine(page, 1).fill('https://ignored.example.com/callback')
      await save(page)
      await page.getByText('Auth0 refused your change').waitFor({ timeout: 20_000 })
      await expect.poll(() => callbackLine(page, 1).inputValue()).toBe('https://ignored.example.com/callback')
      await page.getByRole('group', { name: 'Callback URLs' }).getByText('Not possible:').waitFor()
    } finally {
      world.stack.simulator.setFaults({ ignoreMembers: [] })
    }
    await save(page)
    await untilApplied(page)
    expect(callbacksOf('refused')).toEqual(['https://ignored.example.com/callback'])
  })

  test('is asked before unsaved edits are left', async () => {
    const page = await world.open('owner', 'tenants/acme/clients/travel')
    await callbackLine(page, 1).fill('https://elsewhere.example.com/callback')
    await page.getByRole('link', { name: 'All clients' }).click()
    await page.getByRole('button', { name: 'Stay' }).click()
    expect(await callbackLine(page, 1).inputValue()).toBe('https://elsewhere.example.com/callback')
  })

  test('sees what they may not change, and why', async () => {
    const page = await world.open('operator', 'tenants/acme/clients/travel')
    await page.getByText('You may look at this client, and not change it.').waitFor()
    expect(await callbackLine(page, 1).count()).toBe(0)
    await page.getByRole('link', { name: 'See why' }).click()
    await page.getByRole('heading', { name: 'Change this client' }).waitFor()
  })
})
