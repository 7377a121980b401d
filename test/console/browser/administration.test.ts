import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { servers } from '../../support/stack.ts'
import { hasChromium } from './support/chromium.ts'
import { client, isShown, startWorld } from './support/world.ts'
import type { World } from './support/world.ts'

/** Both within one turn of the page, and then it goes on for longer than it waits for more to be typed. */
const typeAndClear = `
  const field = document.querySelector('main input[type=search]')
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, 'typed')
  field.dispatchEvent(new Event('input', { bubbles: true }))
  const buttons = [...document.querySelectorAll('main button')]
  buttons.find(({ textContent }) => textContent.trim() === 'Clear all filters').click()
  new Promise((resolve) => setTimeout(resolve, 400))`

describe.skipIf(servers === null || !hasChromium())("an administrator's way", () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld([client('invoices', 'Invoices')])
  })
  afterAll(() => world.close())

  const lets = async (token: string): Promise<boolean> => {
    const answer = await world.stack.request('/v1/whoami', { headers: { 'x-application-token': token } })
    return answer.ok
  }

  test('an application is made, rotated and revoked; each secret is shown once', async () => {
    const page = await world.open('administrator', 'administration/applications')
    await page.getByRole('button', { name: 'Make an application' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('portal-2')
    await dialog.getByLabel('acme').check()
    await dialog.getByLabel('client.write', { exact: true }).check()
    await dialog.getByRole('button', { name: 'Make', exact: true }).click()
    const secret = async (): Promise<string> => (await dialog.getByText(/^nxa_/).textContent()) ?? ''
    const first = await secret()
    expect(await lets(first)).toBe(true)
    await dialog.getByRole('button', { name: 'I have copied it' }).click()
    expect(await page.getByText(first).count()).toBe(0)

    await page.getByRole('button', { name: 'Choose: portal-2' }).click()
    await page.getByRole('menuitem', { name: 'Rotate' }).click()
    await dialog.getByRole('button', { name: 'Rotate' }).click()
    await dialog.getByText(/^nxa_/).waitFor()
    const second = await secret()
    expect([second === first, await lets(first), await lets(second)]).toEqual([false, true, true])
    await dialog.getByRole('button', { name: 'I have copied it' }).click()

    await page.getByRole('button', { name: 'Choose: portal-2' }).click()
    await page.getByRole('menuitem', { name: 'Revoke' }).click()
    const revoke = dialog.getByRole('button', { name: 'Revoke' })
    expect(await revoke.isDisabled()).toBe(true)
    await dialog.getByLabel('Type portal-2 to confirm').fill('portal-2')
    await revoke.click()
    await page
      .getByRole('row', { name: /portal-2/ })
      .getByText('Revoked')
      .waitFor()
    expect(await lets(second)).toBe(false)
  })

  test('a sign-in that is no longer fresh is asked for again, and leads back', async () => {
    const page = await world.open('administrator', 'administration/accounts?do=make')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('deployment')
    await dialog.getByLabel('acme').check()
    await dialog.getByRole('button', { name: 'Make', exact: true }).click()
    await dialog.getByRole('button', { name: 'I have copied it' }).click()
    await world.stack.query("update nexus.console_sessions set signed_in_at = signed_in_at - interval '1 hour'")
    await page.goto(`${world.url}administration/accounts?do=rotate&name=deployment`)
    await dialog.getByRole('button', { name: 'Rotate' }).click()
    await dialog.getByRole('button', { name: 'Sign in again, and come back here' }).click()
    await page.getByRole('button', { name: 'Ada Administrator' }).click()
    await dialog.getByRole('button', { name: 'Rotate' }).click()
    expect(await isShown(dialog.getByRole('button', { name: 'I have copied it' }))).toBe(true)
  })

  test('who may do what is told rule by rule, also for claims that are pasted', async () => {
    const page = await world.open('administrator', 'tenants/acme/access?client=invoices')
    await page.getByLabel('Claims or a token').fill('{"sub": "auth0|nobody", "permissions": ["client.write"]}')
    await page.getByRole('button', { name: 'Show what they may do' }).click()
    const card = page.getByRole('article').filter({ hasText: 'auth0|nobody' })
    await card.getByText('Change: No').waitFor()
    await card.locator('summary').click()
    const rule = card
      .getByRole('list', { name: 'Change' })
      .getByRole('listitem')
      .filter({ hasText: 'By being an owner' })
    expect(await isShown(rule.getByText('Does not hold'))).toBe(true)
  })

  test('the audit is filtered in the address, and exported', async () => {
    const page = await world.open('administrator', 'tenants/acme/audit?outcome=refused')
    await page.getByLabel('Outcome').selectOption('accepted')
    await expect.poll(() => page.url()).toContain('outcome=accepted')
    await page
      .getByRole('cell', { name: /Read the audit/ })
      .first()
      .waitFor()
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Export as CSV' }).click(),
    ])
    expect([file.suggestedFilename(), await file.failure()]).toEqual(['audit-acme.csv', null])
  })

  test.each([
    { of: 'the audit', address: 'tenants/acme/audit?outcome=accepted', left: 'tenants/acme/audit' },
    { of: 'the clients', address: 'tenants/acme/clients?product=Billing', left: 'tenants/acme/clients' },
  ])('clearing the filters of $of clears what was typed a moment before', async ({ address, left }) => {
    const page = await world.open('administrator', address)
    await page.getByRole('button', { name: 'Clear all filters' }).waitFor()
    await page.evaluate(typeAndClear)
    const field = page.getByRole('main').getByRole('searchbox').first()
    expect([page.url(), await field.inputValue()]).toEqual([world.url + left, ''])
  })

  test.each(['owner', 'everything'] as const)('%s is shown none of it', async (who) => {
    const page = await world.open(who, 'tenants/acme/clients')
    await page.getByRole('link', { name: /Invoices/ }).waitFor()
    expect(await page.getByRole('link', { name: /Audit|Access|Applications|Service accounts/ }).count()).toBe(0)
    await page.goto(`${world.url}administration/applications`)
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('row').count()).toBe(0)
  })
})
