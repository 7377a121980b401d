import type { Console } from '../api/console/console.ts'
import type { Configuration, ConsoleConfiguration } from '../adapters/config/configuration.ts'
import type { Attempts } from '../adapters/credentials/attempts.ts'
import type { Http } from '../adapters/http/http.ts'
import { createOidc } from '../adapters/oidc/oidc.ts'
import type { Oidc } from '../adapters/oidc/oidc.ts'
import type { Postgres } from '../adapters/postgres/database/connect.ts'
import { createSessions, expireSessions } from '../adapters/postgres/sessions.ts'
import { createSealing } from '../adapters/sealing/sealing.ts'

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

/** What the console needs of the world; null where the configuration has none. */
export const consoleOf = (
  configuration: Configuration,
  http: Http,
  db: Postgres['db'],
  signIns: Pick<Attempts, 'begin'>,
): Console | null => {
  const { console } = configuration
  const sealing = console === null ? undefined : createSealing(console.sessionKeys, 'console.sessionKeys')
  if (console === null || sealing === undefined) return null
  return {
    oidc: oidcOf(console, configuration, http),
    sessions: createSessions(db, sealing, console),
    sealing,
    signIns,
    settings: console,
    folder,
  }
}

/** What forgets sessions that have ended; without a console, those of an earlier configuration in a day. */
export const expireSessionsOf = ({ console }: Pick<Configuration, 'console'>, db: Postgres['db']) =>
  expireSessions(db, console ?? { idleMs: 86_400_000 })
