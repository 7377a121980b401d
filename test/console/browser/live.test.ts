import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { servers } from '../../support/stack.ts'
import { makeScanDue } from '../../worker/scans.ts'
import { hasChromium } from './support/chromium.ts'
import { applicationField as field, save, untilDifferenceHas } from './support/client-page.ts'
import { client, isShown, signIn, startWorld } from './support/world.ts'
import type { World } from './support/world.ts'

const at = 'tenants/acme/clients/invoices'

describe.skipIf(servers === null || !hasChromium())('a page shows what happens elsewhere', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld([client('invoices', 'Invoices'), client('till', 'Till')])
  })
  afterAll(() => world.close())

  test("a change in one browser is in the other's form at once, without a reload", async () => {
    const [ann, bob] = [await world.open('owner', at), await world.open('member', at)]
    await field(bob).waitFor()
    await field(ann).fill('From Ann')
    await untilDifferenceHas(ann, 'From Ann')
    const saved = performance.now()
    await save(ann)
    await expect.poll(() => field(bob).inputValue(), { timeout: 10_000, interval: 20 }).toBe('From Ann')
    const took = performance.now() - saved
    // It is a tenth of that on a machine with nothing else to do; no poll of the page would be as quick.
    expect(took).toBeLessThan(3000)
    await Promise.all([ann, bob].map((page) => page.context().close()))
  })

  test('a list shows that a client waits, and that it does no longer', async () => {
    const page = await world.open('owner', 'tenants/acme/clients')
    const row = page.getByRole('link', { name: /Till/ })
    await row.getByText('In sync').waitFor()
    const as = world.stack.token({ sub: 'auth0|oscar', permissions: ['tenant.admin', 'client.write.all'] })
    await world.stack.request('/v1/tenants/acme/clients/till/pause', { method: 'POST', as })
    expect(await isShown(row.getByText('Paused'))).toBe(true)
    await world.stack.request('/v1/tenants/acme/clients/till/resume', { method: 'POST', as })
    expect(await isShown(row.getByText('In sync'))).toBe(true)
    await page.context().close()
  })

  test('what happens before a page is told of what happens, it shows all the same', async () => {
    const page = await world.openSignedOut('tenants/acme/clients')
    const begins = Promise.withResolvers<undefined>()
    await page.route('**/events', async (route) => {
      await begins.promise
      await route.continue()
    })
    await signIn(page, 'owner')
    const row = page.getByRole('link', { name: /Till/ })
    await row.getByText('In sync').waitFor()
    const as = world.stack.token({ sub: 'auth0|oscar', permissions: ['tenant.admin', 'client.write.all'] })
    await world.stack.request('/v1/tenants/acme/clients/till/pause', { method: 'POST', as })
    begins.resolve(undefined)
    expect(await isShown(row.getByText('Paused'))).toBe(true)
    await world.stack.request('/v1/tenants/acme/clients/till/resume', { method: 'POST', as })
    await page.context().close()
  })

  test('a list in which nothing was found is filled once there is something', async () => {
    const page = await world.open('owner', 'tenants/acme/clients?text=Cellar')
    await page.getByRole('heading', { name: 'No client matches' }).waitFor()
    world.stack.simulator.seed(client('cellar', 'Cellar'))
    await makeScanDue(world.stack)
    expect(await isShown(page.getByRole('link', { name: /Cellar/ }))).toBe(true)
    await page.context().close()
  })

  test('a server that was away for a while is followed again', async () => {
    const page = await world.open('owner', at)
    await field(page).waitFor()
    await world.stack.stop()
    await page.waitForTimeout(1000)
    await world.stack.start()
    const as = world.stack.token({ sub: 'auth0|ann', permissions: ['client.write'] })
    await world.stack.patch('invoices', { applicationName: 'After the restart' }, { as })
    await expect.poll(() => field(page).inputValue(), { timeout: 20_000 }).toBe('After the restart')
    await page.context().close()
  })
})
