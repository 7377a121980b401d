import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { servers } from '../../support/stack.ts'
import { read } from '../support.ts'
import {
  applications,
  accounts,
  ceilingToken,
  stack,
  other,
  everything,
  ask,
  ofAcme,
  make,
  through,
  asAccount,
  useCallers,
} from './stack.ts'

describe.skipIf(servers === null)('applications and accounts of the database', () => {
  useCallers()

  describe.each([
    {
      kind: applications,
      secretName: 'token',
      come: (_name: string, secret: unknown, base?: string) => through(secret, base),
    },
    {
      kind: accounts,
      secretName: 'password',
      come: (name: string, secret: unknown, base?: string) => asAccount(name, secret, base),
    },
  ])('$kind', ({ kind, secretName, come }) => {
    // An account sees the client by its product.
    const more = { products: ['Shop'] }
    /** A user is an owner of it, an account has it in its product scope: 200. */
    const made = () => make(kind, kind === accounts ? more : {})

    test('the secret stands in the first answer, uncached, and in none after it', async () => {
      const { path, secret, made: answer } = await made()
      expect(secret).toMatch(/^nx[as]_[\w-]{43}$/)
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(answer.headers.get('location')).toBe(path)
      const again = await ask('GET', path)
      expect(again).toMatchObject({ status: 200, body: { source: 'database', status: 'active' } })
      expect(again.body).not.toHaveProperty(secretName)
      expect(again.text).not.toContain(String(secret))
      expect((await ask('GET', kind)).text).not.toContain(String(secret))
    })

    test('it opens the door at once, in every process, and no longer from the moment it is revoked', async () => {
      const { name, path, secret } = await made()
      expect([await come(name, secret), await come(name, secret, other)]).toEqual([200, 200])
      expect((await ask('DELETE', path)).status).toBe(204)
      expect([await come(name, secret), await come(name, secret, other)]).toEqual([401, 401])
      expect((await ask('GET', path)).body).toMatchObject({ status: 'revoked', secret: null })
      // Revoking again does nothing; nothing brings it back; and its name stays taken.
      expect((await ask('DELETE', path)).status).toBe(204)
      expect(await ask('POST', `${path}/rotate`)).toMatchObject({
        status: 409,
        body: { type: '/problems/caller-not-changeable' },
      })
      expect(await ask('PATCH', path, { disabled: false })).toMatchObject({ status: 409 })
      expect(await ask('POST', kind, { name, tenants: ['acme'], permissions: [] })).toMatchObject({
        status: 409,
        body: { type: '/problems/name-taken' },
      })
    })

    test('a rotation leaves both valid until the first is retired', async () => {
      const { name, path, secret: first } = await made()
      const rotated = await ask('POST', `${path}/rotate`, { overlapSeconds: 600 })
      const second = rotated.body[secretName]
      expect(rotated).toMatchObject({ status: 200, body: { previousSecret: { validUntil: expect.any(String) } } })
      expect(rotated.headers.get('cache-control')).toBe('no-store')
      expect(second).not.toBe(first)
      expect([await come(name, first), await come(name, second)]).toEqual([200, 200])
      expect(await ask('POST', `${path}/rotate`, { overlapSeconds: 600 })).toMatchObject({
        status: 409,
        body: { type: '/problems/rotation-under-way' },
      })
      expect(await ask('POST', `${path}/retire`)).toMatchObject({ status: 200, body: { previousSecret: null } })
      expect([await come(name, first), await come(name, second), await come(name, first, other)]).toEqual([
        401, 200, 401,
      ])
    })

    test('an overlap ends by itself, and a rotation without one ends every former secret', async () => {
      const { name, path, secret: first } = await made()
      const second = (await ask('POST', `${path}/rotate`, { overlapSeconds: 600 })).body[secretName]
      expect(await come(name, first)).toBe(200)
      const table = kind === accounts ? 'service_accounts' : 'application_tokens'
      await stack.query(
        `update nexus.${table} set previous_until = clock_timestamp() + interval '1 second' where name = $1`,
        [name],
      )
      await expect.poll(() => come(name, first), { timeout: 10_000 }).toBe(401)
      expect(await come(name, second)).toBe(200)
      const third = (await ask('POST', `${path}/rotate`, { overlapSeconds: 0 })).body[secretName]
      expect([await come(name, second), await come(name, third)]).toEqual([401, 200])
    })

    test('it can be disabled and let in again, and it expires', async () => {
      const { name, path, secret } = await made()
      expect(await come(name, secret)).toBe(200)
      await ask('PATCH', path, { disabled: true })
      expect([await come(name, secret), await come(name, secret, other)]).toEqual([401, 401])
      await ask('PATCH', path, { disabled: false })
      expect(await come(name, secret)).toBe(200)
      await ask('PATCH', path, { expiresAt: new Date(Date.now() - 1000).toISOString() })
      expect(await come(name, secret)).toBe(401)
      expect((await ask('GET', path)).body).toMatchObject({ status: 'expired' })
      await ask('PATCH', path, { expiresAt: 'never' })
      expect(await come(name, secret)).toBe(200)
    })

    test('a change of what it is good for counts at once', async () => {
      const { name, path, secret } = await made()
      expect(await come(name, secret)).toBe(200)
      await ask('PATCH', path, { permissions: ['terraform.read'] })
      expect([await come(name, secret), await come(name, secret, other)]).toEqual([403, 403])
      await ask('PATCH', path, { tenants: ['globex'], permissions: ['client.read'] })
      expect(await come(name, secret)).toBe(403)
    })

    test('the last use is noted, once a minute', async () => {
      const { name, path, secret } = await made()
      expect((await ask('GET', path)).body).toMatchObject({ secret: { lastUsedAt: null } })
      await come(name, secret)
      const used = async () => Object(Object(await ask('GET', path)).body.secret).lastUsedAt as unknown
      await expect.poll(used).toEqual(expect.any(String))
      const first = await used()
      await come(name, secret)
      await come(name, secret, other)
      expect(await used()).toBe(first)
      const table = kind === accounts ? 'service_accounts' : 'application_tokens'
      await stack.query(`update nexus.${table} set secret_used_at = secret_used_at - interval '61 s' where name = $1`, [
        name,
      ])
      const earlier = await used()
      await come(name, secret)
      await expect.poll(used).not.toBe(earlier)
    })

    test('what reaches beyond the tenants of an administrator is not there for them', async () => {
      for (const tenants of ['*', ['globex'], ['acme', 'globex']]) {
        const { name, path, secret } = await make(kind, { tenants, ...more })
        expect((await ask('GET', kind, undefined, ofAcme)).text).not.toContain(name)
        for (const [method, place, body] of [
          ['GET', path],
          ['PATCH', path, { tenants: ['acme'] }],
          ['POST', `${path}/rotate`],
          ['POST', `${path}/retire`],
          ['DELETE', path],
        ] as const)
          expect(await ask(method, place, body, ofAcme)).toMatchObject({ status: 404 })
        expect(await ask('GET', path)).toMatchObject({ status: 200, body: { status: 'active', tenants } })
        if (tenants !== '*' && !tenants.includes('acme')) continue
        expect(await come(name, secret), 'nothing has become of it').toBe(200)
      }
      const within = await made()
      expect((await ask('GET', kind, undefined, ofAcme)).text).toContain(within.name)
      expect(await ask('GET', within.path, undefined, ofAcme)).toMatchObject({ status: 200 })
    })

    test.each([
      { reason: 'another tenant', body: { tenants: ['acme', 'globex'] }, as: ofAcme, pointer: '/tenants' },
      { reason: 'every tenant', body: { tenants: '*' }, as: ofAcme, pointer: '/tenants' },
      {
        reason: 'a permission that they lack',
        body: { permissions: ['terraform.state.force-unlock'] },
        as: {},
        pointer: '/permissions',
      },
      {
        reason: 'a permission that their application withholds from them',
        body: { permissions: ['client.write'] },
        as: { through: ceilingToken },
        pointer: '/permissions',
      },
      {
        reason: 'a product outside their scope',
        body: { permissions: ['client.write'], products: ['Shop'] },
        as: { permissions: ['tenant.admin', 'client.write'], products: ['Billing'] },
        pointer: '/products',
      },
      {
        reason: 'Terraform states beyond theirs',
        body: { permissions: ['client.read'], terraformStates: ['main'] },
        as: { through: ceilingToken, permissions: ['client.read', 'tenant.admin'] },
        pointer: '/terraformStates',
      },
    ])('no administrator hands out $reason, neither anew nor by a change', async ({ body, as, pointer }) => {
      const name = `never-${randomUUID()}`
      const refused = await ask('POST', kind, { name, tenants: ['acme'], permissions: [], ...body }, as)
      expect(refused).toMatchObject({ status: 403, body: { type: '/problems/forbidden' } })
      expect(refused.body.errors?.map((one) => one.pointer)).toContain(pointer)
      expect(await ask('GET', `${kind}/${name}`)).toMatchObject({ status: 404 })
      const { path } = await make(kind, { permissions: [], products: [], terraformStates: [] })
      expect(await ask('PATCH', path, body, as)).toMatchObject({ status: 403 })
      expect((await ask('GET', path)).body).toMatchObject({ tenants: ['acme'], permissions: [] })
    })

    test('a secret that would give them more than they have is not rotated to them; they can shut it off', async () => {
      const { path } = await make(kind, { permissions: ['client.secret.read'], products: [] })
      const poorer = { ...ofAcme, permissions: ['tenant.admin'] }
      expect(await ask('POST', `${path}/rotate`, undefined, poorer)).toMatchObject({ status: 403 })
      expect(await ask('PATCH', path, { disabled: true }, poorer)).toMatchObject({ status: 200 })
      expect(await ask('PATCH', path, { disabled: false }, poorer)).toMatchObject({ status: 403 })
      expect(await ask('DELETE', path, undefined, poorer)).toMatchObject({ status: 204 })
    })

    test('nobody but an administrator gets in', async () => {
      const { path } = await made()
      const nobody = { permissions: everything.filter((one) => one !== 'tenant.admin') }
      for (const [method, place] of [
        ['GET', kind],
        ['POST', kind],
        ['GET', path],
        ['PATCH', path],
        ['DELETE', path],
        ['POST', `${path}/rotate`],
      ] as const)
        expect(await ask(method, place, undefined, nobody)).toMatchObject({ status: 403 })
      expect((await read(await fetch(`${stack.url}${kind}`))).status).toBe(401)
    })

    test.each([
      {
        reason: 'a secret of their own choice',
        body: { [secretName]: 'x'.repeat(40) },
        status: 400,
        pointer: `/${secretName}`,
      },
      { reason: 'a name with a colon', body: { name: 'a:b' }, status: 400, pointer: '/name' },
      { reason: 'an unknown permission', body: { permissions: ['root'] }, status: 400, pointer: '/permissions' },
      { reason: 'a tenant that is not configured', body: { tenants: ['initech'] }, status: 422, pointer: '/tenants' },
    ])('a request is refused: $reason', async ({ body, status, pointer }) => {
      const answer = await ask('POST', kind, { name: `x-${randomUUID()}`, tenants: ['acme'], permissions: [], ...body })
      expect(answer.status).toBe(status)
      expect(JSON.stringify(answer.body.errors)).toContain(pointer)
    })

    test('of two who take the same name at once, one gets it', async () => {
      const body = { name: `both-${randomUUID()}`, tenants: ['acme'], permissions: [] }
      const answers = await Promise.all([ask('POST', kind, body), ask('POST', kind, body)])
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409])
    })
  })

  test.each([
    { reason: 'a name that no text of the database can hold', name: 'a\u0000b' },
    { reason: 'a name with a quote', name: "a'; --" },
  ])('a wrong name is a 401 as any other: $reason', async ({ name }) => {
    expect(await asAccount(name, 'x')).toBe(401)
  })
})
