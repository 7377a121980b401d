import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { servers } from '../../support/stack.ts'
import { hasChromium } from './support/chromium.ts'
import { applicationField, save } from './support/client-page.ts'
import { client, isShown, signIn, startWorld } from './support/world.ts'
import type { World } from './support/world.ts'

describe.skipIf(servers === null || !hasChromium())('the console below a path of a proxy', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld([client('invoices', 'Invoices')], { below: '/portal' })
  })
  afterAll(() => world.close())

  test('signs in, saves, follows what happens, and signs out', async () => {
    const at = 'tenants/acme/clients/invoices'
    const page = await world.openSignedOut(at)
    await signIn(page, 'owner')
    expect(page.url()).toBe(`${world.url}${at}`)
    const field = applicationField(page)
    await field.fill('Below a path')
    await save(page)
    expect(await isShown(page.getByText('Auth0 has your change.'))).toBe(true)
    const as = world.stack.token({ sub: 'auth0|ann', permissions: ['client.write'] })
    await world.stack.patch('invoices', { applicationName: 'By somebody else' }, { as })
    await expect.poll(() => field.inputValue(), { timeout: 10_000 }).toBe('By somebody else')
    await page.getByRole('button', { name: 'Your account' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    expect(await isShown(page.getByRole('heading', { name: 'You are signed out' }))).toBe(true)
    expect(page.url()).toContain('/portal/console/')
  })
})
