import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hashPassword } from '../../adapters/credentials/passwords.ts'
import { raw, read } from '../api/support.ts'
import { applicationToken, servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'
import { backendOf, lockOf, managedClient, md5Of, sha256Of, stateKey, stateText } from './support.ts'
import type { Backend } from './support.ts'

const password = 'a-password-of-a-pipeline'
const sha256 = (text: string): string => sha256Of(text)
const oneStateToken = 'nxa_good-for-one-state'
const maximumStateBytes = 65_536

/** A state of so many bytes. */
const filling = (bytes: number): string =>
  stateText(1, [], { x: 'x'.repeat(bytes - stateText(1, [], { x: '' }).length) })

const textOf = (serial: number): string => stateText(serial, [managedClient(`client-${serial}`)])
const basic = (name: string): string => `Basic ${btoa(`${name}:${password}`)}`

/** Counts events of a state: client, kind, fields. */
const move = (stack: Stack, state: Backend, ...events: readonly (readonly [string, string, string | null])[]) =>
  stack.query(
    `with moved as (update nexus.terraform_states set snapshot = $2 where name = $1 returning tenant_id, name)
         insert into nexus.terraform_events (tenant_id, state, snapshot, client_id, kind, fields)
         select tenant_id, name, e.number, e.client_id, e.kind, e.fields::jsonb from moved,
           unnest($3::bigint[], $4::text[], $5::text[], $6::text[]) as e(number, client_id, kind, fields)`,
    [
      state.name,
      events.length,
      events.map((_, index) => index + 1),
      ...[0, 1, 2].map((column) => events.map((event) => event[column])),
    ],
  )

/** Statuses, lowest first. */
const statusesOf = (answers: readonly { readonly status: number }[]): number[] =>
  answers.map(({ status }) => status).toSorted((a, b) => a - b)

describe.skipIf(servers === null)('the state backend', () => {
  let stack: Stack
  const fresh = (): Backend => backendOf(stack)
  const tokenWith = (...permissions: string[]): string => stack.token({ permissions })

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
            { name: 'portal', sha256: sha256(applicationToken), tenants: '*' },
            { name: 'narrow', sha256: sha256(oneStateToken), tenants: '*', terraformStates: ['only-this'] },
          ],
        },
      },
    })
  })
  afterAll(() => stack.close())

  describe('the text', () => {
    test('there is none until it is written; then it is the same, byte by byte', async () => {
      const state = fresh()
      expect(await state.get()).toMatchObject({ status: 404, body: { type: '/problems/not-found' } })
      const text = `${stateText(1, [managedClient('abc')], { big: 1 })}\r\n \t`.replace(
        '"big":1',
        '"big":12345678901234567890.10',
      )
      expect(await state.post(text)).toMatchObject({ status: 200, text: '' })
      const got = await state.get()
      expect(got).toMatchObject({ status: 200, text })
      expect(got.headers.get('content-md5')).toBe(md5Of(text))
      expect(got.headers.get('cache-control')).toBe('no-store')
      expect(await state.rows()).toMatchObject({
        current: 1,
        versions: [{ version: 1, serial: 1, sha256: sha256(text) }],
        index: [['auth0_client.this', 'abc']],
      })
    })

    test('is taken with its digest, and not with another', async () => {
      const state = fresh()
      const text = stateText(1)
      const wrong = await state.post(text, { headers: { 'content-md5': md5Of(`${text} `) } })
      expect(wrong).toMatchObject({ status: 400, body: { type: '/problems/malformed' } })
      expect((await state.rows()).versions).toEqual([])
      expect(await state.post(text, { headers: { 'content-md5': md5Of(text) } })).toMatchObject({ status: 200 })
    })

    test.each([
      { reason: 'nothing', body: '', status: 400 },
      { reason: 'no JSON', body: '{"version":4,', status: 400 },
      { reason: 'no UTF-8', body: new Uint8Array([0x7b, 0xff, 0x7d]), status: 400 },
      { reason: 'no state', body: '{}', status: 422 },
      { reason: 'another version', body: stateText(1, [], { version: 3 }), status: 422 },
      { reason: 'U+0000 where a row has to hold it', body: stateText(1, [], { lineage: 'a\u0000' }), status: 422 },
      {
        reason: 'the same in Terraform’s version',
        body: stateText(1, [], { terraform_version: '\u0000' }),
        status: 422,
      },
      {
        reason: 'what Terraform could not read again',
        body: `{"a":${'['.repeat(11_000)}${']'.repeat(11_000)}}`,
        status: 400,
      },
      { reason: 'a client id that is none', body: stateText(1, [managedClient('../x')]), status: 422 },
    ])('is refused, and nothing is stored: $reason', async ({ body, status }) => {
      const state = fresh()
      await state.post(stateText(1, [managedClient('before')]))
      const refused = await state.post(body)
      expect(refused.status).toBe(status)
      expect(refused.headers.get('content-type')).toContain('application/problem+json')
      expect(await state.rows()).toMatchObject({ current: 1, index: [['auth0_client.this', 'before']] })
    })

    test('above the limit is refused, and the connection goes on', async () => {
      const state = fresh()
      expect(await state.post(filling(maximumStateBytes))).toMatchObject({ status: 200 })
      const body = filling(maximumStateBytes + 1)
      expect(await state.post(body)).toMatchObject({ status: 413, body: { type: '/problems/body-too-large' } })
      const head = (method: string): string =>
        `${method} ${state.path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${tokenWith('terraform.state')}\r\n` +
        `x-application-token: ${applicationToken}\r\n`
      const answers = await raw(
        stack,
        `${head('POST')}content-length: ${body.length}\r\n\r\n${body}${head('GET')}connection: close\r\n\r\n`,
      )
      expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200'])
      // Without a length said beforehand, too.
      const chunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
      const chunked = await raw(
        stack,
        `${head('POST')}transfer-encoding: chunked\r\n\r\n${chunk}${head('GET')}connection: close\r\n\r\n`,
      )
      expect(chunked.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200'])
      expect((await state.rows()).versions).toHaveLength(1)
    })
  })

  describe('lineage and serial', () => {
    test.each([
      { reason: 'a higher serial follows', next: stateText(6), status: 200, current: 2 },
      {
        reason: 'the same again is a repetition, and no version of its own',
        next: stateText(5),
        status: 200,
        current: 1,
      },
      { reason: 'another text of this serial', next: stateText(5, [managedClient('x')]), status: 409, current: 1 },
      { reason: 'a lower serial', next: stateText(4), status: 409, current: 1 },
      { reason: 'another lineage', next: stateText(6, [], { lineage: 'other' }), status: 409, current: 1 },
    ])('$reason', async ({ next, status, current }) => {
      const state = fresh()
      await state.post(stateText(5))
      const answer = await state.post(next)
      expect(answer.status).toBe(status)
      expect(answer.body.type).toBe(status === 409 ? '/problems/state-conflict' : undefined)
      expect((answer.body.detail ?? '').includes('nexus state restore')).toBe(status === 409)
      const rows = await state.rows()
      expect(rows).toMatchObject({ current, index: [] })
      expect(rows.versions).toHaveLength(current)
    })
  })

  describe('the lock', () => {
    test('is taken once; the same request again is one whose answer was lost', async () => {
      const state = fresh()
      expect(await state.lock(lockOf('one'))).toMatchObject({ status: 200, text: '' })
      expect(await state.lock(lockOf('one'))).toMatchObject({ status: 200 })
      expect((await state.rows()).lock).toEqual(lockOf('one'))
    })

    test('of another is told with all that Terraform shows', async () => {
      const state = fresh()
      await state.lock(lockOf('one', { Info: 'why', Path: 'there' }))
      const refused = await state.lock(lockOf('two', { Who: 'bob' }))
      expect(refused).toMatchObject({
        status: 423,
        body: { ...lockOf('one', { Info: 'why', Path: 'there' }), type: '/problems/state-locked', status: 423 },
      })
      expect(refused.body.detail).toContain('ann@laptop')
      expect((await state.rows()).lock).toMatchObject({ ID: 'one' })
    })

    test('goes to exactly one of many who ask at the very same time', async () => {
      for (let round = 0; round < 5; round += 1) {
        const state = fresh()
        const answers = await Promise.all(Array.from({ length: 12 }, (_, index) => state.lock(lockOf(`lock-${index}`))))
        expect(statusesOf(answers)).toEqual([200, ...Array.from({ length: 11 }, () => 423)])
        const winner = answers.findIndex(({ status }) => status === 200)
        expect((await state.rows()).lock).toMatchObject({ ID: `lock-${winner}` })
        const told = answers.filter(({ status }) => status === 423).map(({ body }) => body['ID'])
        expect(new Set(told)).toEqual(new Set([`lock-${winner}`]))
      }
    })

    test.each([
      { reason: 'who holds it writes', held: true, query: '?ID=mine', status: 200 },
      { reason: 'another does not', held: true, query: '?ID=other', status: 423 },
      { reason: 'nor who names none', held: true, query: '', status: 423 },
      { reason: 'who names none writes while nobody holds it', held: false, query: '', status: 200 },
      { reason: 'who has lost it does not', held: false, query: '?ID=mine', status: 409 },
    ])('and a write: $reason', async ({ held, query, status }) => {
      const state = fresh()
      await state.post(stateText(1, [managedClient('before')]))
      if (held) await state.lock(lockOf('mine'))
      const answer = await state.post(stateText(2, [managedClient('after')]), { query })
      expect(answer.status).toBe(status)
      expect(answer.body).toMatchObject(
        status === 423 ? lockOf('mine') : status === 409 ? { type: '/problems/state-lock-lost' } : {},
      )
      expect(await state.rows()).toMatchObject(
        status === 200
          ? { current: 2, index: [['auth0_client.this', 'after']] }
          : { current: 1, index: [['auth0_client.this', 'before']] },
      )
    })

    test('that was taken away by force while somebody wrote', async () => {
      const state = fresh()
      await state.lock(lockOf('mine'))
      expect(await state.unlock()).toMatchObject({ status: 200 })
      await state.lock(lockOf('theirs'))
      expect(await state.post(stateText(1), { query: '?ID=mine' })).toMatchObject({
        status: 423,
        body: lockOf('theirs'),
      })
      expect((await state.rows()).versions).toEqual([])
    })

    test.each([
      { reason: 'by its id', body: { ID: 'mine' }, status: 200, gone: true },
      { reason: 'as it was sent', body: lockOf('mine'), status: 200, gone: true },
      { reason: 'by another id', body: lockOf('other'), status: 409, gone: false },
      { reason: 'by nothing, which is force', body: null, status: 200, gone: true },
      { reason: 'by what is no lock', body: {}, status: 400, gone: false },
    ])('is given back: $reason', async ({ body, status, gone }) => {
      const state = fresh()
      await state.lock(lockOf('mine'))
      const answer = await state.unlock(body)
      expect(answer.status).toBe(status)
      expect(answer.body).toMatchObject(status === 409 ? lockOf('mine') : {})
      expect((await state.rows()).lock === null).toBe(gone)
    })

    test('that nobody holds can be given back again: the answer may have been lost', async () => {
      const state = fresh()
      expect(await state.unlock(lockOf('mine'))).toMatchObject({ status: 200 })
      expect(await state.unlock()).toMatchObject({ status: 200 })
    })

    test('is held while many write with it: every serial follows the one before, or is told to be late', async () => {
      const state = fresh()
      await state.lock(lockOf('mine'))
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, index) => state.post(textOf(index + 1), { query: '?ID=mine' })),
      )
      expect(answers.filter(({ status }) => status !== 200 && status !== 409)).toEqual([])
      const { versions, index, current } = await state.rows()
      const serials = versions.map(({ serial }) => serial)
      expect(serials).toEqual(serials.toSorted((a, b) => a - b))
      expect(serials.at(-1)).toBe(40)
      expect(versions.length).toBe(answers.filter(({ status }) => status === 200).length)
      expect(index).toEqual([['auth0_client.this', 'client-40']])
      expect(current).toBe(versions.at(-1)?.version)
      expect((await state.get()).text).toBe(textOf(40))
    })

    test('and the very same text from many at once is one version', async () => {
      const state = fresh()
      const answers = await Promise.all(Array.from({ length: 10 }, () => state.post(stateText(1))))
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200))
      expect((await state.rows()).versions).toHaveLength(1)
    })
  })

  describe('DELETE', () => {
    test('leaves no state and no index; what was there stays as versions', async () => {
      const state = fresh()
      await state.post(stateText(5, [managedClient('abc')]))
      expect(await state.remove()).toMatchObject({ status: 200 })
      expect(await state.get()).toMatchObject({ status: 404 })
      expect(await state.rows()).toMatchObject({ current: null, index: [], versions: [{ serial: 5 }] })
      expect(await state.remove()).toMatchObject({ status: 200 })
      // A state may begin anew then, elsewhere and lower.
      expect(await state.post(stateText(1, [], { lineage: 'other' }))).toMatchObject({ status: 200 })
      expect(await state.rows()).toMatchObject({ current: 2 })
    })

    test.each([
      { reason: 'without the lock', query: '', status: 423 },
      { reason: 'with another', query: '?ID=other', status: 423 },
      { reason: 'with the lock', query: '?ID=mine', status: 200 },
    ])('while it is locked, $reason', async ({ query, status }) => {
      const state = fresh()
      await state.post(stateText(1))
      await state.lock(lockOf('mine'))
      expect((await state.remove({ query })).status).toBe(status)
      expect((await state.rows()).current).toBe(status === 200 ? null : 1)
    })
  })

  describe('versions', () => {
    test('are listed newest first, and each can be read', async () => {
      const state = fresh()
      for (const serial of [1, 3, 7]) await state.post(stateText(serial))
      const versions = await state.versions()
      expect(versions.map(({ version, serial, current }) => [version, serial, current])).toEqual([
        [3, 7, true],
        [2, 3, false],
        [1, 1, false],
      ])
      expect(versions[0]).toMatchObject({
        lineage: 'lineage-1',
        terraformVersion: '1.11.4',
        bytes: stateText(7).length,
        restoredFrom: null,
      })
      expect(versions[0]).toMatchObject({ writtenBy: { kind: 'user', id: 'auth0|tester', application: 'portal' } })
      const second = await state.version(2)
      expect(second).toMatchObject({ status: 200, text: stateText(3) })
      expect(second.headers.get('content-md5')).toBe(md5Of(stateText(3)))
    })

    test.each(['4', '0', '-1', '1.0', 'x', '999999999999999', '9999999999999999'])(
      'there is none of %s',
      async (version) => {
        const state = fresh()
        await state.post(stateText(1))
        expect(await state.version(version)).toMatchObject({ status: 404, body: { type: '/problems/not-found' } })
      },
    )

    test('an old one comes back as a new one, with a serial above any before, and its text otherwise as it was', async () => {
      const state = fresh()
      const old = `{ "big": 12345678901234567890.10,\n${stateText(3, [managedClient('old', { n: { serial: 1 } })]).slice(1)}`
      await state.post(old)
      await state.post(stateText(50, [managedClient('new')]))
      await state.remove()
      await state.post(stateText(4, [managedClient('newer')], { lineage: 'other' }))
      expect(await state.restore(1)).toMatchObject({ status: 200, body: { version: 4, restoredFrom: 1, serial: 51 } })
      expect((await state.get()).text).toBe(old.replace('"serial":3', '"serial":51'))
      expect(await state.rows()).toMatchObject({ current: 4, index: [['auth0_client.this', 'old']] })
      expect((await state.versions())[0]).toMatchObject({
        version: 4,
        restoredFrom: 1,
        serial: 51,
        lineage: 'lineage-1',
      })
      expect(await state.post(stateText(52))).toMatchObject({ status: 200 })
    })

    test('one comes back after DELETE', async () => {
      const state = fresh()
      await state.post(stateText(1, [managedClient('abc')]))
      await state.remove()
      expect(await state.restore(1)).toMatchObject({ status: 200, body: { version: 2, serial: 2 } })
      expect(await state.rows()).toMatchObject({ current: 2, index: [['auth0_client.this', 'abc']] })
    })

    test('one that is nested as deeply as Terraform reads comes back', async () => {
      const state = fresh()
      const text = stateText(1).replace('"outputs":{}', `"outputs":${'['.repeat(9000)}${']'.repeat(9000)}`)
      expect(await state.post(text)).toMatchObject({ status: 200 })
      expect(await state.restore(1)).toMatchObject({ status: 200 })
      expect((await state.get()).text).toBe(text.replace('"serial":1', '"serial":2'))
    })

    test('none comes back while somebody holds the lock', async () => {
      const state = fresh()
      await state.post(stateText(1))
      await state.post(stateText(2))
      await state.lock(lockOf('mine'))
      expect(await state.restore(1)).toMatchObject({ status: 423, body: lockOf('mine') })
      expect((await state.rows()).current).toBe(2)
    })

    test.each([
      { reason: 'one that there is none of', version: 9, status: 404 },
      { reason: 'half a version', version: 1.5, status: 400 },
      { reason: 'a text', version: '1', status: 400 },
      { reason: 'none', version: undefined, status: 400 },
      { reason: 'one beyond all', version: 2 ** 53, status: 400 },
    ])('nothing comes back for $reason', async ({ version, status }) => {
      const state = fresh()
      await state.post(stateText(1))
      expect((await state.restore(version)).status).toBe(status)
      expect((await state.rows()).current).toBe(1)
    })

    test('many restores at once never make one serial twice', async () => {
      const state = fresh()
      await state.post(stateText(1))
      const answers = await Promise.all(Array.from({ length: 10 }, () => state.restore(1)))
      expect(answers.filter(({ status }) => status !== 200 && status !== 409)).toEqual([])
      const serials = (await state.rows()).versions.map(({ serial }) => serial)
      expect(serials).toEqual(serials.map((_, index) => index + 1))
      expect(serials.length).toBe(1 + answers.filter(({ status }) => status === 200).length)
    })
  })

  describe('who may', () => {
    test.each([
      { reason: 'terraform.state', permissions: ['terraform.state'], get: 200, unlock: 200, force: 403 },
      { reason: 'only force', permissions: ['terraform.state.force-unlock'], get: 403, unlock: 403, force: 200 },
      { reason: 'reading what there is', permissions: ['terraform.read'], get: 403, unlock: 403, force: 403 },
      {
        reason: 'everything about clients',
        permissions: ['client.read.all', 'client.write.all', 'tenant.admin'],
        get: 403,
        unlock: 403,
        force: 403,
      },
    ])('a user with $reason', async ({ permissions, get, unlock, force }) => {
      const as = tokenWith(...permissions)
      const state = fresh()
      await state.post(stateText(1))
      expect((await state.get({ as })).status).toBe(get)
      for (const answer of [
        await state.post(stateText(2), { as }),
        await state.lock(lockOf('x'), { as }),
        await state.unlock(lockOf('x'), { as }),
        await state.remove({ as, query: '?ID=x' }),
        await state.restore(1, { as }),
      ])
        expect(answer.status).toBe(unlock)
      await state.lock(lockOf('y'))
      expect((await state.unlock(null, { as })).status).toBe(force)
      expect((await state.rows()).lock === null).toBe(force === 200)
    })

    test.each([
      { reason: 'an account', account: 'ci', name: 'any', status: 404 },
      { reason: 'an account for one state, at that one', account: 'one', name: 'only-this', status: 404 },
      { reason: 'an account for one state, at another', account: 'one', name: 'another', status: 403 },
      { reason: 'an account without the permission', account: 'elsewhere', name: 'any', status: 403 },
      { reason: 'an account that there is none of', account: 'nobody', name: 'any', status: 401 },
    ])('$reason', async ({ account, name, status }) => {
      const state = backendOf(stack, name)
      expect((await state.get({ headers: { authorization: basic(account) } })).status).toBe(status)
    })

    test('a name and a password without the word for them, as Terraform sends them: challenged', async () => {
      const answer = await fresh().get({ headers: { authorization: '' } })
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toMatch(/Basic/)
    })

    test('an account whose only permission is to break locks does so without reading', async () => {
      const state = fresh()
      const headers = { authorization: basic('breaker') }
      await state.lock(lockOf('mine'))
      expect((await state.get({ headers })).status).toBe(403)
      expect((await state.unlock(lockOf('mine'), { headers })).status).toBe(403)
      expect((await state.unlock(null, { headers })).status).toBe(200)
      expect((await state.rows()).lock).toBeNull()
    })

    test.each([
      { reason: 'its state', name: 'only-this', status: 404 },
      { reason: 'another', name: 'another', status: 403 },
    ])('a user through an application for one state: $reason', async ({ name, status }) => {
      const headers = { 'x-application-token': oneStateToken }
      expect((await backendOf(stack, name).get({ headers })).status).toBe(status)
    })
  })

  test('a tenant names only the states that the credentials are good for', async () => {
    const hidden = fresh()
    await hidden.post(stateText(1))
    await hidden.lock(lockOf('hidden-lock'))
    const as = { authorization: basic('narrow-reader'), 'x-application-token': '' }
    for (const path of ['/v1/tenants', '/v1/tenants/acme', '/v1/tenants/acme/terraform/states']) {
      const { status, text } = await read(await fetch(`${stack.url}${path}`, { headers: as }))
      expect(status).toBe(200)
      expect(text).not.toContain(hidden.name)
      expect(text).not.toContain('hidden-lock')
      expect(text).not.toContain('"main"')
    }
  })

  describe('the snapshot in the address', () => {
    test.each(['x', '-1', '1.0', '', '1e3', '1234567890123456'])('is a whole number: %s is none', async (snapshot) => {
      const state = fresh()
      for (const answer of [
        await state.lock(lockOf('a'), { query: `?snapshot=${snapshot}` }),
        await state.post(stateText(1), { query: `?snapshot=${snapshot}` }),
        await state.get({ query: `?snapshot=${snapshot}` }),
      ])
        expect(answer).toMatchObject({ status: 400, body: { type: '/problems/malformed' } })
      expect(await state.rows()).toMatchObject({ current: null, lock: null })
    })

    test('that is older refuses an apply, and says what changed and what to do', async () => {
      const state = fresh()
      await state.post(stateText(1))
      await move(
        stack,
        state,
        ['c1', 'owned', '["callbackUrls","owners"]'],
        ['c2', 'release', null],
        ['c3', 'vanished', null],
        ['c4', 'cancelled', null],
      )
      const refused = await state.lock(lockOf('a'), { query: '?snapshot=1' })
      expect(refused).toMatchObject({
        status: 409,
        body: { type: '/problems/state-outdated', Operation: 'OperationTypeApply' },
      })
      const info = refused.body['Info']
      for (const part of [
        'snapshot 1',
        'is at 4',
        'c2',
        'c3 vanished',
        'c4',
        'nexus synth',
        'terraform init -reconfigure',
      ])
        expect(info).toContain(part)
      expect(info).not.toContain('c1')
      expect(refused.body['ID']).not.toBe('')
      expect(Date.parse(String(refused.body['Created']))).not.toBeNaN()
      expect((await state.rows()).lock).toBeNull()
      const earlier = await state.lock(lockOf('a'), { query: '?snapshot=0' })
      expect(earlier.body['Info']).toContain('callbackUrls, owners of c1 became owned')
    })

    test('names twenty events, and how many more there are', async () => {
      const state = fresh()
      await state.post(stateText(1))
      await move(stack, state, ...Array.from({ length: 25 }, (_, index) => [`c${index}`, 'vanished', null] as const))
      const { body } = await state.lock(lockOf('a'), { query: '?snapshot=0' })
      expect(String(body['Info']).match(/vanished/g)).toHaveLength(20)
      expect(body['Info']).toContain('5 more')
    })

    test.each([
      { reason: 'a plan with an older one', operation: 'OperationTypePlan', query: '?snapshot=0', status: 200 },
      { reason: 'a state command with an older one', operation: '', query: '?snapshot=0', status: 200 },
      { reason: 'an apply with the current one', operation: 'OperationTypeApply', query: '?snapshot=2', status: 200 },
      { reason: 'an apply that does not say', operation: 'OperationTypeApply', query: '', status: 200 },
      {
        reason: 'an apply with one that is yet to come',
        operation: 'OperationTypeApply',
        query: '?snapshot=3',
        status: 409,
      },
    ])('$reason', async ({ operation, query, status }) => {
      const state = fresh()
      await state.post(stateText(1))
      await move(stack, state, ['c1', 'vanished', null], ['c2', 'vanished', null])
      expect((await state.lock(lockOf('a', { Operation: operation }), { query })).status).toBe(status)
      expect((await state.rows()).lock === null).toBe(status === 409)
    })

    test('stands beside the lock’s id in a write', async () => {
      const state = fresh()
      await state.lock(lockOf('mine'), { query: '?snapshot=0' })
      expect(await state.post(stateText(1), { query: '?snapshot=0&ID=mine' })).toMatchObject({ status: 200 })
    })
  })

  describe('addresses', () => {
    test.each(['..', '.hidden', '-x', 'a%2Fb', 'a%00b', 'a b', 'größe', 'x'.repeat(129), '%2e%2e', "a'--"])(
      'no state is called %s',
      async (name) => {
        for (const method of ['GET', 'POST', 'LOCK', 'UNLOCK', 'DELETE']) {
          const path = `/v1/tenants/acme/terraform/states/${encodeURI(decodeURI(name))}`
          const answer = await read(
            await stack.request(path, {
              method,
              body: method === 'GET' ? null : stateText(1),
              as: tokenWith('terraform.state'),
            }),
          )
          expect([404, 405]).toContain(answer.status)
        }
      },
    )

    test.each(['x'.repeat(128), '__proto__', 'constructor', 'v1.2_3-4'])('a state may be called %s', async (name) => {
      const state = backendOf(stack, name)
      expect((await state.post(stateText(1))).status).toBe(200)
      expect((await state.get()).text).toBe(stateText(1))
    })

    test('unknown parameters are refused before anything is done', async () => {
      const state = fresh()
      for (const answer of [
        await state.get({ query: '?id=x' }),
        await state.post(stateText(1), { query: '?ID=x&force=true' }),
        await state.lock(lockOf('a'), { query: '?x' }),
        await state.unlock(lockOf('a'), { query: '?x=1' }),
        await state.remove({ query: '?purge' }),
        await state.restore(1, { query: '?ID=x' }),
      ])
        expect(answer).toMatchObject({ status: 400, body: { type: '/problems/malformed' } })
      expect(await state.rows()).toMatchObject({ current: null, lock: null })
    })

    test('another method is told which there are', async () => {
      const answer = await fresh().call('PUT', stateText(1), {})
      expect(answer.status).toBe(405)
      expect(answer.headers.get('allow')).toBe('DELETE, GET, HEAD, LOCK, POST, UNLOCK')
    })

    test('another tenant has no such state', async () => {
      const as = tokenWith('terraform.state')
      const answer = await stack.request('/v1/tenants/other/terraform/states/main', { as })
      expect(answer.status).toBe(404)
    })
  })

  test('what is stored can be opened by no other key: 500, with what to do', async () => {
    const state = fresh()
    await state.post(stateText(1))
    await stack.query(`update nexus.terraform_state_versions set key_id = 'ffffffff' where state = $1`, [state.name])
    const answer = await state.get()
    expect(answer).toMatchObject({ status: 500, body: { type: '/problems/state-unreadable' } })
    expect(answer.body.detail).toContain('add it back')
    expect(await state.restore(1)).toMatchObject({ status: 500 })
    // A new version needs nothing of the old one.
    expect(await state.post(stateText(2))).toMatchObject({ status: 200 })
    expect((await state.get()).text).toBe(stateText(2))
  })

  test('a version that was put into the place of another does not open', async () => {
    const state = fresh()
    await state.post(stateText(1))
    await state.post(stateText(2))
    await stack.query(
      `update nexus.terraform_state_versions v set sealed = o.sealed from nexus.terraform_state_versions o
       where v.state = $1 and o.state = $1 and v.version = 2 and o.version = 1`,
      [state.name],
    )
    const answer = await state.get()
    expect(answer.status).toBe(500)
    expect(answer.body.detail).toContain('changed')
    expect((await state.version(1)).text).toBe(stateText(1))
  })
})

