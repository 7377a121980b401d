import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { servers } from '../../support/stack.ts'
import { hasChromium } from './support/chromium.ts'
import { client, isShown, signIn, startWorld } from './support/world.ts'
import type { World } from './support/world.ts'

const at = 'tenants/acme/clients/invoices'
const field = (page: Page) => page.getByRole('textbox', { name: 'Application', exact: true })
const signedOut = (page: Page) => page.getByRole('heading', { name: 'You are signed out' })
const kept = (page: Page) => page.getByText('What you have typed and not saved is kept in this tab')

describe.skipIf(servers === null || !hasChromium())('a session ends while somebody edits', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld([client('invoices', 'Invoices')])
  })
  afterAll(() => world.close())

  const editing = async (text: string): Promise<Page> => {
    const page = await world.open('owner', at)
    await field(page).fill(text)
    await page.getByRole('region', { name: 'What you change' }).getByText(text, { exact: true }).waitFor()
    return page
  }
  const endSessions = () => world.stack.query('delete from nexus.console_sessions')

  test('the edits are there again after they have signed in, and can be saved', async () => {
    const page = await editing('Typed before the end')
    await endSessions()
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    expect(await isShown(signedOut(page))).toBe(true)
    expect(await isShown(kept(page))).toBe(true)
    await signIn(page, 'owner')
    await page.getByText('Your edits that were not saved are here again.').waitFor()
    expect(await field(page).inputValue()).toBe('Typed before the end')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('Auth0 has your change.').waitFor()
    await page.reload()
    expect(await isShown(page.getByText('Auth0 has your change.').or(field(page)))).toBe(true)
    expect(await page.getByText('Your edits that were not saved').count()).toBe(0)
    await page.context().close()
  })

  test('what somebody else has changed until then is a conflict that they decide on', async () => {
    const page = await editing('Mine')
    await endSessions()
    await field(page).fill('Mine, and more')
    expect(await isShown(signedOut(page))).toBe(true)
    const as = world.stack.token({ sub: 'auth0|olga', permissions: ['client.write.all'] })
    await world.stack.patch('invoices', { applicationName: 'Theirs' }, { as })
    await signIn(page, 'owner')
    await page.getByText('Somebody else changed this client meanwhile').waitFor()
    expect(await field(page).inputValue()).toBe('Mine, and more')
    await page.context().close()
  })

  test('another user of the tab finds nothing of the edits', async () => {
    const page = await editing('Only for Ann')
    await endSessions()
    await field(page).fill('Only for Ann to see')
    expect(await isShown(signedOut(page))).toBe(true)
    await page.context().clearCookies()
    await signIn(page, 'everything')
    await field(page).waitFor()
    expect(await field(page).inputValue()).not.toContain('Only for Ann')
    expect(await page.evaluate('JSON.stringify({ ...sessionStorage })')).not.toContain('Only for Ann')
    await page.context().close()
  })

  test('edits that somebody gives up are kept nowhere', async () => {
    const page = await editing('Given up')
    await page.getByRole('link', { name: 'All clients' }).click()
    await page.getByRole('button', { name: 'Leave', exact: true }).click()
    await page.getByRole('heading', { name: 'Clients', level: 1 }).waitFor()
    expect(await page.evaluate('JSON.stringify({ ...sessionStorage })')).not.toContain('Given up')
    await page.context().close()
  })

  test('a server that is away takes nothing from the page', async () => {
    const page = await editing('Typed while it is away')
    await page.route('**/console/{session,api/v1/whoami}', (route) => route.abort())
    // What is read again when somebody comes back to the page.
    await page.clock.install()
    await page.clock.fastForward('05:00')
    for (const seconds of [1, 2, 4, 8]) {
      await page.evaluate(`dispatchEvent(new Event('visibilitychange'))`)
      await page.clock.fastForward(seconds * 1000)
      await page.waitForTimeout(200)
    }
    expect(await field(page).inputValue()).toBe('Typed while it is away')
    await page.context().close()
  })
})
