import { afterAll, beforeAll } from 'vitest'
import { z } from 'zod'
import { startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { untilScanned } from '../../worker/scans.ts'
import { read } from '../support.ts'

const Conditions = z.object({ conditions: z.array(z.looseObject({ type: z.string() })) })
export const condition = (body: unknown, type: string) =>
  Conditions.parse(body).conditions.find((one) => one.type === type)
export let stack: Stack
export const call = async (method: string, path: string, body?: unknown, as?: string) =>
  read(
    await stack.request(path, {
      method,
      ...(as === undefined ? {} : { as }),
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json', prefer: 'wait=20' } }),
    }),
  )

/** Started before the tests of a suite, and closed after them. */
export const useSync = (): void => {
  beforeAll(async () => {
    stack = await startStack({ tenant: { scanInterval: '24h', freshness: '1h' } })
    await untilScanned(stack)
  })
  afterAll(() => stack.close())
}
