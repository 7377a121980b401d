import type { Configuration as Discovered, CustomFetch } from 'openid-client'
import { consoleAddress } from '../../domain/texts/web-address.ts'
import type { ConsoleConfiguration } from '../config/configuration.ts'
import type { Http } from '../http/http.ts'
import { SignInUnavailable } from './errors.ts'
import { refusalOf, unreachableIn } from './refusal.ts'
import { renewedTokensOf, signedInOf } from './tokens.ts'
import type { SignedIn, Tokens } from './tokens.ts'

/** What of a sign-in must be the same when the person comes back. Its texts are secrets of one browser. */
export interface Attempt {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  /** Whether the person is to show again who they are, though the issuer may know them. */
  readonly fresh: boolean
}

/**
 * Signs people in at an issuer by OpenID Connect: authorisation code with PKCE, state and nonce. The issuer is asked by
 * `openid-client`, through the proxies of the environment.
 */
export interface Oidc {
  /** Where to send a browser. @throws SignInUnavailable */
  readonly begin: (fresh: boolean) => Promise<{ readonly url: string; readonly attempt: Attempt }>
  /**
   * What the issuer says of a person who came back.
   *
   * @param query of the address that the browser came to
   * @throws SignInRefused, SignInUnavailable
   */
  readonly finish: (query: string, attempt: Attempt) => Promise<SignedIn>
  /**
   * New tokens for old.
   *
   * @param accessToken the old one: the new one is about the same person
   * @throws SignInRefused where there are none any more, SignInUnavailable
   */
  readonly renew: (refreshToken: string, accessToken: string) => Promise<Tokens>
  /** Ends what a refresh token is good for, where the issuer has an address for that. @throws SignInUnavailable */
  readonly revoke: (refreshToken: string) => Promise<void>
  /** Where the browser ends its session at the issuer; null where the issuer names no such address. @throws SignInUnavailable */
  readonly endSession: (sessionId: string | null) => Promise<string | null>
  /** What the issuer tells of itself. @throws SignInUnavailable */
  readonly inspect: () => Promise<{ readonly takesS256: boolean; readonly endsSessions: boolean }>
}

export type OidcSettings = Pick<
  ConsoleConfiguration,
  'issuer' | 'clientId' | 'clientSecret' | 'audience' | 'publicUrl' | 'atMostMs'
> & {
  /** Whether the issuer may be asked by http://: a simulator. */
  readonly allowInsecure: boolean
}

/** How long one call to the issuer may take, seconds: less than the lease of who renews a token. */
const timeout = 10
/** How long what the issuer tells of itself is believed. */
const believedMs = 3_600_000
const maximumBytes = 512 * 1024
const scope = 'openid profile email offline_access'

/** A sign-in that is asked to be fresh may be so many seconds old when the person comes back. */
const freshSeconds = 300

type Placed = Pick<ConsoleConfiguration, 'publicUrl'>

/** Where the issuer sends people back to after signing in, and after signing out. */
export const callbackOf = (console: Placed): string => `${consoleAddress(console)}/callback`
export const signedOutOf = (console: Placed): string => `${consoleAddress(console)}/`

/** Loaded with the first sign-in: no start waits for it. */
const library = () => import('openid-client')

