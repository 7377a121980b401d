import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'

describe.skipIf(servers === null)('the main job', () => {
  let stack: Stack
  let clientId: string
  beforeAll(async () => {
    stack = await startStack()
    clientId = stack.simulator.seed({ name: 'Invoices', client_metadata: { owners: '["auth0|tester"]' } })
  })
  afterAll(() => stack.close())

  test('an owner changes a client, and Auth0 has it when the answer comes', async () => {
    const answer = await stack.patch(clientId, { callbackUrls: ['https://app.example.com/callback'] })
    expect(await answer.json()).toMatchObject({ id: clientId, callbackUrls: ['https://app.example.com/callback'] })
    expect(answer.status).toBe(200)
    expect(stack.simulator.clients.get(clientId)?.['callbacks']).toEqual(['https://app.example.com/callback'])
  })
})
