import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { servers } from '../../support/stack.ts'
import { hasChromium } from './support/chromium.ts'
import { choose, enter, hasFocus, press, type } from './support/keyboard.ts'
import { client, isShown, startWorld } from './support/world.ts'
import type { World } from './support/world.ts'

describe.skipIf(servers === null || !hasChromium())('by keyboard alone, an administrator', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld([client('invoices', 'Invoices'), client('till', 'Till')])
  })
  afterAll(() => world.close())

  const lets = async (token: string): Promise<boolean> =>
    (await world.stack.request('/v1/whoami', { headers: { 'x-application-token': token } })).ok

  test('makes an application, sees its secret, rotates it, and revokes it', async () => {
    const page = await enter(world, 'Ada Administrator')
    await press(page, page.getByRole('link', { name: 'Applications' }))
    const make = page.getByRole('button', { name: 'Make an application' })
    await press(page, make)
    const dialog = page.getByRole('dialog')
    const secret = async (): Promise<string> => (await dialog.getByText(/^nxa_/).textContent()) ?? ''
    const copied = dialog.getByRole('button', { name: 'I have copied it' })
    await type(page, dialog.getByLabel('Name'), 'portal-2')
    await press(page, dialog.getByLabel('acme'), 'Space')
    await press(page, dialog.getByLabel('client.write', { exact: true }), 'Space')
    await press(page, dialog.getByRole('button', { name: 'Make', exact: true }))
    const first = await secret()
    expect(await lets(first)).toBe(true)
    await press(page, copied)
    // Whoever closes what came after a form is where they opened it.
    await expect.poll(() => hasFocus(make)).toBe(true)

    const menu = page.getByRole('button', { name: 'Choose: portal-2' })
    await choose(page, menu, 'Rotate')
    await press(page, dialog.getByRole('button', { name: 'Rotate' }))
    const second = await secret()
    expect([second === first, await lets(first), await lets(second)]).toEqual([false, true, true])
    await press(page, copied)
    await expect.poll(() => hasFocus(menu)).toBe(true)

    await choose(page, menu, 'Revoke')
    await type(page, dialog.getByLabel('Type portal-2 to confirm'), 'portal-2')
    await page.keyboard.press('Enter')
    const row = page.getByRole('row', { name: /portal-2/ })
    expect(await isShown(row.getByText('Revoked'))).toBe(true)
    expect(await lets(second)).toBe(false)
    await page.context().close()
  })

  test('finds a client, and looks at who may do what with it, and why', async () => {
    const page = await enter(world, 'Ada Administrator')
    await press(page, page.getByRole('link', { name: 'Access', exact: true }))
    // The page before has such a field too.
    await page.getByRole('heading', { name: 'Access', level: 1 }).waitFor()
    await type(page, page.getByRole('main').getByRole('searchbox'), 'till')
    await page.getByRole('link', { name: 'Invoices' }).waitFor({ state: 'detached' })
    await press(page, page.getByRole('main').getByRole('link', { name: 'Till' }))
    const claims = '{"sub": "auth0|nobody", "permissions": ["client.write"]}'
    await type(page, page.getByLabel('Claims or a token'), claims)
    await press(page, page.getByRole('button', { name: 'Show what they may do' }))
    const card = page.getByRole('article').filter({ hasText: 'auth0|nobody' })
    await card.getByText('Change: No').waitFor()
    await press(page, card.locator('summary'))
    const rules = card.getByRole('list', { name: 'Change' })
    expect(await isShown(rules.getByText('By being an owner'))).toBe(true)
    await page.context().close()
  })
})
