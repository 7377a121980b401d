import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { connect } from '../../../adapters/postgres/database/connect.ts'
import { forgetSessions } from '../../../adapters/postgres/sessions.ts'
import { servers, sha256Of, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { read } from '../support.ts'
import { ask, signedIn, startConsole } from './support.ts'

describe.skipIf(servers === null)('a session of the console', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startConsole()
  })
  afterAll(() => stack.close())
  beforeEach(() => stack.query('delete from nexus.console_sessions'))

  /** What is over is forgotten by the worker. */
  const count = async (): Promise<number> =>
    (
      await stack.query(
        `select 1 from nexus.console_sessions
         where ends_at > clock_timestamp() and last_seen_at > clock_timestamp() - interval '30 minutes'`,
      )
    ).length
  const whoami = async (cookie: string, init?: RequestInit) => (await ask(stack, cookie, '/api/v1/whoami', init)).status
  /** As if so long had passed. */
  const pass = (time: string) =>
    stack.query(
      `update nexus.console_sessions set created_at = created_at - $1::interval, signed_in_at = signed_in_at - $1::interval,
       last_seen_at = last_seen_at - $1::interval, ends_at = ends_at - $1::interval`,
      [time],
    )

  /** How long ago the session was last used: seconds. */
  const seen = async (): Promise<number> => {
    const [row] = await stack.query<{ ago: string }>(
      'select extract(epoch from clock_timestamp() - last_seen_at) as ago from nexus.console_sessions',
    )
    return Number(row?.ago)
  }

  test('says who is signed in, and for how long', async () => {
    const cookie = await signedIn(stack)
    const { status, body, headers } = await read(await ask(stack, cookie, '/session'))
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body['user']).toEqual({ id: 'auth0|tester', name: 'Tess Tester', email: 'tess@example.com' })
    const after = (name: string): number =>
      Math.round((Date.parse(String(body[name])) - Date.parse(String(body['signedInAt']))) / 60_000)
    expect([after('freshUntil'), after('idleUntil'), after('expiresAt')]).toEqual([5, 30, 720])
    expect((await read(await ask(stack, null, '/session'))).body.type).toBe('/problems/signed-out')
  })

  test('ends when it was not used for half an hour', async () => {
    const cookie = await signedIn(stack)
    await pass('29 minutes')
    expect(await whoami(cookie)).toBe(200)
    // A use is noted beside the answer, not before it.
    await expect.poll(seen).toBeLessThan(60)
    await pass('30 minutes')
    expect(await whoami(cookie)).toBe(401)
    expect(await count()).toBe(0)
  })

  test('ends after twelve hours, however busy it is', async () => {
    const cookie = await signedIn(stack)
    await pass('719 minutes')
    await stack.query('update nexus.console_sessions set last_seen_at = now()')
    expect(await whoami(cookie)).toBe(200)
    await pass('1 minute')
    await stack.query('update nexus.console_sessions set last_seen_at = now()')
    expect(await whoami(cookie)).toBe(401)
  })

  test.each([
    { reason: 'what a person does counts', path: '/api/v1/whoami', headers: {}, counts: true },
    { reason: 'asking for the session does not', path: '/session', headers: {}, counts: false },
    {
      reason: 'what the page reads by itself does not',
      path: '/api/v1/whoami',
      headers: { 'nexus-background': 'true' },
      counts: false,
    },
    {
      reason: 'a stream does not',
      path: '/api/v1/tenants',
      headers: { accept: 'text/event-stream' },
      counts: false,
    },
  ])('$reason as use', async ({ path, headers, counts }) => {
    const cookie = await signedIn(stack)
    await pass('20 minutes')
    expect((await ask(stack, cookie, path, { headers })).status).toBe(200)
    // As long as a use would take to be noted.
    await sleep(200)
    await expect.poll(async () => (await seen()) < 600).toBe(counts)
  })

  test('its use is written down once a minute', async () => {
    const cookie = await signedIn(stack)
    await pass('50 seconds')
    await whoami(cookie)
    await sleep(200)
    expect(await seen()).toBeGreaterThan(50)
  })

  test('one user has twenty: with one more, the one that was not used for longest ends', async () => {
    const cookies: string[] = []
    for (let index = 0; index < 21; index += 1) cookies.push(await signedIn(stack))
    const other = await signedIn(stack, { sub: 'auth0|other' })
    expect(await whoami(cookies[0] ?? '')).toBe(401)
    expect(await whoami(cookies[1] ?? '')).toBe(200)
    expect(await whoami(other)).toBe(200)
    expect(await count()).toBe(21)
  })

  test('no row has the id, or a token, or a name in clear', async () => {
    const cookie = await signedIn(stack, { refreshToken: 'v1.canary-refresh-token' })
    const rows = JSON.stringify(
      await stack.query(
        "select *, encode(sealed, 'escape') as text, encode(id_hash, 'escape') as id from nexus.console_sessions",
      ),
    )
    const [, id = ''] = cookie.split('=')
    for (const secret of [id, 'canary', 'eyJ', 'Tess', 'tess@example.com']) expect(rows).not.toContain(secret)
    expect(rows).toContain(Buffer.from(sha256Of(id), 'hex').toJSON().data.join(','))
  })

  test('a session cannot be given the tokens of another', async () => {
    const mine = await signedIn(stack)
    const [, id = ''] = mine.split('=')
    await signedIn(stack, { sub: 'auth0|other' })
    await stack.query(
      `update nexus.console_sessions set sealed = (select sealed from nexus.console_sessions where user_id = 'auth0|other')
       where id_hash = $1`,
      [Buffer.from(sha256Of(id), 'hex')],
    )
    expect(await whoami(mine)).toBe(401)
  })

  test('without a refresh token it lasts as long as its access token', async () => {
    const cookie = await signedIn(stack, { accessMs: 30_000 })
    expect(await whoami(cookie)).toBe(200)
    await stack.query('update nexus.console_sessions set access_until = now()')
    expect(await whoami(cookie)).toBe(401)
    expect(await count()).toBe(0)
  })

  test('what has ended is deleted in time, and nothing else', async () => {
    await signedIn(stack, { sub: 'auth0|idle' })
    await pass('31 minutes')
    await signedIn(stack, { sub: 'auth0|over' })
    await stack.query("update nexus.console_sessions set ends_at = now() where user_id = 'auth0|over'")
    await signedIn(stack, { sub: 'auth0|here' })
    const { db, close } = connect(stack.databaseUrl, () => undefined, { size: 1 })
    await forgetSessions(db, { idleMs: 1_800_000 })(new Date())
    await close()
    expect(await stack.query('select user_id from nexus.console_sessions')).toEqual([{ user_id: 'auth0|here' }])
  })
})

describe.skipIf(servers === null)('without a console in the configuration', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack()
  })
  afterAll(() => stack.close())

  test.each(['/console', '/console/sign-in', '/console/session', '/console/api/v1/whoami'])(
    '%s is nothing',
    async (path) => {
      expect((await fetch(`${stack.url}${path}`)).status).toBe(404)
    },
  )
})
