import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { servers } from '../../support/stack.ts'
import { hasChromium } from './support/chromium.ts'
import { client, isShown, startWorld } from './support/world.ts'
import type { World } from './support/world.ts'

const ids = ['a/b', 'a%2Fb', '100%', 'a?b#c&d', 'ü 請', 'a@b']

describe.skipIf(servers === null || !hasChromium())('ids of clients in addresses', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld(
      ids.map((id, index) => ({ ...client(id, `Client ${index}`), callbacks: ['https://odd.example.com/callback'] })),
    )
  })
  afterAll(() => world.close())

  test.each(ids.map((id, index) => ({ id, name: `Client ${index}` })))(
    '$id leads to its client',
    async ({ id, name }) => {
      const page = await world.open('owner', 'tenants/acme/clients')
      await page.getByRole('link', { name: new RegExp(name) }).click()
      expect(await isShown(page.getByRole('heading', { name, level: 1 }))).toBe(true)
      await page.getByRole('tab', { name: 'History' }).click()
      await page
        .getByText('Nobody has changed')
        .or(page.getByRole('heading', { name: 'History' }))
        .first()
        .waitFor()
      await page.reload()
      expect(await isShown(page.getByRole('heading', { name, level: 1 }))).toBe(true)
      expect(await page.getByText(id, { exact: true }).count()).toBeGreaterThan(0)
      await page.context().close()
    },
  )
})
