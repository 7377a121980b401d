import type { Configuration, ConsoleConfiguration } from '../../adapters/config/configuration.ts'
import { hashToken } from '../../adapters/credentials/application-tokens.ts'
import { SignInUnavailable } from '../../adapters/oidc/errors.ts'
import { callbackOf, signedOutOf } from '../../adapters/oidc/oidc.ts'
import type { Http } from '../../adapters/http/http.ts'
import { Unreachable } from '../../adapters/http/unreachable.ts'
import { createCallerStore } from '../../adapters/postgres/callers.ts'
import type { Postgres } from '../../adapters/postgres/database/connect.ts'
import { callerStatusOf, validHashes } from '../../domain/access/registered.ts'
import { fail, ok, warn } from '../../domain/finding.ts'
import type { Finding } from '../../domain/finding.ts'
import { consoleAddress } from '../../domain/texts/web-address.ts'
import { oidcOf } from '../../process/console.ts'

/** What the console calls and needs to be told at the issuer; nothing where there is no console. */
export const signingIn = async (configuration: Configuration, http: Http): Promise<Finding[]> => {
  const { console } = configuration
  if (console === null) return []
  return [
    ok(
      'console',
      `${consoleAddress(console)}. Its application at the issuer has to allow the callback URL ` +
        `${callbackOf(console)} and the logout URL ${signedOutOf(console)}.`,
    ),
    ...(await issuer(console, configuration, http)),
  ]
}

const issuer = async (console: ConsoleConfiguration, configuration: Configuration, http: Http): Promise<Finding[]> => {
  const about = `sign-in at ${console.issuer}`
  try {
    const { takesS256, endsSessions } = await oidcOf(console, configuration, http).inspect()
    return [
      takesS256
        ? ok(about, 'It takes authorization codes with PKCE (S256).')
        : fail(about, 'It does not say that it takes PKCE with S256.', 'Use an issuer that does; Auth0 does.'),
      ...(endsSessions
        ? []
        : [
            warn(
              about,
              'It names no address to end a session at: whoever signs out of the console stays signed in there.',
              "In Auth0, switch on RP-Initiated Logout's discovery (Settings, Advanced, Login and Logout).",
            ),
          ]),
    ]
  } catch (error) {
    if (!(error instanceof SignInUnavailable)) throw error
    const { cause } = error
    const said = cause instanceof Error ? cause.message : 'no reason is known'
    const remedy =
      cause instanceof Unreachable ? cause.remedy : 'Check console.issuer: it has to be an OpenID provider.'
    return [fail(about, `${console.issuer}.well-known/openid-configuration: ${said}`, remedy)]
  }
}

const about = 'application of the console'
const remedy =
  'Make an application (`nexus applications create console`, or `nexus hash token --generate` for applicationTokens) and ' +
  'give its token as console.applicationToken.'

/** The application of the configuration whose token the console has; undefined where there is none. */
const configured = ({ applicationTokens }: Configuration, hash: string) =>
  applicationTokens.tokens.find(({ sha256 }) => sha256 === hash)

/** Whether the API lets the console in. */
export const applicationOfConsole = async (db: Postgres['db'], configuration: Configuration): Promise<Finding[]> => {
  const { console } = configuration
  if (console === null) return []
  const hash = hashToken(console.applicationToken)
  const known = configured(configuration, hash)
  if (known !== undefined) return [ok(about, `${known.name}, of the configuration.`)]
  const row = await createCallerStore(db).application.findBySecret(hash)
  if (row === undefined)
    return [fail(about, 'No application has the token console.applicationToken: nobody can sign in.', remedy)]
  const { entry, now } = row
  const status = callerStatusOf(entry, now)
  if (status !== 'active') return [fail(about, `${entry.name} is ${status}: nobody can sign in.`, remedy)]
  return validHashes(entry, now).includes(hash)
    ? [ok(about, `${entry.name}, of the database.`)]
    : [fail(about, `${entry.name} has another token by now: nobody can sign in.`, remedy)]
}
