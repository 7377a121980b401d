import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createHttp } from '../../../adapters/http/http.ts'
import { createLog } from '../../../adapters/log/log.ts'
import { createOidc } from '../../../adapters/oidc/oidc.ts'
import { connect } from '../../../adapters/postgres/database/connect.ts'
import type { Postgres } from '../../../adapters/postgres/database/connect.ts'
import { createSessions } from '../../../adapters/postgres/sessions.ts'
import { endSessions } from '../../../worker/sessions.ts'
import { servers } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { sessionIn } from './attacks/steps.ts'
import { application, openBrowser, signIn, users } from './browser.ts'
import { consoleSettings, rules, sealing, startConsole } from './support.ts'

describe.skipIf(servers === null)('a session whose time is over', () => {
  let stack: Stack
  let postgres: Postgres
  beforeAll(async () => {
    stack = await startConsole({ simulator: { users, seed: [application] }, roles: { api: true, worker: false } })
    postgres = connect(stack.databaseUrl, () => undefined, { size: 1 })
  })
  afterAll(async () => {
    await postgres.close()
    await stack.close()
  })
  beforeEach(async () => {
    stack.simulator.setFaults({})
    await stack.query('delete from nexus.console_sessions')
  })

  /** A session that ended some time ago. @returns its refresh token */
  const endedAgo = async (time: string): Promise<string> => {
    const browser = openBrowser(stack)
    await signIn(browser)
    const { refreshToken } = await sessionIn(stack, browser)
    await stack.query('update nexus.console_sessions set ends_at = clock_timestamp() - $1::interval', [time])
    return refreshToken ?? ''
  }
  /** Asking takes the token: once in a test. */
  const isGood = async (token: string): Promise<boolean> => {
    const answer = await fetch(`${stack.simulator.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        client_id: consoleSettings.clientId,
        client_secret: consoleSettings.clientSecret,
        refresh_token: token,
      }),
    })
    return answer.status === 200
  }
  const rows = async (): Promise<number> => (await stack.query('select 1 from nexus.console_sessions')).length
  const revocations = (): number => stack.simulator.stats.byRoute['POST /oauth/revoke 200'] ?? 0
  const run = () => {
    const issuer = { issuer: stack.simulator.issuer, audience: 'urn:nexus', allowInsecure: true }
    return endSessions({
      sessions: createSessions(postgres.db, sealing, rules),
      oidc: createOidc(createHttp({}), { ...consoleSettings, ...rules, ...issuer }, () => performance.now()),
      log: createLog('silent'),
    })(new Date())
  }

  test('is ended by a worker, here and at the issuer', async () => {
    const token = await endedAgo('1 second')
    const worker = await stack.also({ api: false, worker: true })
    await expect.poll(rows, { timeout: 10_000 }).toBe(0)
    expect(await isGood(token)).toBe(false)
    await worker.close()
  })

  test('of somebody who has more than twenty is the one that was not used for longest', async () => {
    const first = await endedAgo('-1 hour')
    await stack.query("update nexus.console_sessions set last_seen_at = last_seen_at - interval '1 minute'")
    for (let other = 0; other < 20; other += 1) await signIn(openBrowser(stack))
    await run()
    expect([await rows(), await isGood(first)]).toEqual([20, false])
  })

  test('waits while the issuer is away', async () => {
    const token = await endedAgo('59 minutes')
    stack.simulator.setFaults({ outage: 'reset' })
    await run()
    expect(await rows()).toBe(1)
    stack.simulator.setFaults({})
    await run()
    expect([await rows(), await isGood(token)]).toEqual([0, false])
  })

  test.each([
    { reason: 'its time was over', sql: `ends_at = clock_timestamp() - interval '61 minutes'` },
    { reason: 'it was not used for long', sql: `last_seen_at = clock_timestamp() - interval '91 minutes'` },
  ])('waits for an hour, and no longer: $reason', async ({ sql }) => {
    const token = await endedAgo('-1 hour')
    await stack.query(`update nexus.console_sessions set ${sql}`)
    stack.simulator.setFaults({ outage: 'page' })
    await run()
    stack.simulator.setFaults({})
    expect([await rows(), await isGood(token)]).toEqual([0, true])
  })

  test('holds up no other: many are ended at once', async () => {
    for (let index = 0; index < 12; index += 1) await endedAgo('1 minute')
    const before = revocations()
    await Promise.all([run(), run()])
    expect(await rows()).toBe(0)
    expect(revocations() - before).toBeGreaterThanOrEqual(12)
  })

  test('and whose key is gone is forgotten: nobody can read its token any more', async () => {
    await endedAgo('1 minute')
    await stack.query("update nexus.console_sessions set key_id = 'gone'")
    const before = revocations()
    await run()
    expect([await rows(), revocations() - before]).toEqual([0, 0])
  })
})
