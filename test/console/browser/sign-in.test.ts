import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { servers } from '../../support/stack.ts'
import { hasChromium } from './support/chromium.ts'
import { client, isShown, signIn, startWorld } from './support/world.ts'
import type { World } from './support/world.ts'

describe.skipIf(servers === null || !hasChromium())('signing in to the console', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld([client('invoices', 'Invoices'), client('till', 'Till')])
  })
  afterAll(() => world.close())

  test('an owner signs in, sees their clients, and signs out on both sides', async () => {
    const page = await world.openSignedOut()
    await signIn(page, 'owner')
    await page.getByRole('heading', { name: 'Clients', level: 1 }).waitFor()
    await page.getByRole('link', { name: /Invoices/ }).waitFor()
    await page.getByRole('button', { name: 'Your account' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
    await page.goBack()
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
    // The issuer's session has ended too: it asks who one is.
    await page.getByRole('button', { name: 'Sign in' }).click()
    expect(await isShown(page.getByRole('button', { name: 'Ann Owner' }))).toBe(true)
  })

  test('the address works with and without the slash at its end', async () => {
    const page = await world.openSignedOut()
    for (const address of [world.url, world.url.slice(0, -1)]) {
      await page.goto(address)
      expect(await isShown(page.getByRole('button', { name: 'Sign in' })), `at ${address}`).toBe(true)
    }
  })

  test('whoever follows a deep link is back on that page after signing in', async () => {
    const at = 'tenants/acme/clients?sort=-name&text=till'
    const page = await world.open('owner', at)
    await page.getByRole('link', { name: /Till/ }).waitFor()
    expect(page.url()).toBe(`${world.url}${at}`)
  })

  test('a session that is ended somewhere else ends on the page, though nobody touches it', async () => {
    const page = await world.open('owner', 'tenants/acme/clients')
    await page.getByRole('link', { name: /Till/ }).waitFor()
    await world.stack.query('delete from nexus.console_sessions')
    // Its stream is looked at each five seconds, and asked for again two seconds after its end.
    const over = page.getByRole('heading', { name: 'You are signed out' })
    expect(await isShown(over, { timeout: 20_000 })).toBe(true)
  })
})
