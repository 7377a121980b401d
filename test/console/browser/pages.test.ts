import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { changeInAuth0 } from '../../support/auth0.ts'
import { servers } from '../../support/stack.ts'
import { addresses } from './support/addresses.ts'
import { faultsOf } from './support/axe.ts'
import { hasChromium } from './support/chromium.ts'
import { client, startWorld } from './support/world.ts'
import type { World } from './support/world.ts'

/** Names that are there to be taken for something else. */
const canaries = ['<img src=x onerror=alert(1)>', '${7*7}', '\u202Etxt.exe', '🧨'.repeat(85), '請求書の管理画面']

const looks = [
  ...(['light', 'dark'] as const).flatMap((colorScheme) => [390, 1280].map((width) => ({ colorScheme, width }))),
  // A window of 1,280 pixels at 400 %.
  { colorScheme: 'light' as const, width: 320 },
]

describe.skipIf(servers === null || !hasChromium())('every page of the console', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld(canaries.map((name, index) => client(`c${index}`, name)))
    // Each name is in histories, in the audit and on the list of what has drifted too.
    const as = world.stack.token({ permissions: ['client.write.all'] })
    for (const [index, name] of canaries.entries()) {
      const id = `c${index}`
      await world.stack.patch(
        id,
        { applicationName: name.slice(0, 80), callbackUrls: ['https://kept.example.com/'] },
        { as },
      )
      await changeInAuth0(world.stack.simulator, id, { callbacks: ['https://elsewhere.example.com/'] })
      await world.stack.request(`/v1/tenants/acme/clients/${id}/sync`, {
        method: 'POST',
        as,
        headers: { 'content-type': 'application/json' },
        body: '{"action":"retry"}',
      })
    }
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
        const sideways: unknown = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
        if (Number(sideways) > 0) faults.push(`${at}: ${String(sideways)} pixels wider than the window`)
      }
      expect(faults).toEqual([])
    },
    120_000,
  )
})
