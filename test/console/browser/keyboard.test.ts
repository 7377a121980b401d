import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { servers } from '../../support/stack.ts'
import { hasChromium } from './support/chromium.ts'
import { untilApplied } from './support/client-page.ts'
import { enter, hasFocus, press, tabTo, type } from './support/keyboard.ts'
import { client, isShown, startWorld } from './support/world.ts'
import type { World } from './support/world.ts'

describe.skipIf(servers === null || !hasChromium())('by keyboard alone', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld([client('invoices', 'Invoices'), client('till', 'Till')])
  })
  afterAll(() => world.close())

  test('an owner finds a client, changes it, undoes that, and signs out', async () => {
    const page = await enter(world, 'Ann Owner')
    await type(page, page.getByRole('searchbox'), 'till')
    await expect.poll(() => page.url(), { timeout: 10_000 }).toContain('text=till')
    await page.getByText('1 client', { exact: true }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')

    await tabTo(page, page.getByRole('textbox', { name: 'Callback URLs, line 1' }))
    await page.keyboard.press('Enter')
    await page.keyboard.type('https://two.example.com/callback')
    const save = page.getByRole('button', { name: 'Save', exact: true })
    await expect.poll(() => save.isEnabled(), { timeout: 10_000 }).toBe(true)
    await press(page, save)
    await untilApplied(page)

    await page.goto(`${world.url}tenants/acme/clients/till`)
    await tabTo(page, page.getByRole('tab', { name: 'Fields' }))
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await press(page, page.getByRole('link', { name: 'Undo this change' }))
    await expect.poll(() => save.isEnabled(), { timeout: 10_000 }).toBe(true)
    await press(page, save)
    await untilApplied(page)
    expect(world.stack.simulator.clients.get('till')).toMatchObject({
      callbacks: ['https://till.example.com/callback'],
    })

    await press(page, page.getByRole('button', { name: 'Your account' }))
    await press(page, page.getByRole('menuitem', { name: 'Sign out' }))
    expect(await isShown(page.getByRole('heading', { name: 'You are signed out' }))).toBe(true)
  })

  test('an operator pauses a tenant, changes their mind once, and lets it go on', async () => {
    const page = await enter(world, 'Oscar Operator')
    await press(page, page.getByRole('link', { name: 'Tenant', exact: true }))
    const pause = page.getByRole('button', { name: 'Pause' })
    await press(page, pause)
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    // Whoever closes a dialog is where they were.
    await expect.poll(() => hasFocus(pause)).toBe(true)
    await page.keyboard.press('Enter')
    await press(page, page.getByRole('dialog').getByRole('button', { name: 'Pause' }))
    const resume = page.getByRole('button', { name: 'Resume' })
    expect(await isShown(resume)).toBe(true)
    await press(page, resume)
    expect(await isShown(pause)).toBe(true)
    await page.context().close()
  })

  test('the first stop on a page leads past the navigation', async () => {
    const page = await enter(world, 'Ann Owner')
    await page.reload()
    await page.getByRole('heading', { name: 'Clients', level: 1 }).waitFor()
    await press(page, page.getByRole('link', { name: 'Skip to the content' }))
    await expect.poll(() => hasFocus(page.getByRole('main'))).toBe(true)
    await page.keyboard.press('Tab')
    expect(await hasFocus(page.getByRole('searchbox'))).toBe(true)
    await page.context().close()
  })
})
