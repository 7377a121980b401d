import { afterAll, beforeAll, expect } from 'vitest'
import { applicationToken, portal, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { pathOf, read, unreachableTenant } from '../support.ts'

export const secret = 'canary-secret-5d0c'
export const name = 'canary-client'
const json = { 'content-type': 'application/json' }

/** How somebody shows who they are. */
export type Credentials = Readonly<Record<string, string>>
export type Answer = Awaited<ReturnType<typeof read>>

export const application = (own: string): string => `/v1/admin/applications/${own}`
export let stack: Stack

export const usual = ['client.read', 'client.write', 'client.secret.read']
export const user = (
  own: string,
  more: { roles?: string[]; products?: string[]; permissions?: string[] } = {},
  through = applicationToken,
): Credentials => ({
  authorization: `Bearer ${stack.token({ sub: `auth0|${own}`, permissions: usual, ...more })}`,
  'x-application-token': through,
})
export const send = async (
  method: string,
  path: string,
  who: Credentials,
  { body, headers }: { body?: unknown; headers?: Credentials } = {},
): Promise<Answer> =>
  read(
    await fetch(`${stack.url}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : json), ...headers, ...who },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  )
export const administrator = () => user('admin', { permissions: [...usual, 'client.write.all', 'tenant.admin'] })
export const administer = async (method: string, path: string, body?: unknown): Promise<Answer> => {
  const answer = await send(method, path, administrator(), body === undefined ? {} : { body })
  expect(answer.status).toBeLessThan(300)
  return answer
}
export const change = (client: string, body: unknown) => administer('PATCH', pathOf(client), body)

/** Started before the tests of a suite, and closed after them. */
export const useRights = (): void => {
  beforeAll(async () => {
    stack = await startStack({
      tenant: { freshness: '1h' },
      otherTenants: [unreachableTenant('globex')],
      file: {
        applicationTokens: {
          tokens: [portal],
        },
      },
    })
  })
  afterAll(() => stack.close())
}
