import { connect } from '../../../../adapters/postgres/database/connect.ts'
import { createSessions } from '../../../../adapters/postgres/sessions.ts'
import type { Session } from '../../../../adapters/postgres/sessions.ts'
import { hashOf } from '../../../../api/console/session.ts'
import type { Stack } from '../../../support/stack.ts'
import { locationOf } from '../browser.ts'
import type { Browser } from '../browser.ts'
import { ask, sealing } from '../support.ts'

// A sign-in in single steps, so that somebody can come between them.

/** @returns the issuer's address that the browser is led to */
export const begin = async (browser: Browser, query = ''): Promise<string> =>
  locationOf(await browser.go(`sign-in${query}`))

/** Picks a user on the issuer's page. @returns the address of Nexus that the browser is led to */
export const pick = async (browser: Browser, authorize: string, sub = 'auth0|tester'): Promise<string> =>
  locationOf(await browser.go(authorize, { method: 'POST', body: new URLSearchParams({ user: sub }) }))

/** The cookie of a browser's session, as a request has it. */
export const sessionOf = (browser: Browser): string => `__Host-nexus=${browser.cookies().get('__Host-nexus') ?? ''}`

/** The row of a browser's session, opened: what nobody but Nexus can read of it. */
export const sessionIn = async (stack: Stack, browser: Browser): Promise<Session> => {
  const { db, close } = connect(stack.databaseUrl, () => undefined, { size: 1 })
  const hash = hashOf(browser.cookies().get('__Host-nexus') ?? '')
  const found = await createSessions(db, sealing, { idleMs: 1, atMostMs: 1 }).find(hash)
  await close()
  if (found === undefined) throw new Error('There is no such session.')
  return found
}

export const isSignedIn = async (browser: Browser): Promise<boolean> => (await browser.ask('session')).status === 200

/** Whether a cookie is one of somebody who is signed in. */
export const opens = async (stack: Stack, cookie: string): Promise<boolean> =>
  (await ask(stack, cookie, '/api/v1/whoami')).status === 200

/** The same address with another parameter; without it where the value is null. */
export const withParameter = (address: string, name: string, value: string | null): string => {
  const url = new URL(address)
  if (value === null) url.searchParams.delete(name)
  else url.searchParams.set(name, value)
  return url.href
}
