import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedClient } from '../api/support.ts'
import { servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'

const plan = 'enterprise-non-production'

describe.skipIf(servers === null)('a tenant of two calls a second, and calls that may take one', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({
      simulator: { limits: plan },
      tenant: { plan, scanInterval: '1h', freshness: '1h' },
      file: { worker: { httpTimeout: '1s' } },
    })
  })
  afterAll(() => stack.close())

  test('a change is sent though a former call may come late, and each reading waits for its place under the lease', async () => {
    const id = seedClient(stack)
    const change = (name: string) =>
      stack.patch(id, { applicationName: name }, { headers: { prefer: 'wait=20' } }).then(({ status }) => status)
    expect(await change('First')).toBe(200)
    // The burst is used up: from now on one call goes out each half second.
    await stack.query(`update nexus.budgets set next_at = clock_timestamp() + interval '4500 milliseconds'`)
    await stack.query('update nexus.clients set previous_attempt_deadline = clock_timestamp() where client_id = $1', [
      id,
    ])
    expect(await change('Second')).toBe(200)
    expect(stack.simulator.clients.get(id)?.['client_metadata']).toMatchObject({ application_name: 'Second' })
  })
})
