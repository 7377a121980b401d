import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ClientAccess } from '../../../api/access/answers.ts'
import { portal, servers, sha256Of, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { pathOf, read, retry, seedClient, unreachableTenant } from '../support.ts'

const readerToken = 'nxa_reads-only'
const administering = ['client.read.all', 'client.write.all', 'tenant.admin', 'client.secret.read', 'terraform.state']

const claims = (sub: string, more: Record<string, unknown> = {}) => ({
  claims: { sub, permissions: ['client.write'], ...more },
})

describe.skipIf(servers === null)('who may do what with a client, and why', () => {
  let stack: Stack
  let client: string

  beforeAll(async () => {
    stack = await startStack({
      tenant: { freshness: '1h' },
      otherTenants: [unreachableTenant('globex')],
      file: {
        applicationTokens: {
          tokens: [
            portal,
            { name: 'reader', sha256: sha256Of(readerToken), tenants: ['acme'], permissions: ['client.read'] },
            { name: 'of-globex', sha256: sha256Of('nxa_elsewhere'), tenants: ['globex'] },
          ],
        },
      },
    })
    client = seedClient(stack, { client_metadata: { owners: '["auth0|ann","billing"]', product_name: 'Shop' } })
  })
  afterAll(() => stack.close())

  const as = (sub: string, more: Parameters<Stack['token']>[0] = {}) => stack.token({ sub, ...more })
  const administrator = () => as('auth0|admin', { permissions: administering })
  /** @returns what is told of the one who is asked for */
  const accessOf = async (query: string, init: Parameters<Stack['request']>[1], id = client) => {
    const answer = await read(await stack.request(`${pathOf(id)}/access${query}`, init))
    const body = answer.status === 200 ? ClientAccess.parse(answer.body) : undefined
    const told = body?.access[0]
    return { ...answer, told, all: body?.access ?? [], allowed: told && [told.read?.allowed, told.write?.allowed] }
  }
  const show = (shown: unknown, id = client) =>
    accessOf('', { method: 'POST', as: administrator(), body: JSON.stringify(shown) }, id)

  describe('of the caller', () => {
    test.each<{ reason: string; sub: string; more?: Parameters<Stack['token']>[0]; allowed: [boolean, boolean] }>([
      { reason: 'an owner', sub: 'auth0|ann', allowed: [true, true] },
      { reason: 'somebody with an owning role', sub: 'auth0|bob', more: { roles: ['billing'] }, allowed: [true, true] },
      { reason: 'somebody with the product', sub: 'auth0|bob', more: { products: ['Shop'] }, allowed: [true, true] },
      {
        reason: 'an owner who may only read',
        sub: 'auth0|ann',
        more: { permissions: ['client.read'] },
        allowed: [true, false],
      },
      { reason: 'somebody without a relation', sub: 'auth0|bob', allowed: [false, false] },
    ])('$reason', async ({ sub, more = {}, allowed }) => {
      const answer = await accessOf('', { as: as(sub, more) })
      expect(answer).toMatchObject({ status: 200, allowed, told: { kind: 'user', id: sub, application: 'portal' } })
      expect(answer.headers.get('cache-control')).toBe('no-store')
      // What the API does is what was told.
      expect((await stack.request(pathOf(client), { as: as(sub, more) })).status).toBe(allowed[0] ? 200 : 403)
    })

    test('who was taken off in Auth0 is told that this is why', async () => {
      const id = seedClient(stack, { client_metadata: { owners: '["auth0|ann"]' } })
      await stack.patch(id, { owners: ['auth0|ann', 'billing'] }, { as: as('auth0|ann') })
      seedClient(stack, { client_id: id, client_metadata: { owners: '["billing"]' } })
      await retry(stack, id, administrator())
      await expect
        .poll(async () => (await accessOf('', { as: as('auth0|ann') }, id)).told?.write?.detail)
        .toContain('auth0|ann: taken off in Auth0, outside Nexus')
      expect((await accessOf('', { as: as('auth0|ann') }, id)).allowed).toEqual([true, false])
    })

    test('names of other owners are not told', async () => {
      const { text } = await accessOf('', { as: as('auth0|bob') })
      expect(text).not.toContain('auth0|ann')
      expect(text).not.toContain('billing')
    })

    test('who could never reach a client learns nothing; nor does anybody of a client that is not there', async () => {
      expect((await accessOf('', { as: as('auth0|ann', { permissions: ['tenant.admin'] }) })).status).toBe(403)
      expect((await accessOf('', {}, 'nobody')).status).toBe(404)
      expect((await accessOf('?of=everybody', {})).status).toBe(400)
    })
  })

  describe('of each application and account', () => {
    test('an application tells the most that a user may do through it, an account what it may do', async () => {
      const name = `pipeline-${randomUUID()}`
      const account = { name, tenants: ['acme'], permissions: ['client.write'], roles: ['billing'] }
      const made = await stack.request('/v1/admin/accounts', {
        method: 'POST',
        as: administrator(),
        body: JSON.stringify(account),
      })
      expect(made.status).toBe(201)
      const { all } = await accessOf('?of=registered', { as: administrator() })
      const rights = Object.fromEntries(all.map(({ id, read, write }) => [id, [read?.by, write?.by]]))
      expect(rights).toMatchObject({
        portal: ['all', 'all'],
        reader: ['owner', null],
        'of-globex': [null, null],
        [`account:${name}`]: ['owner', 'owner'],
      })
      expect(all.find(({ id }) => id === 'of-globex')?.keptOut).toContain('not good for the tenant acme')

      await stack.request(`/v1/admin/accounts/${name}`, { method: 'DELETE', as: administrator() })
      const revoked = (await accessOf('?of=registered', { as: administrator() })).all.find(({ id }) =>
        id?.endsWith(name),
      )
      expect(revoked).toMatchObject({ keptOut: `${name} was revoked.`, write: { allowed: false, by: null } })
    })

    test.each([
      { reason: 'no administrator', permissions: ['client.write.all'] },
      { reason: 'an administrator who may not read the client', permissions: ['tenant.admin', 'client.read'] },
    ])('not to $reason', async ({ permissions }) => {
      expect((await accessOf('?of=registered', { as: as('auth0|bob', { permissions }) })).status).toBe(403)
    })

    test('an administrator of one tenant is told of nobody beyond it', async () => {
      const { all } = await accessOf('?of=registered', {
        as: administrator(),
        headers: { 'x-application-token': readerToken },
      })
      expect(all).toEqual([])
    })
  })

  describe('of whoever an administrator shows', () => {
    test.each([
      { reason: 'an owner', shown: claims('auth0|ann'), by: ['owner', 'owner'] },
      {
        reason: 'through an application with a ceiling',
        shown: { ...claims('auth0|ann'), application: 'reader' },
        by: [null, null],
      },
      {
        reason: 'a role',
        shown: claims('auth0|bob', { 'https://nexus.example/roles': ['billing'] }),
        by: ['owner', 'owner'],
      },
      { reason: 'nobody who is related', shown: claims('auth0|bob'), by: [null, null] },
      {
        reason: 'a scope, where there are no permissions',
        shown: claims('auth0|ann', { permissions: undefined, scope: 'client.read' }),
        by: ['owner', null],
      },
    ])('claims: $reason', async ({ shown, by }) => {
      const { told } = await show(shown)
      expect([told?.read?.by, told?.write?.by]).toEqual(by)
    })

    test('a token', async () => {
      expect(await show({ token: as('auth0|ann') })).toMatchObject({
        allowed: [true, true],
        told: { kind: 'user', id: 'auth0|ann', application: null, keptOut: null },
      })
    })

    test.each([
      { reason: 'no token at all', shown: () => ({ token: 'abc' }), says: 'not a signed JWT' },
      {
        reason: 'another signature',
        shown: () => ({ token: `${as('auth0|ann').slice(0, -8)}AAAAAAAA` }),
        says: 'signature',
      },
      { reason: 'claims without a user', shown: () => ({ claims: {} }), says: 'names no user' },
      {
        reason: 'claims of an issuer that nobody knows',
        shown: () => claims('auth0|ann', { iss: 'https://x.test/' }),
        says: 'issuer',
      },
    ])('what is wrong is said: $reason', async ({ shown, says }) => {
      const { status, told } = await show(shown())
      expect({ status, ...told }).toMatchObject({ status: 200, id: null, read: null, write: null })
      expect(told?.keptOut).toContain(says)
    })

    test.each([
      { reason: 'both', shown: { token: 'x', ...claims('x') }, status: 400 },
      { reason: 'neither', shown: {}, status: 400 },
      { reason: 'a token that is too long', shown: { token: 'x'.repeat(20_000) }, status: 400 },
      { reason: 'an application that is not there', shown: { ...claims('x'), application: 'x' }, status: 422 },
    ])('refused: $reason', async ({ shown, status }) => {
      expect((await show(shown)).status).toBe(status)
    })

    test('not by whoever is no administrator, or may not read the client', async () => {
      for (const permissions of [['client.write.all'], ['tenant.admin'], ['tenant.admin', 'client.write']]) {
        const body = JSON.stringify(claims('auth0|ann'))
        expect((await accessOf('', { method: 'POST', as: as('auth0|bob', { permissions }), body })).status).toBe(403)
      }
    })

    test('nothing of it is kept or logged: the audit has who looked, at which client', async () => {
      const canary = `canary-${randomUUID()}`
      const token = as(canary, { roles: [`${canary}-role`] })
      await show({ token })
      await show(claims(canary))
      await show({ token: `${token}x` })
      expect(stack.logLines().filter((line) => line.includes(canary) || line.includes(token))).toEqual([])
      const tables = await stack.query<{ name: string }>(
        `select table_name as name from information_schema.tables where table_schema = 'nexus'`,
      )
      for (const { name } of tables) {
        const rows = await stack.query(`select 1 from nexus.${name} t where t::text like '%' || $1 || '%'`, [canary])
        expect([name, rows]).toEqual([name, []])
      }
      const audit = await stack.query(
        `select actor_id as actor, outcome from nexus.audit where action = 'access.examine' and target = $1 limit 1`,
        [client],
      )
      expect(audit).toEqual([{ actor: 'auth0|admin', outcome: 'accepted' }])
    })
  })
})