/** @param now milliseconds of a clock that never goes back */
export const createOidc = (http: Http, settings: OidcSettings, now: () => number): Oidc => {
  const { issuer, clientId, clientSecret, audience, atMostMs, allowInsecure } = settings
  let known: { readonly at: number; readonly configuration: Promise<Discovered> } | undefined

  const discover = async (): Promise<Discovered> => {
    const { allowInsecureRequests, ClientSecretPost, customFetch, discovery, enableNonRepudiationChecks } =
      await library()
    return discovery(new URL(issuer), clientId, clientSecret, ClientSecretPost(clientSecret), {
      // The signature of an ID token is checked, though it comes from the issuer itself.
      execute: [enableNonRepudiationChecks, ...(allowInsecure ? [allowInsecureRequests] : [])],
      timeout,
      [customFetch]: fetchBy(http),
    })
  }

  const discovered = async (): Promise<Discovered> => {
    if (known === undefined || now() - known.at > believedMs) known = { at: now(), configuration: discover() }
    try {
      return await known.configuration
    } catch (error) {
      known = undefined
      throw new SignInUnavailable(issuer, unreachableIn(error) ?? error)
    }
  }

  const asked = async <T>(
    ask: (client: Awaited<ReturnType<typeof library>>, configuration: Discovered) => T | Promise<T>,
  ): Promise<T> => {
    const configuration = await discovered()
    try {
      return await ask(await library(), configuration)
    } catch (error) {
      throw await refusalOf(error, issuer)
    }
  }

  return {
    begin: (fresh) =>
      asked(async (client, configuration) => {
        const attempt = {
          state: client.randomState(),
          nonce: client.randomNonce(),
          verifier: client.randomPKCECodeVerifier(),
          fresh,
        }
        const url = client.buildAuthorizationUrl(configuration, {
          redirect_uri: callbackOf(settings),
          scope,
          audience,
          state: attempt.state,
          nonce: attempt.nonce,
          code_challenge: await client.calculatePKCECodeChallenge(attempt.verifier),
          code_challenge_method: 'S256',
          // An age is always asked for, so that the issuer tells when the person signed in.
          ...(fresh ? { prompt: 'login', max_age: '0' } : { max_age: String(Math.floor(atMostMs / 1000)) }),
        })
        return { url: url.href, attempt }
      }),

    finish: (query, { state, nonce, verifier, fresh }) =>
      asked(async (client, configuration) => {
        const answer = await client.authorizationCodeGrant(configuration, new URL(`${callbackOf(settings)}?${query}`), {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
          maxAge: fresh ? freshSeconds : Math.floor(atMostMs / 1000),
        })
        return signedInOf(answer)
      }),

    renew: (refreshToken, accessToken) =>
      asked(async (client, configuration) =>
        renewedTokensOf(await client.refreshTokenGrant(configuration, refreshToken), accessToken),
      ),

    revoke: (refreshToken) =>
      asked(async (client, configuration) => {
        if (configuration.serverMetadata().revocation_endpoint === undefined) return
        await client.tokenRevocation(configuration, refreshToken, { token_type_hint: 'refresh_token' })
      }),

    endSession: (sessionId) =>
      asked((client, configuration) => {
        if (configuration.serverMetadata().end_session_endpoint === undefined) return null
        // Not by the ID token: the browser would see it.
        return client.buildEndSessionUrl(configuration, {
          post_logout_redirect_uri: signedOutOf(settings),
          ...(sessionId === null ? {} : { logout_hint: sessionId }),
        }).href
      }),

    inspect: () =>
      asked((_client, configuration) => {
        const told = configuration.serverMetadata()
        return {
          takesS256: told.code_challenge_methods_supported?.includes('S256') ?? false,
          endsSessions: told.end_session_endpoint !== undefined,
        }
      }),
  }
}

/** The library's way out is everybody's: the proxies of the environment, and no redirections. */
const fetchBy =
  (http: Http): CustomFetch =>
  async (url, { method, headers, body, signal = AbortSignal.timeout(timeout * 1000) }) => {
    const answer = await http.ask(url, {
      method,
      headers,
      deadline: signal,
      maximumBytes,
      ...(body === null || body === undefined ? {} : { body: textOfBody(body) }),
    })
    return new Response(answer.status === 204 ? null : new Uint8Array(answer.body), {
      status: answer.status,
      headers: answer.headers,
    })
  }

/** The library sends forms, and nothing else. */
const textOfBody = (body: unknown): string => {
  if (typeof body === 'string' || body instanceof URLSearchParams) return body.toString()
  throw new TypeError('The body of a call to the issuer is no text.')
}
