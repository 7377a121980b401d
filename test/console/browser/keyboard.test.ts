import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { servers } from '../../support/stack.ts'
import { hasChromium } from './support/chromium.ts'
import { client, isShown, startWorld } from './support/world.ts'
import type { World } from './support/world.ts'

interface Node {
  readonly ownerDocument: { readonly activeElement: unknown }
}

const hasFocus = (target: Locator): Promise<boolean> =>
  target.first().evaluate((node: Node) => node === node.ownerDocument.activeElement)

/** More than there is on any page. */
const mostStops = 80

/** Presses Tab until something has the focus: what cannot be reached so cannot be used without a mouse. */
const tabTo = async (page: Page, target: Locator): Promise<void> => {
  await target.first().waitFor()
  for (let stop = 0; stop < mostStops; stop += 1) {
    if (await hasFocus(target)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`The keyboard does not reach ${String(target)}.`)
}

const press = async (page: Page, target: Locator, key = 'Enter'): Promise<void> => {
  await tabTo(page, target)
  await page.keyboard.press(key)
}

const enter = async (world: World, name: string): Promise<Page> => {
  const page = await world.openSignedOut('tenants/acme/clients')
  await press(page, page.getByRole('button', { name: 'Sign in' }))
  await press(page, page.getByRole('button', { name }))
  await page.getByRole('heading', { name: 'Clients', level: 1 }).waitFor()
  return page
}

describe.skipIf(servers === null || !hasChromium())('by keyboard alone', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld([client('invoices', 'Invoices'), client('till', 'Till')])
  })
  afterAll(() => world.close())

  test('an owner finds a client, changes it, undoes that, and signs out', async () => {
    const page = await enter(world, 'Ann Owner')
    await tabTo(page, page.getByRole('searchbox'))
    await page.keyboard.type('till')
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
    expect(await isShown(page.getByText('Auth0 has your change.'))).toBe(true)

    await page.goto(`${world.url}tenants/acme/clients/till`)
    await tabTo(page, page.getByRole('tab', { name: 'Fields' }))
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await press(page, page.getByRole('link', { name: 'Undo this change' }))
    await expect.poll(() => save.isEnabled(), { timeout: 10_000 }).toBe(true)
    await press(page, save)
    expect(await isShown(page.getByText('Auth0 has your change.'))).toBe(true)
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
    const confirm = page.getByRole('dialog').getByRole('button', { name: 'Resume' })
    if (await confirm.isVisible()) await press(page, confirm)
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
