import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { servers } from '../../support/stack.ts'
import { hasChromium } from './support/chromium.ts'
import { driftTo, keptOf } from './support/drifted.ts'
import { enter, hasFocus, press, tabTo } from './support/keyboard.ts'
import { client, isShown, startWorld } from './support/world.ts'
import type { World } from './support/world.ts'

const ids = ['invoices', 'till']

describe.skipIf(servers === null || !hasChromium())('by keyboard alone, drift is', () => {
  let world: World
  let foreign: string[]
  const held = (id: string) => world.stack.simulator.clients.get(id)?.['callbacks']
  beforeAll(async () => {
    world = await startWorld([client('invoices', 'Invoices'), client('till', 'Till')])
  })
  afterAll(() => world.close())
  beforeEach(async () => {
    foreign = [`https://elsewhere.example.com/${randomUUID()}`]
    await driftTo(world.stack, ids, foreign)
  })

  test.each([
    { reason: 'accepted', word: 'Accept', stands: () => foreign },
    { reason: 'put back', word: 'Put back', stands: () => keptOf('till') },
  ])('$reason: of one client', async ({ word, stands }) => {
    const page = await enter(world, 'Olga Everything')
    await press(page, page.getByRole('link', { name: 'Drift', exact: true }))
    const card = page.getByRole('article').filter({ hasText: 'Till' })
    const button = card.getByRole('button', { name: word })
    const dialog = page.getByRole('dialog')
    await press(page, button)
    await dialog.waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await expect.poll(() => hasFocus(button)).toBe(true)
    await page.keyboard.press('Enter')
    await press(page, dialog.getByRole('button', { name: word }))
    expect(await isShown(dialog.getByText('1 of 1 done'))).toBe(true)
    await press(page, dialog.getByRole('button', { name: 'Close' }).last())
    await card.waitFor({ state: 'detached' })
    await expect.poll(() => ids.map(held)).toEqual([foreign, stands()])
    await page.context().close()
  })

  test('put back: of many', async () => {
    const page = await enter(world, 'Olga Everything', 'tenants/acme/drift')
    await press(page, page.getByLabel('Select all'), 'Space')
    await press(page, page.getByRole('main').getByRole('button', { name: 'Put back' }))
    const dialog = page.getByRole('dialog')
    await press(page, dialog.getByRole('button', { name: 'Put back' }))
    expect(await isShown(dialog.getByText('2 of 2 done'))).toBe(true)
    await tabTo(page, dialog.getByRole('button', { name: 'Close' }).last())
    await page.keyboard.press('Enter')
    expect(await isShown(page.getByRole('heading', { name: 'Nothing has drifted' }))).toBe(true)
    await expect.poll(() => ids.map(held)).toEqual(ids.map(keptOf))
    await page.context().close()
  })
})
