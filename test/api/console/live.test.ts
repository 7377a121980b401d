import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { servers } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { pathOf, seedClient } from '../support.ts'
import { ask, signedIn, startConsole } from './support.ts'

describe.skipIf(servers === null)('the events of a tenant, by way of the console', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startConsole()
  })
  afterAll(() => stack.close())

  test('come as they happen', async () => {
    const id = seedClient(stack)
    const cookie = await signedIn(stack)
    await ask(stack, cookie, `/api${pathOf(id)}`)
    const leaving = new AbortController()
    const answer = await ask(stack, cookie, '/api/v1/tenants/acme/events', {
      headers: { accept: 'text/event-stream' },
      signal: leaving.signal,
    })
    expect(answer.status).toBe(200)
    await stack.patch(id, { applicationName: 'Shop' })
    let heard = ''
    for await (const part of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      heard += part
      if (heard.includes(id)) break
    }
    expect(heard).toContain(id)
    expect(heard).toContain('change')
    leaving.abort()
  })
})
