import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hashIssuedPassword } from '../../../adapters/passwords/issued-password.ts'
import { issue } from '../../../adapters/credentials/issue.ts'
import { portal, servers, sha256Of, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { read } from '../support.ts'
import { accounts, applications, basic } from './stack.ts'

const { secret: password } = issue.account()
const quietToken = 'nxa_of-somebody-quiet'

describe.skipIf(servers === null)('the last use of callers of the configuration', () => {
  let stack: Stack
  let other: string
  beforeAll(async () => {
    stack = await startStack({
      file: {
        applicationTokens: {
          tokens: [portal, { name: 'quiet', sha256: sha256Of(quietToken), tenants: '*' }],
        },
        serviceAccounts: ['ci', 'idle'].map((name) => ({
          name,
          passwordHash: hashIssuedPassword(password),
          permissions: ['client.read.all'],
          tenants: '*',
        })),
      },
    })
    other = (await stack.also({ api: true, worker: false })).url ?? ''
  })
  afterAll(() => stack.close())

  const get = async (path: string) =>
    read(
      await stack.request(path, {
        as: stack.token({ sub: 'auth0|admin', permissions: ['tenant.admin', 'client.write.all'] }),
      }),
    )
  const lastUse = async (path: string): Promise<unknown> => (await get(path)).body['lastUsedAt']
  const asCi = (base = stack.url) => fetch(`${base}/v1/tenants`, { headers: basic('ci', password) })
  const rows = () => stack.query('select kind, name, used_at, xmin from nexus.configured_callers order by kind, name')

  test('is known of both kinds once they have come in, and of nobody else', async () => {
    expect((await asCi()).status).toBe(200)
    await expect.poll(() => lastUse(`${accounts}/ci`)).toEqual(expect.stringMatching(/^20\d\d-.*Z$/))
    await expect.poll(() => lastUse(`${applications}/portal`)).toEqual(expect.stringMatching(/^20\d\d-.*Z$/))
    expect([await lastUse(`${accounts}/idle`), await lastUse(`${applications}/quiet`)]).toEqual([null, null])
  })

  test('a wrong secret is no use', async () => {
    const refused = await fetch(`${stack.url}/v1/tenants`, { headers: basic('idle', issue.account().secret) })
    expect(refused.status).toBe(401)
    expect(await lastUse(`${accounts}/idle`)).toBeNull()
  })

  test('requests cost no writes, whichever process they reach', async () => {
    await stack.query('update nexus.configured_callers set used_at = clock_timestamp()')
    const before = await rows()
    for (let time = 0; time < 5; time += 1) await Promise.all([asCi(), asCi(other)])
    expect(await rows()).toEqual(before)
  })

  test('who is no longer configured is on no list', async () => {
    await stack.query(
      `insert into nexus.configured_callers values ('account', 'gone', now()), ('application', 'gone', now())`,
    )
    for (const kind of [accounts, applications]) expect((await get(kind)).text).not.toContain('gone')
    expect(await get(`${accounts}/gone`)).toMatchObject({ status: 404 })
  })

  test('lists show it', async () => {
    const { body } = await get(accounts)
    expect(body['accounts']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'ci', lastUsedAt: expect.any(String), secret: null }),
        expect.objectContaining({ name: 'idle', lastUsedAt: null, secret: null }),
      ]),
    )
  })
})
