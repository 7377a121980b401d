import { randomInt, randomUUID } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { applicationToken, servers } from '../../support/stack.ts'
import { read } from '../support.ts'
import { stack, client, change, operation, useMatrix } from './matrix-support.ts'

/** Who asks: what their token says, or what they send instead of one. */
const callers = {
  nobody: { headers: { authorization: '' } },
  'a token that nobody signed': { headers: { authorization: 'Bearer e30.e30.e30' } },
  'a user without an application': { permissions: ['client.write.all'], headers: { 'x-application-token': '' } },
  'a user through an application that nobody knows': {
    permissions: ['client.write.all'],
    headers: { 'x-application-token': 'nxa_unknown' },
  },
  'a wrong password': { headers: { authorization: 'Basic {wrong}' } },
  powerless: { permissions: [] },
  'a reader who owns it': { permissions: ['client.read'] },
  'a reader of others': { sub: 'auth0|other', permissions: ['client.read'] },
  'a writer who owns it': { permissions: ['client.write'] },
  'a writer with an owning role': { sub: 'auth0|role', permissions: ['client.write'], roles: ['matrix-team'] },
  'a writer of its product': { sub: 'auth0|product', permissions: ['client.write'], products: ['Matrix'] },
  'a writer of others': {
    sub: 'auth0|other',
    permissions: ['client.write'],
    roles: ['Matrix-team'],
    products: ['matrix'],
  },
  'who reads all': { sub: 'auth0|other', permissions: ['client.read.all'] },
  'who writes all': { sub: 'auth0|other', permissions: ['client.write.all'] },
  'an administrator': { sub: 'auth0|other', permissions: ['tenant.admin'] },
  'who adopts': { sub: 'auth0|other', permissions: ['terraform.adopt'] },
  'who reads snapshots': { sub: 'auth0|other', permissions: ['terraform.read'] },
  'who keeps states': { sub: 'auth0|other', permissions: ['terraform.state'] },
  'who unlocks': { sub: 'auth0|other', permissions: ['terraform.state.force-unlock'] },
} as const satisfies Record<string, Asker>
type CallerName = keyof typeof callers

interface Asker {
  readonly sub?: string
  readonly permissions?: readonly string[]
  readonly roles?: readonly string[]
  readonly products?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
}

const unknown: ReadonlySet<CallerName> = new Set([
  'nobody',
  'a token that nobody signed',
  'a user without an application',
  'a user through an application that nobody knows',
  'a wrong password',
])
const writers: readonly CallerName[] = [
  'a writer who owns it',
  'a writer with an owning role',
  'a writer of its product',
  'who writes all',
]
const readers: readonly CallerName[] = [...writers, 'a reader who owns it', 'who reads all']
const isCaller = (name: string): name is CallerName => Object.hasOwn(callers, name)
const names = Object.keys(callers).filter(isCaller)
const everybody = names.filter((name) => name !== 'powerless')

interface Endpoint {
  readonly method: string
  /** Below the tenant, or below `/v1` where it begins with `admin`; `{c}` is the client, `{change}` one of its changes. */
  readonly path: string
  readonly body?: unknown
  readonly lets: readonly CallerName[]
}

const lock = { ID: 'matrix', Operation: 'OperationTypePlan' }
const state = { version: 4, serial: 1, lineage: 'matrix', resources: [] }

