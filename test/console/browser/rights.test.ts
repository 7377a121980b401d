import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { servers } from '../../support/stack.ts'
import { hasChromium } from './support/chromium.ts'
import type { PersonName } from './support/people.ts'
import { client, startWorld } from './support/world.ts'
import type { World } from './support/world.ts'

interface Rights {
  readonly sections: readonly string[]
  readonly clients: number
  /** What the API answers to a PATCH of a client of the list, and to more that only some may ask. */
  readonly byHand: Readonly<Record<string, number>>
}

const nothing = { resume: 403, accounts: 403, audit: 403, states: 403 }
const related: Rights = { sections: ['Clients', 'Tenant'], clients: 2, byHand: { patch: 200, ...nothing } }

/** What each may do: it is shown; and what they may not is not, nor does it work without the page. */
const rights: Readonly<Record<PersonName, Rights>> = {
  owner: related,
  member: related,
  product: related,
  stranger: { ...related, clients: 0, byHand: { patch: 403, ...nothing } },
  everything: {
    sections: ['Clients', 'Drift', 'Tenant'],
    clients: 3,
    byHand: { patch: 200, ...nothing },
  },
  operator: {
    sections: ['Clients', 'Drift', 'Tenant', 'Terraform', 'Access', 'Audit', 'Applications', 'Service accounts'],
    clients: 3,
    byHand: { patch: 403, resume: 204, accounts: 200, audit: 200, states: 200 },
  },
  administrator: {
    sections: ['Clients', 'Drift', 'Tenant', 'Terraform', 'Access', 'Audit', 'Applications', 'Service accounts'],
    clients: 3,
    byHand: { patch: 200, resume: 204, accounts: 200, audit: 200, states: 200 },
  },
}

const requests: Readonly<Record<string, readonly [method: string, path: string, body?: unknown]>> = {
  patch: ['PATCH', '/v1/tenants/acme/clients/invoices', { applicationName: 'By hand' }],
  resume: ['POST', '/v1/tenants/acme/resume'],
  accounts: ['GET', '/v1/admin/accounts'],
  audit: ['GET', '/v1/tenants/acme/audit'],
  states: ['GET', '/v1/tenants/acme/terraform/states'],
}

/** Asks as the page would, from inside the page. @returns the status */
const byHand = (page: Page, [method, path, body]: readonly [string, string, unknown?]): Promise<number> =>
  page.evaluate(
    async (asked) => {
      const { status } = await fetch(`/console/api${asked.path}`, {
        method: asked.method,
        ...(asked.body === undefined
          ? {}
          : { body: JSON.stringify(asked.body), headers: { 'content-type': 'application/json' } }),
      })
      return status
    },
    { method, path, body },
  )

describe.skipIf(servers === null || !hasChromium())('what each person finds in the console', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld([
      client('invoices', 'Invoices'),
      client('till', 'Till'),
      client('other', 'Other', { client_metadata: { owners: '["auth0|somebody"]', product_name: 'Else' } }),
    ])
  })
  afterAll(() => world.close())

  test.each(Object.entries(rights))('%s', async (who, expected) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.entries forgets what they are
    const page = await world.open(who as PersonName, 'tenants/acme/clients')
    await page.getByRole('heading', { level: 1 }).waitFor()
    await expect
      .poll(() => page.getByRole('navigation').getByRole('link').allInnerTexts(), { timeout: 10_000 })
      .toEqual(expected.sections)
    await expect
      .poll(
        () =>
          page
            .getByRole('main')
            .getByRole('link', { name: /invoices|till|other/ })
            .count(),
        { timeout: 10_000 },
      )
      .toBe(expected.clients)
    const answers = await Promise.all(
      Object.keys(expected.byHand).map(
        async (name) => [name, await byHand(page, requests[name] ?? ['GET', '/'])] as const,
      ),
    )
    expect(Object.fromEntries(answers)).toEqual(expected.byHand)
    await page.context().close()
  })
})
