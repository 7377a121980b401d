import { afterAll, beforeAll } from 'vitest'
import { startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { untilScanned } from '../../worker/scans.ts'

export let stack: Stack

export const held = (clientId: string): Readonly<Record<string, unknown>> => stack.simulator.clients.get(clientId) ?? {}
export const status = async (clientId: string) => (await stack.patch(clientId, { productName: 'x' })).status

/** Started before the tests of a suite, and closed after them. */
export const usePatches = (): void => {
  beforeAll(async () => {
    stack = await startStack({ tenant: { freshness: '60s' } })
    await untilScanned(stack)
  })
  afterAll(() => stack.close())
}
