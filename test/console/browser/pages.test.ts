import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { retry } from '../../api/support.ts'
import { changeInAuth0 } from '../../support/auth0.ts'
import { servers } from '../../support/stack.ts'
import { addresses } from './support/addresses.ts'
import { faultsOf } from './support/axe.ts'
import { hasChromium } from './support/chromium.ts'
import { untilDrifted } from './support/drifted.ts'
import { client, isShown, startWorld } from './support/world.ts'
import type { World } from './support/world.ts'

/** Names that are there to be taken for something else. */
const canaries = ['<img src=x onerror=alert(1)>', '${7*7}', '\u202Etxt.exe', '🧨'.repeat(255), '請求書の管理画面']

const ids = canaries.map((_, index) => `c${index}`)

const looks = [
  ...(['light', 'dark'] as const).flatMap((colorScheme) => [390, 1280].map((width) => ({ colorScheme, width }))),
  // A window of 1,280 pixels at 400 %.
  { colorScheme: 'light' as const, width: 320 },
]

const pixelsTooWide = async (page: Page): Promise<number> =>
  Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'))

describe.skipIf(servers === null || !hasChromium())('every page of the console', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld(
      canaries.map((name, index) => client(`c${index}`, name, { client_metadata: { application_name: name } })),
    )
    // Each name is in a history, as what was there before, and on the list of what has drifted too.
    const as = world.stack.token({ permissions: ['client.write.all'] })
    for (const id of ids) {
      const body = { applicationName: 'Ordinary', callbackUrls: ['https://kept.example.com/'] }
      await world.stack.patch(id, body, { as })
      await changeInAuth0(world.stack.simulator, id, { callbacks: ['https://elsewhere.example.com/'] })
      await retry(world.stack, id, as)
    }
    await untilDrifted(world.stack, ids.length, as)
  })
  afterAll(() => world.close())

  // axe takes a second for each page, and longer on a busy machine.
  test.each(looks)(
    'has no fault, and no sideways scrolling: $colorScheme, $width wide',
    async ({ colorScheme, width }) => {
      const page = await world.open('administrator', '', { colorScheme, viewport: { width, height: 900 } })
      const faults: string[] = []
      for (const at of Object.values(addresses)) {
        await page.goto(world.url + at)
        await page.getByRole('heading', { level: 1 }).waitFor()
        await expect.poll(() => page.getByLabel('Loading…').count(), { timeout: 10_000 }).toBe(0)
        faults.push(...(await faultsOf(page)).map((fault) => `${at}: ${fault}`))
        const sideways = await pixelsTooWide(page)
        if (sideways > 0) faults.push(`${at}: ${sideways} pixels wider than the window`)
      }
      expect(faults).toEqual([])
    },
    120_000,
  )

  test.each(canaries.map((name, index) => ({ name, id: `c${index}` })))(
    'shows a name as the text that it is, and nothing wider for it: $name',
    async ({ name, id }) => {
      const page = await world.open('administrator', '', { viewport: { width: 390, height: 900 } })
      const at = `tenants/acme/clients/${id}`
      for (const address of ['tenants/acme/clients', 'tenants/acme/drift', at, `${at}/history`, `${at}/access`]) {
        await page.goto(world.url + address)
        const shown = page.getByRole('main').getByText(name, { exact: true }).first()
        expect([address, await isShown(shown), await pixelsTooWide(page)]).toEqual([address, true, 0])
      }
      await page.context().close()
    },
  )
})
