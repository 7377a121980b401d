import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { servers } from '../../support/stack.ts'
import { hasChromium } from './support/chromium.ts'
import { driftTo, keptOf } from './support/drifted.ts'
import { client, startWorld } from './support/world.ts'
import type { World } from './support/world.ts'

const ids = ['invoices', 'till']

describe.skipIf(servers === null || !hasChromium())('drift in the console', () => {
  let world: World
  /** What somebody put into Auth0: something else before each test. */
  let foreign: readonly string[]
  const held = () => ids.map((id) => world.stack.simulator.clients.get(id)?.['callbacks'])
  beforeAll(async () => {
    world = await startWorld([client('invoices', 'Invoices'), client('till', 'Till')])
  })
  afterAll(() => world.close())
  beforeEach(async () => {
    foreign = [`https://evil.example.com/${randomUUID()}`]
    await driftTo(world.stack, ids, foreign)
  })

  test('many are put back at once, after what will be sent was shown', async () => {
    const page = await world.open('everything', 'tenants/acme/drift')
    await page.getByText('2 clients have drifted.').waitFor()
    await page.getByLabel('Select all').check()
    await page.getByRole('button', { name: 'Put back' }).first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText(keptOf('till')[0] ?? '').waitFor()
    await dialog.getByRole('button', { name: 'Put back' }).click()
    await dialog.getByText('2 of 2 done').waitFor()
    await expect.poll(held).toEqual(ids.map(keptOf))
    await dialog.getByRole('button', { name: 'Close' }).last().click()
    await page.getByRole('heading', { name: 'Nothing has drifted' }).waitFor()
  })

  test('one is accepted, which changes nothing in Auth0', async () => {
    const page = await world.open('everything', 'tenants/acme/drift?text=till')
    const card = page.getByRole('article').filter({ hasText: 'Till' })
    await card.getByText('Last confirmed').waitFor()
    await card.getByRole('button', { name: 'Accept' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Accept' }).click()
    await page.getByRole('dialog').getByText('1 of 1 done').waitFor()
    expect(held()).toEqual([foreign, foreign])
  })

  test('who may read every client and change none sees it, and nothing to do', async () => {
    const page = await world.open('operator', 'tenants/acme/drift')
    await page.getByText('2 clients have drifted.').waitFor()
    expect(await page.getByRole('button', { name: /Put back|Accept/ }).count()).toBe(0)
    expect(await page.getByRole('checkbox').count()).toBe(0)
  })

  test('who sees only clients of their own has no page for it', async () => {
    const page = await world.open('owner', 'tenants/acme/clients')
    await page.getByRole('link', { name: /Invoices/ }).waitFor()
    expect(await page.getByRole('link', { name: 'Drift', exact: true }).count()).toBe(0)
  })
})
