import type { Console } from '../api/console/console.ts'
import type { Configuration, ConsoleConfiguration } from '../adapters/config/configuration.ts'
import type { Attempts } from '../adapters/credentials/attempts.ts'
import type { Http } from '../adapters/http/http.ts'
import type { Log } from '../adapters/log/log.ts'
import { createOidc } from '../adapters/oidc/oidc.ts'
import type { Oidc } from '../adapters/oidc/oidc.ts'
import type { Postgres } from '../adapters/postgres/database/connect.ts'
import { countSessions, createSessions, forgetSessions } from '../adapters/postgres/sessions.ts'
import { createSealing } from '../adapters/sealing/sealing.ts'
import { endSessions } from '../worker/sessions.ts'

/** Where `npm run console` builds the page. */
const folder = new URL('../console/dist/', import.meta.url)

/** How people sign in to the console. */
export const oidcOf = (
  console: ConsoleConfiguration,
  { issuers }: Pick<Configuration, 'issuers'>,
  http: Http,
): Oidc => {
  const allowInsecure = issuers.some(({ issuer, allowInsecure }) => issuer === console.issuer && allowInsecure)
  return createOidc(http, { ...console, allowInsecure }, () => performance.now())
}

/** What sessions of the console are begun and ended with; null where the configuration has none. */
const signingInOf = (configuration: Configuration, http: Http, db: Postgres['db']) => {
  const { console } = configuration
  const sealing = console === null ? undefined : createSealing(console.sessionKeys, 'console.sessionKeys')
  if (console === null || sealing === undefined) return null
  return {
    oidc: oidcOf(console, configuration, http),
    sessions: createSessions(db, sealing, console),
    sealing,
    settings: console,
  }
}

/** What the console needs of the world; null where the configuration has none. */
export const consoleOf = (
  configuration: Configuration,
  http: Http,
  db: Postgres['db'],
  signIns: Pick<Attempts, 'begin'>,
): Console | null => {
  const signingIn = signingInOf(configuration, http, db)
  return signingIn && { ...signingIn, signIns, folder }
}

/** Sessions whether there is a console or not: without one, those of an earlier configuration end in a day. */
const rulesOf = ({ console }: Pick<Configuration, 'console'>) => console ?? { idleMs: 86_400_000 }

/** What ends sessions whose time is over, here and at the issuer. */
export const expireSessionsOf = (
  configuration: Configuration,
  { http, postgres: { db }, log }: { http: Http; postgres: Pick<Postgres, 'db'>; log: Pick<Log, 'warn'> },
) => {
  const signingIn = signingInOf(configuration, http, db)
  return signingIn === null ? forgetSessions(db, rulesOf(configuration)) : endSessions({ ...signingIn, log })
}

/** What counts those that have not. */
export const countSessionsOf = (configuration: Pick<Configuration, 'console'>, db: Postgres['db']) =>
  countSessions(db, rulesOf(configuration))
