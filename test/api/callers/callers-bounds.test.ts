import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { applicationToken, servers, sha256Of } from '../../support/stack.ts'
import { pathOf, read, seedClient } from '../support.ts'
import {
  applications,
  accounts,
  basic,
  stack,
  ask,
  ofAcme,
  make,
  through,
  asAccount,
  client,
  useCallers,
} from './stack.ts'

const patched = async (token: unknown, permissions: string[]): Promise<number> => {
  const init = { as: stack.token({ permissions }), headers: { 'x-application-token': String(token) } }
  return (await stack.patch(client, { applicationName: 'x' }, init)).status
}

describe.skipIf(servers === null)('applications and accounts of the database', () => {
  useCallers()

  test('those of the configuration are on the list, cannot be changed here, and have their names', async () => {
    const list = await ask('GET', applications)
    expect(list.text).toContain('"name":"portal","source":"configuration"')
    expect(list.text).not.toContain(sha256Of(applicationToken))
    expect(await ask('DELETE', `${applications}/portal`)).toMatchObject({
      status: 409,
      body: { type: '/problems/caller-not-changeable' },
    })
    expect(await ask('POST', `${applications}/portal/rotate`)).toMatchObject({ status: 409 })
    expect(await ask('POST', applications, { name: 'portal', tenants: ['acme'], permissions: [] })).toMatchObject({
      status: 409,
      body: { type: '/problems/name-taken' },
    })
    // One that reaches beyond is not there, like any other.
    expect(await ask('GET', `${applications}/portal`, undefined, ofAcme)).toMatchObject({ status: 404 })
    expect(await ask('DELETE', `${applications}/portal`, undefined, ofAcme)).toMatchObject({ status: 404 })
  })

  test('an application never lifts a user above its ceiling, nor beyond its tenants', async () => {
    const { secret } = await make(applications, { permissions: ['client.read'] })
    expect(await patched(secret, ['client.write.all'])).toBe(403)
    expect(await patched(applicationToken, ['client.write.all'])).toBe(200)
    const elsewhere = await make(applications, { tenants: ['globex'] })
    expect(await through(elsewhere.secret), "another tenant's application").toBe(403)
  })

  test('an account is an owner by a name that no user, role or account of the configuration can have', async () => {
    const { name, secret } = await make(accounts)
    expect(await asAccount(name, secret)).toBe(403)
    const owned = seedClient(stack, { client_metadata: { owners: JSON.stringify([`account:${name}`]) } })
    const named = seedClient(stack, { client_metadata: { owners: JSON.stringify([name]) } })
    const statusOf = async (id: string) =>
      (await fetch(`${stack.url}${pathOf(id)}`, { headers: basic(name, secret) })).status
    expect([await statusOf(owned), await statusOf(named)]).toEqual([200, 403])
  })

  test('an account of the database, once an administrator itself, hands out what it has, through no application', async () => {
    const { name, secret } = await make(accounts, { permissions: ['tenant.admin', 'client.read'], products: ['Shop'] })
    const create = async (body: object) =>
      read(
        await fetch(`${stack.url}${accounts}`, {
          method: 'POST',
          headers: basic(name, secret),
          body: JSON.stringify({ name: `by-${randomUUID()}`, tenants: ['acme'], ...body }),
        }),
      )
    const made = await create({ permissions: ['client.read'], products: ['Shop'] })
    expect(made).toMatchObject({
      status: 201,
      body: { createdBy: { kind: 'service-account', id: `account:${name}`, application: null } },
    })
    expect(await create({ permissions: ['client.write'], products: ['Shop'] })).toMatchObject({ status: 403 })
  })
})
