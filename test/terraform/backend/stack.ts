import { afterAll, beforeAll } from 'vitest'
import { hashPassword } from '../../../adapters/credentials/passwords.ts'
import { portal, sha256Of, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { backendOf, stateKey } from '../support.ts'
import type { Backend } from '../support.ts'

export const password = 'a-password-of-a-pipeline'
export const oneStateToken = 'nxa_good-for-one-state'
export const maximumStateBytes = 65_536
export let stack: Stack
export const fresh = (): Backend => backendOf(stack)
export const tokenWith = (...permissions: string[]): string => stack.token({ permissions })

/** Started before the tests of a suite, and closed after them. */
export const useBackend = (): void => {
  beforeAll(async () => {
    const account = { passwordHash: await hashPassword(password), permissions: ['terraform.state'], tenants: '*' }
    stack = await startStack({
      tenant: { terraformStates: ['main'] },
      roles: { api: true, worker: false },
      file: {
        terraform: { stateKeys: [stateKey], maximumStateBytes },
        serviceAccounts: [
          { ...account, name: 'ci' },
          { ...account, name: 'one', terraformStates: ['only-this'] },
          {
            ...account,
            name: 'narrow-reader',
            permissions: ['terraform.read', 'client.read'],
            terraformStates: ['only-this'],
          },
          { ...account, name: 'breaker', permissions: ['terraform.state.force-unlock'] },
          { ...account, name: 'elsewhere', tenants: ['acme'], permissions: ['client.read'] },
        ],
        applicationTokens: {
          tokens: [
            portal,
            { name: 'narrow', sha256: sha256Of(oneStateToken), tenants: '*', terraformStates: ['only-this'] },
          ],
        },
      },
    })
  })
  afterAll(() => stack.close())
}
