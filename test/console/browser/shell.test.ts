import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { servers } from '../../support/stack.ts'
import { hasChromium } from './support/chromium.ts'
import { client, isShown, signIn, startWorld } from './support/world.ts'
import type { World } from './support/world.ts'

const at = 'tenants/acme/clients/invoices'

describe.skipIf(servers === null || !hasChromium())('around every page of the console', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld([client('invoices', 'Invoices')])
  })
  afterAll(() => world.close())

  test('a page whose part of the build is gone says what to do, and the others can be reached', async () => {
    const page = await world.open('administrator', at)
    await page.route('**/assets/audit-page-*.js', (route) => route.fulfill({ status: 404 }))
    await page.getByRole('link', { name: 'Audit' }).click()
    expect(await isShown(page.getByRole('heading', { name: 'This page cannot be shown' }))).toBe(true)
    await page.getByRole('navigation').getByRole('link', { name: 'Clients' }).click()
    expect(await isShown(page.getByRole('link', { name: /Invoices/ }))).toBe(true)
    await page.context().close()
  })

  test('somebody else who signs in in another tab is shown nothing that was read for the first', async () => {
    const page = await world.open('administrator', at)
    await page.getByRole('link', { name: 'Audit' }).waitFor()
    await page.evaluate('globalThis.isFirst = true')
    const other = await page.context().newPage()
    await page.context().clearCookies()
    await other.goto(world.url)
    await signIn(other, 'owner')
    await other.close()
    await page.clock.install()
    await page.clock.fastForward('05:00')
    await page.evaluate(`dispatchEvent(new Event('visibilitychange'))`)
    expect(await isShown(page.getByRole('button', { name: 'Ann Owner' }))).toBe(true)
    expect(await page.getByRole('link', { name: 'Audit' }).count()).toBe(0)
    // It was loaded anew, with nothing in its memory.
    expect(await page.evaluate('globalThis.isFirst')).toBeUndefined()
    await page.context().close()
  })
})
