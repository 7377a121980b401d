import { beforeAll, describe, expect, test } from 'vitest'
import { servers } from '../../support/stack.ts'
import { scanAgain } from '../../worker/scans.ts'
import { stateOf, json, stack, as, pipeline, write, useCommands } from './stack.ts'

const sorted = (...texts: readonly string[]): string[] => texts.toSorted()
const requests = async (): Promise<readonly string[]> => {
  const rows = await stack.query<{ text: string }>(
    `select kind || ' ' || client_id || ' ' || state as text from nexus.terraform_requests order by text`,
  )
  return rows.map(({ text }) => text).toSorted()
}

const seed = (name: string, owners: string, product: string): string =>
  stack.simulator.seed({ name, client_metadata: { owners: JSON.stringify([owners]), product_name: product } })

// Each test starts several processes, which takes its time on a busy machine.
describe.skipIf(servers === null)('commands that ask the API', { timeout: 90_000 }, () => {
  useCommands()

  describe('nexus adopt and release', () => {
    let shop: string
    let billing: string
    let stock: string
    let nested: string
    beforeAll(async () => {
      shop = seed('Shop front', 'shop-team', 'Shop')
      billing = seed('Shop bills', 'billing-team', 'Billing')
      stock = seed('Stock', 'shop-team', 'Logistics')
      nested = seed('Nested', 'shop-team', 'Logistics')
      await write(
        'second',
        JSON.stringify({
          ...Object(JSON.parse(stateOf(1, [nested], 'second-lineage'))),
          resources: [
            {
              mode: 'managed',
              type: 'auth0_client',
              name: 'nested',
              module: 'module.apps',
              instances: [{ attributes: { client_id: nested } }],
            },
          ],
        }),
      )
      await scanAgain(stack)
    })

    test('a dry run tells what it would ask for, and asks for nothing', async () => {
      const dry = await pipeline('adopt', 'acme', '--name', 'Shop *', '--state', 'main', '--dry-run')
      expect([dry.code, dry.stderr]).toEqual([0, ''])
      expect(dry.stdout).toContain(`${shop}  Shop front  adoption into main`)
      expect(dry.stdout).toContain('2 requests would be made; none was.')
      expect(dry.stdout).not.toContain(stock)
      expect(await requests()).toEqual([])
    })

    test('filters choose, ids and filters combine', async () => {
      const many = await pipeline('adopt', 'acme', '--owner', 'shop-team', '--name', 'Sh*', '--state', 'main', '--json')
      expect([many.code, json(many)]).toEqual([
        0,
        {
          tenant: 'acme',
          dryRun: false,
          clients: [{ id: shop, name: 'Shop front', kind: 'adopt', state: 'main', outcome: 'asked' }],
          left: [],
        },
      ])
      expect(await requests()).toEqual([`adopt ${shop} main`])
      const none = await pipeline('adopt', 'acme', billing, '--product', 'Shop', '--state', 'main')
      expect([none.code, none.stdout]).toEqual([0, expect.stringContaining('a filter leaves it out')])
      const unsaid = await pipeline('adopt', 'acme', billing)
      expect([unsaid.code, unsaid.stderr]).toEqual([
        77,
        'nexus: Say which state is to take them over: --state, with one of main, second.\n',
      ])
    })

    test('what is refused is told for each client; the others are done', async () => {
      const { code, stdout } = await pipeline('adopt', 'acme', billing, nested, 'nobody', '--state', 'main')
      expect(code).toBe(77)
      expect(stdout).toContain('Requested: adoption into main, 1 client.')
      expect(stdout).toContain(
        `  Nested (${nested}): Nexus refused (409): The state second manages this client already`,
      )
      expect(stdout).toContain("terraform state rm 'module.apps.auth0_client.nested'")
      expect(stdout).toContain('  nobody: Nexus refused (404)')
      expect(stdout).toContain('nexus synth acme')
      expect(await requests()).toEqual(sorted(`adopt ${shop} main`, `adopt ${billing} main`))
    })

    test('every one that is left, once', async () => {
      const { code, stdout } = await pipeline('adopt', 'acme', '--all', '--state', 'main')
      expect(code).toBe(0)
      expect(stdout).toMatch(/^Requested: adoption into main, 1 client\.$/m)
      expect(stdout).toContain(`Shop front (${shop}): its adoption into main is asked for already`)
      expect(await requests()).toEqual(sorted(`adopt ${shop} main`, `adopt ${billing} main`, `adopt ${stock} main`))
      const again = await pipeline('adopt', 'acme', '--all', '--state', 'main')
      expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('Nothing was requested.')])
    })

    test('release takes an adoption back, asks for what is managed, and tells what it cannot do', async () => {
      const back = await pipeline('release', 'acme', '--product', 'Billing')
      expect([back.code, back.stdout]).toEqual([
        0,
        expect.stringContaining('Requested: take back the adoption into main, 1 client.'),
      ])
      expect(await requests()).toEqual(sorted(`adopt ${shop} main`, `adopt ${stock} main`))

      // An apply has made it true.
      const [{ version } = { version: '0' }] = await stack.query<{ version: string }>(
        `select highest_serial as version from nexus.terraform_states where name = 'main'`,
      )
      await write('main', stateOf(Number(version) + 1, [shop, stock]))
      expect(await requests()).toEqual([])

      const dry = await pipeline('release', 'acme', '--all', '--dry-run', '--json')
      expect(json(dry)).toMatchObject({
        dryRun: true,
        clients: expect.arrayContaining([
          { id: shop, name: 'Shop front', kind: 'release', state: 'main', outcome: 'planned' },
        ]),
      })
      expect(await requests()).toEqual([])
      const { code, stdout } = await pipeline('release', 'acme', '--all')
      expect(code).toBe(77)
      expect(stdout).toContain('Requested: release from main, 2 clients.')
      expect(stdout).toContain(`Nested (${nested}): Nexus refused (409)`)
      expect(await requests()).toEqual(sorted(`release ${shop} main`, `release ${stock} main`))

      const only = await pipeline('adopt', 'acme', shop, '--state', 'main')
      expect(only.stdout).toContain('Requested: take back the release from main, 1 client.')
      expect(await requests()).toEqual([`release ${stock} main`])
    })

    test('what would be refused for every client is told once', async () => {
      const { code, stdout, stderr } = await as('reader')('release', 'acme', '--all')
      expect(code).toBe(77)
      expect(stdout).toContain('Nothing was requested.')
      expect(stderr).toContain('nexus release stopped')
      expect(stderr.match(/terraform\.adopt/g)).toHaveLength(1)
    })
  })
})
