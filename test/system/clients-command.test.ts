import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { nexus } from '../cli/support.ts'
import { nexus as start } from '../support/process.ts'
import { applicationToken, servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'
import { makeScanDue } from '../worker/scans.ts'

const Changes = z.object({
  changes: z.array(z.object({ id: z.string(), status: z.string(), generation: z.int() })),
  next: z.string().nullable(),
})
const Listed = z.object({ clients: z.array(z.object({ name: z.string() })), next: z.string().nullable() })
const Outcome = z.object({ outcome: z.string(), change: z.string().nullable(), fields: z.array(z.unknown()) })

// Each test starts several processes, which takes its time on a busy machine.
describe.skipIf(servers === null)('nexus clients', { timeout: 90_000 }, () => {
  let stack: Stack
  let id: string
  beforeAll(async () => {
    stack = await startStack({ tenant: { scanInterval: '24h' } })
    id = stack.simulator.seed({
      name: 'Shop\u001B[2J',
      callbacks: ['https://old.example.com/cb'],
      client_metadata: { owners: '["auth0|tester"]' },
    })
  })
  afterAll(() => stack.close())

  const env = (token = stack.token()): Record<string, string> => ({
    NEXUS_URL: stack.url,
    NEXUS_TOKEN: token,
    NEXUS_APPLICATION_TOKEN: applicationToken,
  })
  const clients = (...args: string[]) => nexus(['clients', ...args], { env: env() })
  const clientsList = (...more: string[]) => clients('list', 'acme', ...more)
  const callbacks = (): unknown => stack.simulator.clients.get(id)?.['callbacks']

  test('show: every field, also those without a value, and no text that steers the terminal', async () => {
    const { code, stdout, stderr } = await clients('show', 'acme', id)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^callbackUrls +https:\/\/old\.example\.com\/cb$/m)
    expect(stdout).toMatch(/^productName +-$/m)
    expect(stdout).toContain('Observed just now')
    expect(stdout).not.toContain('\u001B')
  })

  test('set: elements come and go, and the difference and its end are told', async () => {
    const { code, stdout, stderr } = await clients(
      'set',
      'acme',
      id,
      'callbackUrls+=https://new.example.com/cb',
      'callbackUrls-=https://old.example.com/cb',
      'callbackUrls-=https://never.example.com/cb',
      'productName=Billing',
    )
    expect([code, stderr]).toEqual([0, 'note: callbackUrls: https://never.example.com/cb is not there.\n'])
    expect(stdout).toContain('    + productName: "Billing"\n')
    expect(stdout).toContain('        - https://old.example.com/cb\n        + https://new.example.com/cb\n')
    expect(stdout).toMatch(/Applied: Auth0 has it\. It is change [0-9a-f-]{36}\.\n$/)
    expect(callbacks()).toEqual(['https://new.example.com/cb'])
    expect(stack.simulator.clients.get(id)).toMatchObject({ client_metadata: { product_name: 'Billing' } })
  })

  test('set: what is so already is no change', async () => {
    const { code, stdout } = await clients('set', 'acme', id, 'productName=Billing')
    expect([code, stdout]).toEqual([0, expect.stringContaining('Nothing to change')])
  })

  test('set --dry-run says what it would change, and changes nothing', async () => {
    const before = callbacks()
    const { code, stdout } = await clients('set', 'acme', id, 'callbackUrls=', '--dry-run')
    expect(code).toBe(0)
    expect(stdout).toContain('- https://new.example.com/cb')
    expect(stdout).toContain('Nothing was done')
    expect(callbacks()).toEqual(before)
    const refused = await clients('set', 'acme', id, 'callbackUrls+=javascript:alert(1)', '--dry-run')
    expect([refused.code, refused.stdout]).toEqual([77, ''])
  })

  test('set: many at the same time, and none undoes another', async () => {
    const before = callbacks()
    const urls = ['a', 'b', 'c'].map((name) => `https://${name}.example.com/cb`)
    const done = await Promise.all(urls.map((url) => clients('set', 'acme', id, `callbackUrls+=${url}`)))
    expect(done.map(({ code, stderr }) => [code, stderr])).toEqual(urls.map(() => [0, '']))
    expect(new Set(z.array(z.string()).parse(callbacks()))).toEqual(
      new Set([...z.array(z.string()).parse(before), ...urls]),
    )
  })

  test('set --if-match is for one state of the client, and is not tried again', async () => {
    const before = callbacks()
    const { code, stderr } = await clients('set', 'acme', id, 'callbackUrls=', '--if-match', '"another"')
    expect([code, stderr]).toEqual([77, expect.stringContaining('(412)')])
    expect(callbacks()).toEqual(before)
  })

  test('set: a refusal points at what is wrong, by its value', async () => {
    const args = ['set', 'acme', id, 'callbackUrls+=javascript:alert(1)'] as const
    const { code, stdout, stderr } = await clients(...args)
    expect([code, stdout]).toEqual([77, ''])
    expect(stderr).toMatch(/Nexus refused \(422\)[^]*\n {2}- \/callbackUrls\/\d+: .*javascript:/)
    const json = await clients(...args, '--json')
    expect([json.code, json.stderr]).toEqual([77, ''])
    expect(JSON.parse(json.stdout)).toMatchObject({
      outcome: 'refused',
      code: 'refused',
      status: 422,
      type: '/problems/impossible',
      errors: [{}],
    })
  })

  test('set: what Auth0 does not have yet ends with 2, and history follows it', async () => {
    await stack.query(`update nexus.tenants set paused_at = now() where tenant_id = 'acme'`)
    const { code, stdout } = await clients('set', 'acme', id, 'applicationName=Till', '--json')
    expect(code).toBe(2)
    const { outcome, change, fields } = Outcome.parse(JSON.parse(stdout))
    expect([outcome, fields]).toEqual(['pending', [{ field: 'applicationName', from: null, to: 'Till' }]])
    const shown = await clients('show', 'acme', id)
    expect(shown.stdout).toMatch(/Not synced|Paused/)

    const following = start(['clients', 'history', 'acme', id, '--limit', '1', '--watch'], env())
    await following.says(new RegExp(`${change ?? ''}.*"accepted"`))
    await stack.query(`update nexus.tenants set paused_at = null where tenant_id = 'acme'`)
    await following.says(new RegExp(`${change ?? ''}.*"applied"`))
    await following.kill('SIGINT')
    expect(following.child.exitCode).toBe(0)
    const lines = following.output().trim().split('\n')
    expect(lines.map((line) => Changes.parse(JSON.parse(line)).changes.length)).toEqual(lines.map(() => 1))
    expect(new Set(lines).size).toBe(lines.length)
  })

  test('history: newest first, page by page', async () => {
    const page = async (...more: string[]) =>
      Changes.parse(JSON.parse((await clients('history', 'acme', id, '--json', ...more)).stdout))
    const all = await page()
    expect(all.next).toBeNull()
    const generations = all.changes.map(({ generation }) => generation)
    expect(generations).toEqual(generations.toSorted((a, b) => b - a))
    const first = await page('--limit', '2')
    expect(first.changes).toEqual(all.changes.slice(0, 2))
    expect((await page('--cursor', String(first.next))).changes).toEqual(all.changes.slice(2))
    const { stdout } = await clients('history', 'acme', id, '--limit', '1')
    expect(stdout).toMatch(/applied +auth0\|tester \(portal\) +applicationName/)
    expect(stdout).toContain(`--cursor ${String((await page('--limit', '1')).next)}`)
  })

  test('list: what the caller may read, by filters, page by page', async () => {
    for (const name of ['Alpha', 'Beta', 'Gamma'])
      stack.simulator.seed({ name, client_metadata: { owners: '["auth0|tester"]', product_name: name.slice(0, 1) } })
    stack.simulator.seed({ name: 'Of others', client_metadata: { owners: '["auth0|other"]' } })
    await makeScanDue(stack)
    const page = async (...more: string[]) => {
      const { clients, next } = Listed.parse(JSON.parse((await clientsList('--json', ...more)).stdout))
      return { names: clients.map(({ name }) => name), next }
    }
    await vi.waitFor(async () => expect((await page()).names).toHaveLength(4), { timeout: 30_000, interval: 500 })
    expect(await page('--product', 'B')).toEqual({ names: ['Beta'], next: null })
    expect((await page('--text', 'amm')).names).toEqual(['Gamma'])
    expect((await page('--managed')).names).toEqual([])
    expect((await page('--sort', '-name', '--manual', '--sync', 'synced')).names.at(-1)).toBe('Alpha')
    const first = await page('--limit', '3')
    expect(first.names.slice(0, 3)).toEqual(['Alpha', 'Beta', 'Gamma'])
    expect((await page('--cursor', String(first.next))).names).toHaveLength(1)

    const { code, stdout } = await clientsList('--limit', '1')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^CLIENT +NAME +PRODUCT +OWNERS +TERRAFORM +SYNC +DRIFT +OBSERVED$/m)
    expect(stdout).toMatch(/^[\w-]+ +Alpha +A +auth0\|tester +- +synced +- +just now$/m)
    expect(stdout).toContain('1 client, and there are more: --limit, or --cursor ')
    expect((await clientsList('--sort', 'colour')).stderr).toContain('/sort')
    expect((await clientsList('--manual', '--managed')).stderr).toContain('not both')
  })

  test('a caller who may not is told so', async () => {
    const stranger = env(stack.token({ sub: 'auth0|stranger' }))
    const { code, stderr } = await nexus(['clients', 'set', 'acme', id, 'productName=x'], { env: stranger })
    expect([code, stderr]).toEqual([77, expect.stringContaining('(403)')])
  })

  test('--watch goes on while nobody answers', async () => {
    const following = start(['clients', 'show', 'acme', id, '--watch'], env())
    await following.says(/"etag"/)
    const { url } = stack
    await stack.stop()
    await following.says(/cannot be reached.*Trying again/)
    await stack.start()
    expect(stack.url).not.toBe(url)
    await following.kill('SIGINT')
    await vi.waitFor(() => expect(following.child.exitCode).toBe(0), 10_000)
  })
})
