import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect } from 'vitest'
import { applicationToken, portal, sha256Of, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { pathOf, read, seedClient, unreachableTenant } from '../support.ts'

export const applications = '/v1/admin/applications'
export const accounts = '/v1/admin/accounts'

/** Who calls through it is good for that tenant only. */
const acmeToken = 'nxa_of-acme-only'
export const ceilingToken = 'nxa_with-a-ceiling'

export const basic = (name: string, password: unknown): { authorization: string } => ({
  authorization: `Basic ${btoa(`${name}:${String(password)}`)}`,
})
export let stack: Stack
/** A second process over the same storage. */
export let other: string

export const everything = [
  'tenant.admin',
  'client.write.all',
  'client.secret.read',
  'terraform.read',
  'terraform.state',
]
/** An administrator of every tenant, unless they come through an application of one. */
export const ask = async (
  method: string,
  path: string,
  body?: unknown,
  { through = applicationToken, permissions = everything, products = [] as string[], sub = 'auth0|admin' } = {},
) =>
  read(
    await stack.request(path, {
      method,
      as: stack.token({ sub, permissions, products }),
      headers: { 'x-application-token': through },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  )
export const ofAcme = { through: acmeToken }

export const make = async (kind: string, more: Record<string, unknown> = {}) => {
  const name = `made-${randomUUID()}`
  const body = { name, tenants: ['acme'], permissions: ['client.read', 'client.write'], ...more }
  const made = await ask('POST', kind, body)
  expect(made).toMatchObject({ status: 201 })
  return { name, path: `${kind}/${name}`, secret: made.body[kind === accounts ? 'password' : 'token'], made }
}

/** What comes of reading a client: as a user through an application, or as an account. */
export const through = async (token: unknown, base = stack.url): Promise<number> => {
  const headers = { authorization: `Bearer ${stack.token()}`, 'x-application-token': String(token) }
  return (await fetch(`${base}${pathOf(client)}`, { headers })).status
}
export const asAccount = async (name: string, password: unknown, base = stack.url): Promise<number> =>
  (await fetch(`${base}${pathOf(client)}`, { headers: basic(name, password) })).status
export let client: string

/** Started before the tests of a suite, and closed after them. */
export const useCallers = (): void => {
  beforeAll(async () => {
    stack = await startStack({
      otherTenants: [unreachableTenant('globex')],
      file: {
        applicationTokens: {
          tokens: [
            portal,
            { name: 'of-acme', sha256: sha256Of(acmeToken), tenants: ['acme'] },
            {
              name: 'ceiling',
              sha256: sha256Of(ceilingToken),
              tenants: ['acme'],
              permissions: ['client.read', 'tenant.admin'],
              terraformStates: [],
            },
          ],
        },
      },
    })
    other = (await stack.also({ api: true, worker: false })).url ?? ''
  })
  afterAll(() => stack.close())
  beforeAll(() => {
    client = seedClient(stack)
  })
}
