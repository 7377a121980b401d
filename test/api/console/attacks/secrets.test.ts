import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { servers } from '../../../support/stack.ts'
import type { Stack } from '../../../support/stack.ts'
import { pathOf, seedClient } from '../../support.ts'
import { application, openBrowser, signIn, users } from '../browser.ts'
import type { Browser } from '../browser.ts'
import { consoleSettings, startConsole } from '../support.ts'
import { begin, pick, sessionIn } from './steps.ts'

// All that is secret about a sign-in and a session, and every place where it could come to light.

/** As it is, and as bytes are written in PostgreSQL's text. */
const formsOf = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  Buffer.from(secret).toString('hex'),
  Buffer.from(secret).toString('base64').replaceAll('=', ''),
  Buffer.from(secret).toString('base64url'),
]
const foundIn = (text: string, secrets: Readonly<Record<string, string>>): string[] =>
  Object.entries(secrets).flatMap(([name, secret]) =>
    formsOf(secret).some((form) => text.includes(form)) ? [name] : [],
  )

describe.skipIf(servers === null)('the secrets of sessions', () => {
  let stack: Stack
  /** What the issuer gave, by name; and what the browser may have, but nobody else. */
  let ofNexus: Record<string, string>
  let ofBrowser: Record<string, string>
  const received: string[] = []

  beforeAll(async () => {
    stack = await startConsole({ simulator: { users, seed: [application] } })
    const browser = openBrowser(stack)
    const authorize = await begin(browser)
    const attempt = browser.cookies().get('__Host-nexus-sign-in') ?? ''
    const callback = new URL(await pick(browser, authorize))
    await browser.go(callback.href)
    const id = browser.cookies().get('__Host-nexus') ?? ''
    const first = await sessionIn(stack, browser)
    await visit(browser)
    // Another pair of tokens, by a renewal.
    await stack.query('update nexus.console_sessions set access_until = clock_timestamp()')
    await visit(browser)
    const second = await sessionIn(stack, browser)
    // A sign-in that fails, and sign-out.
    const failing = openBrowser(stack)
    const address = new URL(await failing.atIssuer())
    address.searchParams.set('iss', 'https://evil.example/')
    await failing.go(address.href)
    await failing.go(callback.href)
    ofNexus = {
      'access token': first.accessToken,
      'refresh token': first.refreshToken ?? '',
      'renewed access token': second.accessToken,
      'renewed refresh token': second.refreshToken ?? '',
      'application token': consoleSettings.applicationToken,
      'client secret': consoleSettings.clientSecret,
      'session key': consoleSettings.sessionKeys[0] ?? '',
    }
    ofBrowser = {
      'session id': id,
      code: callback.searchParams.get('code') ?? '',
      'another code': address.searchParams.get('code') ?? '',
      'what the browser keeps of a sign-in': attempt,
      nonce: new URL(authorize).searchParams.get('nonce') ?? '',
    }
    await collect(browser)
    await browser.ask('sign-out', { method: 'POST' })
    await collect(browser)
    await collect(failing)
  })
  afterAll(() => stack.close())

  /** Whatever a page asks for, good and bad. */
  const visit = async (browser: Browser): Promise<void> => {
    const client = pathOf(seedClient(stack))
    for (const path of [
      '',
      'session',
      'api/v1/whoami',
      'api/v1/tenants',
      'api/v1/tenants/acme',
      'api/v1/tenants/acme/clients',
      `api${client}`,
      `api${client}/sync`,
      `api${client}/changes`,
      `api${client}?include=secret`,
      'api/v1/admin/applications',
      'api/v1/nothing',
      'api/v1/tenants/acme/clients/nobody',
      'assets/nothing.js',
    ])
      await browser.ask(path)
    const change = { method: 'PATCH', headers: { 'content-type': 'application/json' } }
    for (const body of ['{"applicationName":"Shop"}', '{"callbackUrls":["javascript:alert(1)"]}', '{', '{"a":1}'])
      await browser.ask(`api${client}`, { ...change, body })
  }

  /** What came from Nexus, not from the issuer. */
  const collect = async (browser: Browser): Promise<void> => {
    for (const answer of browser.visited.splice(0))
      if (answer.url.startsWith(stack.url))
        received.push(`${JSON.stringify([...answer.headers])} ${await answer.text()}`)
  }

  test('are there to be looked for', () => {
    for (const secret of Object.values({ ...ofNexus, ...ofBrowser })) expect(secret.length).toBeGreaterThan(15)
    expect(ofNexus['renewed refresh token']).not.toBe(ofNexus['refresh token'])
    expect(received.length).toBeGreaterThan(35)
  })

  test('of the issuer and of Nexus reach no browser: no body, no header, no cookie', () => {
    expect(foundIn(received.join('\n'), ofNexus)).toEqual([])
    // Nor does any other JWT.
    expect(received.join('\n')).not.toMatch(/eyJ[\w-]{10,}\.eyJ/)
  })

  test('stand in no log', () => {
    const log = stack.logLines().join('\n')
    expect(log).toContain('/console/callback')
    expect(foundIn(log, { ...ofNexus, ...ofBrowser })).toEqual([])
  })

  test('stand in no row of any table in clear', async () => {
    const tables = await stack.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema')`,
    )
    expect(tables.length).toBeGreaterThan(10)
    for (const { name } of tables) {
      const rows = await stack.query<{ row: string }>(`select t::text as row from ${name} t`)
      expect([name, foundIn(rows.map(({ row }) => row).join('\n'), { ...ofNexus, ...ofBrowser })]).toEqual([name, []])
    }
  })

  test('a sign-in that is begun, and one that failed, leave no row at all', async () => {
    const browser = openBrowser(stack)
    await begin(browser)
    await browser.go('callback?code=x&state=y')
    expect(await stack.query('select 1 from nexus.console_sessions')).toEqual([])
    await signIn(browser)
    expect(await stack.query('select 1 from nexus.console_sessions')).toHaveLength(1)
  })
})
