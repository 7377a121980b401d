import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { servers } from '../../support/stack.ts'
import { hasChromium } from './support/chromium.ts'
import { applicationField as field, save, untilApplied, untilDifferenceHas } from './support/client-page.ts'
import { client, isShown, signIn, signInAgain, startWorld } from './support/world.ts'
import type { World } from './support/world.ts'

const at = 'tenants/acme/clients/invoices'
const stream = '**/events'
const signedOut = (page: Page) => page.getByRole('heading', { name: 'You are signed out' })
const dialog = (page: Page) => page.getByRole('dialog')
const name = (page: Page) => dialog(page).getByLabel('Name')
const restored = (page: Page) => dialog(page).getByText('Your edits that were not saved are here again.')
const kept = (page: Page) => page.getByText('What you have typed and not saved is kept in this tab')

describe.skipIf(servers === null || !hasChromium())('a session ends while somebody edits', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld([client('invoices', 'Invoices')])
  })
  afterAll(() => world.close())

  const editing = async (text: string): Promise<Page> => {
    const page = await world.open('owner', at)
    // The stream of events may tell of the end before somebody does anything.
    await page.route(stream, (route) => route.abort())
    await page.reload()
    await field(page).fill(text)
    await untilDifferenceHas(page, text)
    return page
  }
  const endSessions = () => world.stack.query('delete from nexus.console_sessions')

  test('the edits are there again after they have signed in, and can be saved', async () => {
    const page = await editing('Typed before the end')
    await endSessions()
    await save(page)
    expect(await isShown(signedOut(page))).toBe(true)
    expect(await isShown(kept(page))).toBe(true)
    await page.unroute(stream)
    await signInAgain(page)
    await page.getByText('Your edits that were not saved are here again.').waitFor()
    expect(await field(page).inputValue()).toBe('Typed before the end')
    await save(page)
    await untilApplied(page)
    await page.reload()
    await expect.poll(() => field(page).inputValue(), { timeout: 10_000 }).toBe('Typed before the end')
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
    await signInAgain(page)
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

  describe('in a form of an application', () => {
    const make = 'administration/applications?do=make'

    test('it is there again as it was filled in, and can be sent', async () => {
      const page = await world.open('administrator', make)
      await name(page).fill('portal-3')
      await dialog(page).getByLabel('acme').check()
      await dialog(page).getByLabel('client.read', { exact: true }).check()
      await endSessions()
      await dialog(page).getByRole('button', { name: 'Make', exact: true }).click()
      expect(await isShown(signedOut(page))).toBe(true)
      expect(await isShown(kept(page))).toBe(true)
      await signInAgain(page)
      await restored(page).waitFor()
      expect(await name(page).inputValue()).toBe('portal-3')
      await dialog(page).getByRole('button', { name: 'Make', exact: true }).click()
      await dialog(page).getByRole('button', { name: 'I have copied it' }).click()
      const row = page.getByRole('row', { name: /portal-3/ })
      await row.getByText('client.read', { exact: true }).waitFor()
      await page.getByRole('button', { name: 'Make an application' }).click()
      expect(await name(page).inputValue()).toBe('')
      expect(await restored(page).count()).toBe(0)
      await page.context().close()
    })

    test('a sign-in that is asked for before a secret is shown takes nothing of it', async () => {
      const page = await world.open('administrator', make)
      await name(page).fill('portal-4')
      await dialog(page).getByLabel('acme').check()
      await world.stack.query("update nexus.console_sessions set signed_in_at = signed_in_at - interval '1 hour'")
      await dialog(page).getByRole('button', { name: 'Make', exact: true }).click()
      await dialog(page).getByRole('button', { name: 'Sign in again, and come back here' }).click()
      await page.getByRole('button', { name: 'Ada Administrator' }).click()
      await restored(page).waitFor()
      await dialog(page).getByRole('button', { name: 'Make', exact: true }).click()
      expect(await isShown(dialog(page).getByText(/^nxa_/))).toBe(true)
      await page.context().close()
    })

    test('what is given up is kept nowhere', async () => {
      const page = await world.open('administrator', make)
      await name(page).fill('given-up')
      await dialog(page).getByRole('button', { name: 'Cancel' }).click()
      await dialog(page).waitFor({ state: 'detached' })
      expect(await page.evaluate('JSON.stringify({ ...sessionStorage })')).not.toContain('given-up')
      await page.context().close()
    })
  })

  test('a server that is away takes nothing from the page', async () => {
    const page = await editing('Typed while it is away')
    let asked = 0
    await page.route('**/console/{session,api/v1/whoami}', (route) => {
      asked += 1
      return route.abort()
    })
    // What is read again when somebody comes back to the page.
    await page.clock.install()
    await page.clock.fastForward('05:00')
    for (const seconds of [1, 2, 4, 8]) {
      await page.evaluate(`dispatchEvent(new Event('visibilitychange'))`)
      await page.clock.fastForward(seconds * 1000)
      await page.waitForTimeout(200)
    }
    await expect.poll(() => asked).toBeGreaterThan(2)
    expect(await field(page).inputValue()).toBe('Typed while it is away')
    await page.context().close()
  })
})
