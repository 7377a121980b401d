import { isIPv6 } from 'node:net'
import type { Credential } from './tokens/application.ts'
import { clientRoutes } from './clients/client-routes.ts'
import { controlRoutes } from './tenant/control-routes.ts'
import type { SecurityMode } from './clients/defaults.ts'
import { FaultBox, type Faults } from './tenant/faults.ts'
import { issuer, type UserToken } from './tokens/issuer.ts'
import { textOf, type JsonObject } from './json.ts'
import { signingKey } from './tokens/keys.ts'
import { rateLimit, type Limits } from './tenant/limits.ts'
import { listen } from './http/listen.ts'
import { authenticator, clientCredentials, everyScope, Tokens } from './tokens/oauth.ts'
import { metadataRoutes } from './clients/metadata-routes.ts'
import { router } from './http/route.ts'
import { completed, demoCredential, fill, type Content } from './seed/fill.ts'
import { listener } from './server.ts'
import { signInRoutes } from './sign-in/sign-in.ts'
import { usersSchema, type GivenUser, type User } from './sign-in/users.ts'
import { Stats, type Counts, type Write } from './tenant/stats.ts'
import { Store, type StoredClient } from './clients/store.ts'
import { tenantRoutes } from './tenant/tenant-routes.ts'

export type { GivenUser } from './sign-in/users.ts'
export type { Faults } from './tenant/faults.ts'

export type SimulatorOptions = Content & {
  /** 0, the default, takes any free port. */
  port?: number
  /** Default 127.0.0.1. */
  host?: string
  /**
   * https as well, on the same port, with a certificate of its own CA; the CA's certificate is written where said, or to
   * a temporary directory.
   */
  https?: boolean | { caFile?: string; directory?: string }
  /** Default `none`. */
  limits?: Limits
  /** Under which rules a third party is created that names none itself. Default `permissive`, as recorded. */
  thirdParties?: SecurityMode
  /** The tenant's name, in the `tenant` member. Default `simulated`. */
  tenant?: string
  /** The application that may ask for Management API tokens. Default: a fixed one for demos. */
  credential?: Credential
  /** What a token may do. Default: everything about clients. */
  scopes?: readonly string[]
  /** How long a Management API token lasts, in seconds. Default 86400. */
  tokenSeconds?: number
  /** Who can sign in at the tenant's `/authorize`; throws where two have one id. Default: nobody. */
  users?: readonly GivenUser[]
  /** The tenant's setting `authorization_response_iss_parameter_supported` (RFC 9207). Default false, as Auth0's. */
  namesIssuer?: boolean
  /** The clock of users' sign-ins and tokens, in epoch ms. Default: the machine's. */
  now?: () => number
  faults?: Partial<Faults>
  log?: (line: string) => void
}

export type Simulator = {
  /** With https the https one. */
  url: string
  /** The same tenant without TLS. */
  httpUrl: string
  /** host:port, as the SDK, the provider and the deploy CLI want it. */
  domain: string
  port: number
  /** The CA's certificate (PEM), for NODE_EXTRA_CA_CERTS and SSL_CERT_FILE; with https only. */
  caFile?: string
  /** `<url>/` */
  issuer: string
  credential: Credential
  /** Who can sign in. */
  users: readonly User[]
  /** What the tenant holds at this moment, secrets too. */
  clients: { get: (id: string) => StoredClient | undefined; all: () => StoredClient[] }
  /** Puts a client there, past the API, with its credentials (newest first); answers its id. */
  seed: (client: JsonObject, credentials?: readonly JsonObject[]) => string
  issueUserToken: (wanted: UserToken) => string
  readonly faults: Faults
  /** Begins anew with these; none are left of those before. */
  setFaults: (faults: Partial<Faults>) => Faults
  readonly stats: Counts & { writes: readonly Write[] }
  resetStats: () => void
  close: () => Promise<void>
}

/** An address to listen on as it stands in a URL. */
const nameOf = (host: string): string => {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return isIPv6(host) ? `[${host}]` : host
}

/** Starts a stand-in Auth0 tenant. Throws where the port is taken. */
export const startSimulator = async (options: SimulatorOptions = {}): Promise<Simulator> => {
  const host = options.host ?? '127.0.0.1'
  const credential = options.credential ?? demoCredential
  const key = await signingKey()
  const store = new Store()
  fill(store, options, credential)
  const tokens = new Tokens()
  const stats = new Stats()
  const faults = new FaultBox(() => tokens.revokeAll())
  if (options.faults !== undefined) faults.set(options.faults)

  const at = { url: '', httpUrl: '', domain: '', port: 0 }
  const clock = options.now ?? (() => Date.now())
  const tokensOfUsers = issuer(() => at.url, key, clock)
  const viewer = { tenant: options.tenant ?? 'simulated', domain: () => at.domain }
  const oauth = {
    credential,
    scopes: options.scopes ?? everyScope,
    tokenSeconds: options.tokenSeconds ?? 86400,
    hosts: () => [at.domain, `localhost:${at.port}`, `127.0.0.1:${at.port}`],
    refused: () => faults.current.refuseCredential,
  }
  const signIn = {
    users: usersSchema.parse(options.users ?? []),
    namesIssuer: options.namesIssuer === true,
    now: clock,
  }
  const find = router([
    ...clientRoutes(store, viewer, {
      bend: (sent) => faults.bend(sent),
      thirdParties: options.thirdParties ?? 'permissive',
    }),
    ...metadataRoutes(store),
    ...tenantRoutes(viewer.tenant),
    ...tokensOfUsers.routes,
    ...controlRoutes(store, faults, stats),
    ...signInRoutes(
      signIn,
      { store, key, authenticate: authenticator(oauth, store), mint: tokensOfUsers.mint },
      {
        client_credentials: clientCredentials(oauth, tokens, key),
      },
    ),
  ])

  const closing = new AbortController()
  const handle = listener({
    find,
    faults,
    stats,
    domain: () => at.domain,
    limit: rateLimit(options.limits ?? 'none'),
    tokens,
    log: options.log ?? (() => undefined),
    closing: closing.signal,
  })
  const certificate =
    options.https === undefined || options.https === false
      ? undefined
      : // Loaded where it is needed only: it takes longer than the rest of the simulator.
        await (await import('./http/certificate.ts')).makeCertificate(options.https, host)
  const server = await listen(handle, { host, port: options.port ?? 0, certificate })
  at.port = server.port
  at.domain = `${nameOf(host)}:${at.port}`
  at.httpUrl = `http://${at.domain}`
  at.url = certificate === undefined ? at.httpUrl : `https://${at.domain}`

  return {
    ...at,
    ...(certificate === undefined ? {} : { caFile: certificate.caFile }),
    issuer: `${at.url}/`,
    credential,
    users: signIn.users,
    clients: { get: (id) => store.find(id), all: () => store.all() },
    seed: (client, credentials = []) => {
      const stored = completed(client)
      store.put(stored)
      store.setCredentials(
        stored.client_id,
        credentials.map((credential) => ({ ...credential, id: textOf(credential['id']) })),
      )
      return stored.client_id
    },
    issueUserToken: tokensOfUsers.issueUserToken,
    get faults() {
      return faults.current
    },
    setFaults: (given) => faults.set(given),
    get stats() {
      return { ...stats.counts, writes: stats.writes }
    },
    resetStats: () => stats.reset(),
    close: () => {
      closing.abort()
      return server.close()
    },
  }
}
