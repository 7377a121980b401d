import { afterAll, beforeAll, expect, vi } from 'vitest'
import { z } from 'zod'
import { startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { scanAgain } from '../../worker/scans.ts'
import { pathOf, read } from '../support.ts'

const Listed = z.object({
  clients: z.array(
    z.looseObject({ id: z.string(), name: z.string().nullable(), owners: z.array(z.string()).nullable() }),
  ),
  next: z.string().nullable(),
})

/** What comes about in a while: a worker is at it. */
export const eventually = (looks: () => Promise<void>) => vi.waitFor(looks, { timeout: 15_000, interval: 50 })
export let stack: Stack

export const all = { permissions: ['client.read.all'] }
export const get = async (query: Record<string, string> | string = {}, claims: Parameters<Stack['token']>[0] = all) => {
  const text = typeof query === 'string' ? query : new URLSearchParams(query).toString()
  return read(await stack.request(`/v1/tenants/acme/clients?${text}`, { as: stack.token(claims) }))
}
export const page = async (query: Record<string, string> = {}, claims: Parameters<Stack['token']>[0] = all) => {
  const answer = await get(query, claims)
  expect(answer).toMatchObject({ status: 200 })
  return Listed.parse(answer.body)
}
/** Names of every client on every page. */
export const names = async (query: Record<string, string> = {}, claims: Parameters<Stack['token']>[0] = all) => {
  const found: (string | null)[] = []
  let cursor: string | null = null
  do {
    const one: z.infer<typeof Listed> = await page(cursor === null ? query : { ...query, cursor }, claims)
    found.push(...one.clients.map(({ name }) => name))
    cursor = one.next
  } while (cursor !== null)
  return found
}
/** A list in which only this test's clients stand: they share a product. */
export let products = 0
export const family = () => {
  products += 1
  const product = `Family ${products}`
  const seed = (name: string, { metadata = {}, ...more }: Record<string, unknown> & { metadata?: object } = {}) =>
    stack.simulator.seed({ name, client_metadata: { product_name: product, ...metadata }, ...more })
  return { product, seed, meet: (...ids: string[]) => Promise.all(ids.map((id) => stack.request(pathOf(id)))) }
}
export const scanned = async (): Promise<void> => {
  await scanAgain(stack)
  await vi.waitFor(
    async () => expect(await stack.query(`select 1 from nexus.clients where verify_at is not null`)).toEqual([]),
    { timeout: 20_000 },
  )
}
export const admin = () => ({
  as: stack.token({ sub: 'auth0|admin', permissions: ['client.write.all', 'tenant.admin'] }),
})
export const post = async (path: string) => (await stack.request(path, { method: 'POST', ...admin() })).status

export const everything = async () => {
  const found: { id: string }[] = []
  let next: string | null = null
  do {
    const one: z.infer<typeof Listed> = await page({ limit: '100', ...(next === null ? {} : { cursor: next }) })
    found.push(...one.clients)
    next = one.next
  } while (next !== null)
  return found
}

/** Started before the tests of a suite, and closed after them. */
export const useLists = (): void => {
  beforeAll(async () => {
    stack = await startStack({
      tenant: { scanInterval: '24h', freshness: '24h', terraformStates: ['main'], otherStates: ['other'] },
    })
    await scanned()
  })
  afterAll(() => stack.close())
}