/** Every address below a tenant, and whom it lets in. */
const endpoints: readonly Endpoint[] = [
  { method: 'GET', path: '', lets: everybody },
  // What the list holds for whom is not a matter of being let in.
  { method: 'GET', path: '/clients', lets: [...readers, 'a reader of others', 'a writer of others'] },
  { method: 'PATCH', path: '/clients', body: [{ id: 'x', patch: {} }], lets: [...writers, 'a writer of others'] },
  // Its author asks, in either of their roles.
  {
    method: 'GET',
    path: '/operations/{operation}',
    lets: ['a writer who owns it', 'a reader who owns it', 'who reads all', 'who writes all'],
  },
  { method: 'GET', path: '/audit', lets: ['an administrator'] },
  { method: 'GET', path: '/audit/export', lets: ['an administrator'] },
  { method: 'GET', path: '/clients/{c}', lets: readers },
  { method: 'GET', path: '/clients/{c}?include=secret', lets: [] },
  // Whoever could reach some client is told why they may not reach this one.
  { method: 'GET', path: '/clients/{c}/access', lets: [...readers, 'a reader of others', 'a writer of others'] },
  // An administrator, who has to be let in to read the client too.
  { method: 'GET', path: '/clients/{c}/access?of=registered', lets: [] },
  { method: 'POST', path: '/clients/{c}/access', body: { claims: { sub: 'x' } }, lets: [] },
  { method: 'GET', path: '/clients/{c}/sync', lets: readers },
  { method: 'GET', path: '/clients/{c}/changes', lets: readers },
  { method: 'GET', path: '/changes/{change}', lets: readers },
  { method: 'PATCH', path: '/clients/{c}', body: { client_upn_key: 'upn' }, lets: writers },
  { method: 'PATCH', path: '/clients/{c}?dryRun=true', body: { client_upn_key: 'other' }, lets: writers },
  { method: 'POST', path: '/clients/{c}/sync', body: { action: 'retry' }, lets: writers },
  { method: 'DELETE', path: '/changes/{change}', lets: writers },
  { method: 'GET', path: '/running', lets: ['an administrator', 'who reads all', 'who writes all'] },
  { method: 'GET', path: '/plan', lets: ['who reads all', 'who writes all'] },
  { method: 'GET', path: '/drift', lets: ['who reads all', 'who writes all'] },
  { method: 'PUT', path: '/clients/{c}/terraform', lets: ['who adopts'] },
  { method: 'DELETE', path: '/clients/{c}/terraform', lets: ['who adopts'] },
  { method: 'GET', path: '/terraform/snapshot', lets: ['who reads snapshots'] },
  { method: 'GET', path: '/terraform/states', lets: ['who reads snapshots', 'who keeps states', 'who unlocks'] },
  { method: 'POST', path: '/terraform/states/matrix', body: state, lets: ['who keeps states'] },
  { method: 'GET', path: '/terraform/states/matrix', lets: ['who keeps states'] },
  { method: 'LOCK', path: '/terraform/states/matrix', body: lock, lets: ['who keeps states'] },
  { method: 'UNLOCK', path: '/terraform/states/matrix', body: lock, lets: ['who keeps states'] },
  { method: 'UNLOCK', path: '/terraform/states/matrix', lets: ['who unlocks'] },
  { method: 'GET', path: '/terraform/states/matrix/versions', lets: ['who keeps states'] },
  { method: 'GET', path: '/terraform/states/matrix/versions/1', lets: ['who keeps states'] },
  { method: 'POST', path: '/terraform/states/matrix/restore', body: { version: 1 }, lets: ['who keeps states'] },
  { method: 'DELETE', path: '/terraform/states/matrix', lets: ['who keeps states'] },
  { method: 'POST', path: '/clients/{c}/pause', lets: ['an administrator'] },
  { method: 'POST', path: '/clients/{c}/resume', lets: ['an administrator'] },
  { method: 'POST', path: '/scan', lets: ['an administrator', 'who reads all', 'who writes all'] },
  { method: 'POST', path: '/pause', lets: ['an administrator'] },
  { method: 'POST', path: '/resume', lets: ['an administrator'] },
  ...['applications', 'accounts'].flatMap((kind): Endpoint[] => [
    { method: 'GET', path: `admin/${kind}`, lets: ['an administrator'] },
    { method: 'POST', path: `admin/${kind}`, body: {}, lets: ['an administrator'] },
    { method: 'GET', path: `admin/${kind}/x`, lets: ['an administrator'] },
    { method: 'PATCH', path: `admin/${kind}/x`, body: {}, lets: ['an administrator'] },
    { method: 'POST', path: `admin/${kind}/x/rotate`, lets: ['an administrator'] },
    { method: 'POST', path: `admin/${kind}/x/retire`, lets: ['an administrator'] },
    { method: 'DELETE', path: `admin/${kind}/x`, lets: ['an administrator'] },
  ]),
]

/** What each caller is answered: let in is anything but a refusal, and never a fault. */
const expected = (name: CallerName, { lets }: Endpoint): 'let in' | 401 | 403 => {
  if (unknown.has(name)) return 401
  return lets.includes(name) ? 'let in' : 403
}

/** Let in is anything but a refusal, and never a fault. */
const outcomeOf = (status: number): number | 'let in' =>
  [401, 403].includes(status) || status >= 500 ? status : 'let in'

const problemOf = { 401: '/problems/unauthenticated', 403: '/problems/forbidden', 'let in': undefined } as const

