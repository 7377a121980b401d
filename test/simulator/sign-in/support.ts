import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { JsonObject } from '../../../simulator/json.ts'
import type { GivenUser, Simulator, SimulatorOptions } from '../../../simulator/main.ts'
import { membersOf, simulated } from '../support.ts'

const ann: GivenUser = {
  sub: 'auth0|ann',
  name: 'Ann <img> & "Co"',
  email: 'ann@example.com',
  permissions: ['client.write'],
  roles: ['billing-admins'],
  products: ['Billing'],
}
const bob: GivenUser = { sub: 'auth0|bob', name: 'Bob' }

export const callback = 'https://shop.example/callback?from=auth0'

/** An application with a secret, whose refresh tokens rotate. */
export const shop: JsonObject = {
  client_id: 'shop',
  client_secret: 'secret-of-the-shop',
  name: 'Shop',
  app_type: 'regular_web',
  token_endpoint_auth_method: 'client_secret_post',
  callbacks: [callback],
  allowed_logout_urls: ['https://shop.example/', 'https://shop.example/bye'],
  grant_types: ['authorization_code', 'refresh_token'],
  refresh_token: {
    rotation_type: 'rotating',
    expiration_type: 'expiring',
    leeway: 0,
    token_lifetime: 1000,
    idle_token_lifetime: 100,
  },
}

export const verifier = 'v'.repeat(43)
const challenge = createHash('sha256').update(verifier).digest('base64url')

/** Parameters, of which those that are null are left out. */
export type Parameters = Record<string, string | null>

const present = (parameters: Parameters): Record<string, string> =>
  Object.fromEntries(Object.entries(parameters).flatMap(([name, value]) => (value === null ? [] : [[name, value]])))

const right: Parameters = {
  response_type: 'code',
  client_id: 'shop',
  redirect_uri: callback,
  scope: 'openid profile email offline_access',
  audience: 'urn:nexus',
  state: 'the state',
  nonce: 'the nonce',
  code_challenge: challenge,
  code_challenge_method: 'S256',
}

const Tokens = z.looseObject({
  access_token: z.string(),
  refresh_token: z.string(),
  id_token: z.string(),
  scope: z.string(),
})

/** A browser at a tenant: it keeps the tenant's cookie. */
export class Browser {
  cookie = ''
  readonly url: string

  constructor(url: string) {
    this.url = url
  }

  async go(path: string, body?: Parameters): Promise<Response> {
    const answer = await fetch(`${this.url}${path}`, {
      redirect: 'manual',
      headers: { cookie: this.cookie },
      ...(body === undefined ? {} : { method: 'POST', body: new URLSearchParams(present(body)) }),
    })
    const [set] = answer.headers.getSetCookie()
    if (set !== undefined) this.cookie = set.split(';', 1)[0] ?? ''
    return answer
  }

  ask(instead: Parameters = {}): Promise<Response> {
    return this.go(`/authorize?${new URLSearchParams(present({ ...right, ...instead })).toString()}`)
  }

  pick(sub: string, instead: Parameters = {}): Promise<Response> {
    return this.go(`/authorize?${new URLSearchParams(present({ ...right, ...instead })).toString()}`, { user: sub })
  }
}

/** What the application finds in the address that the browser was sent to. */
export const arrived = (answer: Response): { at: string; parameters: Record<string, string> } => {
  const location = new URL(answer.headers.get('location') ?? '')
  return { at: location.origin + location.pathname, parameters: Object.fromEntries(location.searchParams) }
}

/** A tenant with an application and two users, on a clock that stands still until it is moved. */
export const tenant = async (options: SimulatorOptions = {}, client: JsonObject = shop) => {
  const clock = { ms: Date.now() }
  const simulator = await simulated({ users: [ann, bob], seed: [client], now: () => clock.ms, ...options })
  const browser = new Browser(simulator.url)
  const redeem = (code: string, instead: Parameters = {}): Promise<Response> =>
    post(simulator, '/oauth/token', {
      grant_type: 'authorization_code',
      code,
      redirect_uri: callback,
      code_verifier: verifier,
      ...instead,
    })
  const codeFor = async (instead: Parameters = {}): Promise<string> =>
    arrived(await browser.pick('auth0|ann', instead)).parameters['code'] ?? ''
  const signIn = async (instead: Parameters = {}) => Tokens.parse(await membersOf(await redeem(await codeFor(instead))))
  const refresh = (token: string, instead: Parameters = {}): Promise<Response> =>
    post(simulator, '/oauth/token', { grant_type: 'refresh_token', refresh_token: token, ...instead })
  const refreshed = async (token: string) => Tokens.parse(await membersOf(await refresh(token)))
  const pass = (seconds: number): void => void (clock.ms += seconds * 1000)
  return { simulator, browser, codeFor, redeem, signIn, refresh, refreshed, pass }
}

/** A form of the shop's, with its secret. */
export const post = (simulator: Simulator, path: string, members: Parameters): Promise<Response> =>
  fetch(`${simulator.url}${path}`, {
    method: 'POST',
    body: new URLSearchParams(present({ client_id: 'shop', client_secret: 'secret-of-the-shop', ...members })),
  })

/** What an answer of the token endpoint says. */
export const said = async (answer: Response) => ({ status: answer.status, ...(await membersOf(answer)) })