describe.skipIf(servers === null)('a backend that keeps one version', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({
      roles: { api: true, worker: false },
      file: { terraform: { stateKeys: [stateKey], keepVersions: 1 } },
    })
  })
  afterAll(() => stack.close())

  test('keeps the newest only', async () => {
    const state = backendOf(stack)
    for (const serial of [1, 2, 3]) await state.post(stateText(serial))
    expect((await state.rows()).versions.map(({ version }) => version)).toEqual([3])
    expect((await state.get()).text).toBe(stateText(3))
    expect(await state.version(2)).toMatchObject({ status: 404 })
  })

  test('always has a state for who reads while somebody writes: none would be a plan to make everything anew', async () => {
    const state = backendOf(stack)
    await state.post(stateText(1))
    const writing = new AbortController()
    const writes = (async () => {
      for (let serial = 2; serial <= 150; serial += 1) await state.post(stateText(serial))
      writing.abort()
    })()
    const statuses = new Set<number>()
    const reader = async (): Promise<void> => {
      while (!writing.signal.aborted) statuses.add((await state.get()).status)
    }
    await Promise.all([writes, reader(), reader(), reader()])
    expect([...statuses]).toEqual([200])
  })
})

describe.skipIf(servers === null)('a backend without a key', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({ roles: { api: true, worker: false } })
  })
  afterAll(() => stack.close())

  test('says what to set, and stores nothing', async () => {
    const state = backendOf(stack)
    const answer = await state.post(stateText(1, [managedClient('abc')]))
    expect(answer).toMatchObject({ status: 501, body: { type: '/problems/states-not-kept' } })
    expect(answer.body.detail).toContain('set terraform.stateKeys')
    expect(answer.body.detail).toContain('openssl rand -base64 32')
    expect(await state.rows()).toMatchObject({ current: null, versions: [], index: [] })
    expect(await state.get()).toMatchObject({ status: 404 })
  })
})
