import { afterAll, beforeAll } from 'vitest'
import { applicationToken, sha256Of, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { withStates } from '../../support/pipeline.ts'
import { read, seedClient, unreachableTenant } from '../support.ts'

export let stack: Stack
export let client: string
export let change: string
export let operation: string

/** Started before the tests of a suite, and closed after them. */
export const useMatrix = (): void => {
  beforeAll(async () => {
    const states = withStates()
    stack = await startStack({
      ...states,
      otherTenants: [unreachableTenant('beta')],
      file: {
        ...states.file,
        server: { host: '127.0.0.1', port: 0, trustedProxies: ['127.0.0.1'] },
        applicationTokens: {
          tokens: [
            { name: 'portal', sha256: sha256Of(applicationToken), tenants: ['acme'] },
            { name: 'reader', sha256: sha256Of('nxa_reads-only'), tenants: ['acme'], permissions: ['client.read'] },
          ],
        },
      },
    })
    client = seedClient(stack, {
      client_metadata: { owners: '["auth0|tester","matrix-team"]', product_name: 'Matrix' },
    })
    const answer = await stack.patch(client, { applicationName: 'Matrix' })
    change = answer.headers.get('nexus-change') ?? ''
    const list = await stack.request('/v1/tenants/acme/clients', {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ id: client, patch: { applicationName: 'Matrix' } }]),
    })
    operation = String((await read(list)).body['id'])
  })
  afterAll(() => stack.close())
}
