import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { servers } from '../../support/stack.ts'
import { hasChromium } from './support/chromium.ts'
import { client, isShown, startWorld } from './support/world.ts'
import type { World } from './support/world.ts'

const lock = {
  ID: 'a1b2',
  Operation: 'OperationTypeApply',
  Info: '',
  Who: 'ann@<b>laptop</b>',
  Version: '1.11.4',
  Created: '2026-11-26T00:00:00Z',
  Path: '',
}
const state = (serial: number) =>
  JSON.stringify({ version: 4, terraform_version: '1.11.4', serial, lineage: 'c0ffee', outputs: {}, resources: [] })

describe.skipIf(servers === null || !hasChromium())("an operator's way", () => {
  let world: World
  const states = '/v1/tenants/acme/terraform/states/main'
  const tenant = async (): Promise<unknown> => (await world.stack.request('/v1/tenants/acme')).json()
  beforeAll(async () => {
    world = await startWorld([client('invoices', 'Invoices')], { tenant: { terraformStates: ['main'] } })
    const as = world.stack.token({ permissions: ['terraform.state'] })
    for (const serial of [1, 2])
      await world.stack.request(states, { method: 'POST', body: state(serial), as }).then((answer) => answer.text())
  })
  afterAll(() => world.close())

  test('a tenant is paused, resumed and scanned', async () => {
    const page = await world.open('operator', 'tenants/acme')
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click()
    await page.getByRole('button', { name: 'Resume' }).waitFor()
    expect(await tenant()).toMatchObject({ paused: expect.any(String) })
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    expect(await tenant()).toMatchObject({ paused: null })
    await page.getByRole('button', { name: 'Scan now' }).click()
    await page.getByText(/The scan is complete: Auth0 has \d+ clients?\./).waitFor({ timeout: 30_000 })
  })

  test('an owner sees how it stands, and can do nothing to it', async () => {
    const page = await world.open('owner', 'tenants/acme')
    await page.getByText('Credential', { exact: true }).waitFor()
    expect(await page.getByRole('button', { name: /Pause|Resume|Scan/ }).count()).toBe(0)
  })

  test('a lock is shown, and taken away by who may, once they have typed the name', async () => {
    const as = world.stack.token({ permissions: ['terraform.state'] })
    await world.stack.request(states, { method: 'LOCK', body: JSON.stringify(lock), as })
    const watching = await world.open('operator', 'tenants/acme/terraform')
    await watching.getByText(lock.Who).waitFor()
    expect(await watching.getByRole('button', { name: 'Take the lock away' }).count()).toBe(0)
    const page = await world.open('administrator', 'tenants/acme/terraform?unlock=main')
    const dialog = page.getByRole('dialog')
    const take = dialog.getByRole('button', { name: 'Take the lock away' })
    await take.waitFor()
    expect(await take.isDisabled()).toBe(true)
    await dialog.getByLabel('Type main to confirm').fill('main')
    await take.click()
    await page.getByText('Not locked').waitFor()
  })

  test('an old version is made current again', async () => {
    const page = await world.open('administrator', 'tenants/acme/terraform?versions=main')
    await page.getByRole('button', { name: 'Restore version 1' }).click()
    await page.getByLabel('Type main to confirm').fill('main')
    await page.getByRole('dialog').getByRole('button', { name: 'Restore', exact: true }).click()
    expect(await isShown(page.getByText('made of version 1'))).toBe(true)
  })
})
