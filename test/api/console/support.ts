import { randomBytes } from 'node:crypto'
import { connect } from '../../../adapters/postgres/database/connect.ts'
import { createSessions } from '../../../adapters/postgres/sessions.ts'
import { createSealing } from '../../../adapters/sealing/sealing.ts'
import { hashOf } from '../../../api/console/session.ts'
import { applicationToken, startStack } from '../../support/stack.ts'
import type { Stack, StackOptions } from '../../support/stack.ts'

/** How browsers reach the console of these suites: below a path, behind a proxy that takes it away. */
export const publicUrl = 'https://nexus.example.com/portal'
export const ownPage = { origin: new URL(publicUrl).origin, 'sec-fetch-site': 'same-origin' }
const sessionKey = Buffer.alloc(32, 7).toString('base64')
export const rules = { idleMs: 1_800_000, atMostMs: 43_200_000 }

export const consoleSettings = {
  clientId: 'consoleApplication',
  clientSecret: 'secret-of-the-console',
  applicationToken,
  publicUrl,
  sessionKeys: [sessionKey],
}

const opened = createSealing([sessionKey])
if (opened === undefined) throw new Error('There is a key.')
export const sealing = opened

/** A simulated tenant and Nexus with a console. */
export const startConsole = (options: StackOptions = {}): Promise<Stack> =>
  startStack({ ...options, console: { ...consoleSettings, ...options.console } })

interface Person {
  readonly sub?: string
  readonly permissions?: string[]
  readonly accessMs?: number
  readonly refreshToken?: string | null
}

/** Puts a session there, past the issuer. @returns the cookie of its browser */
export const signedIn = async (
  stack: Stack,
  { sub = 'auth0|tester', permissions, accessMs = 3_600_000, refreshToken = null }: Person = {},
): Promise<string> => {
  const { db, close } = connect(stack.databaseUrl, () => undefined, { size: 1 })
  const id = randomBytes(32).toString('base64url')
  try {
    await createSessions(db, sealing, rules).begin(hashOf(id), {
      userId: sub,
      application: 'portal',
      accessToken: stack.token({ sub, ...(permissions && { permissions }) }),
      refreshToken,
      accessMs,
      signedInAt: null,
      issuerSession: null,
      name: 'Tess Tester',
      email: 'tess@example.com',
    })
  } finally {
    await close()
  }
  return `__Host-nexus=${id}`
}

/** A request of the page's, as a browser sends it. */
export const ask = (stack: Stack, cookie: string | null, path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${stack.url}/console${path}`, {
    redirect: 'manual',
    ...init,
    headers: {
      ...ownPage,
      ...(cookie !== null && { cookie }),
      ...Object.fromEntries(new Headers(init.headers)),
    },
  })