const ask = async (name: CallerName, { method, path, body }: Endpoint, tenant = 'acme', clientId = client) => {
  const { headers = {}, ...claims }: Asker = callers[name]
  const as = stack.token({
    ...(claims.sub === undefined ? {} : { sub: claims.sub }),
    permissions: [...(claims.permissions ?? [])],
    roles: [...(claims.roles ?? [])],
    products: [...(claims.products ?? [])],
  })
  const sent = {
    'x-application-token': applicationToken,
    // Each from an address of its own: who fails to sign in too often is told to wait, and that is another test.
    'x-forwarded-for': `10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...headers,
  }
  const kept = Object.fromEntries(
    Object.entries(sent)
      .filter(([, value]) => value !== '')
      .map(([header, value]) => [header, value.replace('{wrong}', btoa(`${randomUUID()}:wrong`))]),
  )
  const place = path.startsWith('admin') ? `/v1/${path}` : `/v1/tenants/${tenant}${path}`
  const answer = await fetch(
    `${stack.url}${place.replace('{c}', clientId).replace('{change}', change).replace('{operation}', operation)}`,
    {
      method,
      headers: 'authorization' in headers ? kept : { authorization: `Bearer ${as}`, ...kept },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    },
  )
  return read(answer)
}

const cells = endpoints.flatMap((endpoint) =>
  names.map((name) => ({ endpoint, name, wanted: expected(name, endpoint) })),
)

const below = endpoints.filter(({ path }) => !path.startsWith('admin'))

const named = endpoints.filter(({ path, lets }) => path.includes('{c}') && lets.length > 0)

describe.skipIf(servers === null)('who may do what', () => {
  useMatrix()

  test('several hundred cases', () => {
    expect(cells.length).toBeGreaterThan(500)
  })

  describe.each(endpoints)('$method $path', (endpoint) => {
    test.each(cells.filter((cell) => cell.endpoint === endpoint))('$name: $wanted', async ({ name, wanted }) => {
      const { status, body } = await ask(name, endpoint)
      expect(outcomeOf(status)).toBe(wanted)
      // Who was not let in learns nothing of what is there.
      const told = wanted === 'let in' ? '' : JSON.stringify(body)
      expect(told).not.toContain('Matrix')
      expect(wanted === 'let in' ? undefined : body.type).toBe(problemOf[wanted])
    })
  })
  test.each(below)('$method $path of a tenant that the credentials are not good for', async (endpoint) => {
    for (const name of endpoint.lets.filter((one) => !unknown.has(one))) {
      expect((await ask(name, endpoint, 'beta')).status).toBe(403)
      expect([403, 404]).toContain((await ask(name, endpoint, 'gamma')).status)
      expect([403, 404]).toContain((await ask(name, endpoint, 'ACME')).status)
    }
  })
  test.each(named)('$method $path of a client that is not there, or cannot be one: 404', async (endpoint) => {
    const [name] = endpoint.lets
    if (name === undefined) throw new Error('Nobody is let in.')
    for (const id of ['nobody', 'x'.repeat(65), '..%2f..%2fclients', 'a%00b', 'é', '__proto__', 'x'.repeat(300)])
      expect([id, (await ask(name, endpoint, 'acme', id)).status]).toEqual([id, 404])
  })

  test.each([
    { reason: 'a path that climbs', path: '/v1/tenants/acme/clients/../../../../etc/passwd', statuses: [404] },
    { reason: 'a path that climbs, encoded', path: '/v1/tenants/acme%2f..%2fbeta/clients/x', statuses: [404] },
    { reason: 'a very long path', path: `/v1/tenants/acme/clients/${'x'.repeat(8000)}`, statuses: [404, 414, 431] },
    { reason: 'an address that is not UTF-8', path: '/v1/tenants/acme/clients/%ff', statuses: [400, 404] },
    { reason: 'two slashes', path: '//v1/tenants/acme', statuses: [404] },
  ])('$reason: as if nothing were there', async ({ path, statuses }) => {
    const { hostname, port } = new URL(stack.url)
    // Not by fetch, which would tidy the address up.
    const status = await new Promise<number>((resolve, reject) => {
      const asked = httpRequest(
        {
          hostname,
          port,
          path,
          headers: {
            authorization: `Bearer ${stack.token({ permissions: ['client.read.all'] })}`,
            'x-application-token': applicationToken,
          },
        },
        (answer) => {
          text(answer).then(() => resolve(answer.statusCode ?? 0), reject)
        },
      )
      asked.on('error', reject).end()
    })
    expect(statuses).toContain(status)
  })
})
