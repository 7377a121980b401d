import { connect as openSocket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { afterEach, describe, expect, test } from 'vitest'
import type { TenantConfiguration } from '../../../adapters/config/configuration.ts'
import { Unauthenticated, IssuerUnavailable } from '../../../adapters/credentials/errors.ts'
import { createMetrics } from '../../../adapters/metrics/metrics.ts'
import { createAudit } from '../../../adapters/postgres/audit.ts'
import { createCallerStore } from '../../../adapters/postgres/callers.ts'
import { createAccept } from '../../../adapters/postgres/changes/accept.ts'
import { createChangedClients } from '../../../adapters/postgres/changes/changed-clients.ts'
import { createChanges } from '../../../adapters/postgres/changes/changes.ts'
import { createEvents } from '../../../adapters/postgres/events/events.ts'
import { createHeldClients } from '../../../adapters/postgres/terraform/held-clients.ts'
import { createIdempotency } from '../../../adapters/postgres/changes/idempotency.ts'
import { createOperations } from '../../../adapters/postgres/changes/operations.ts'
import { createClientLists } from '../../../adapters/postgres/clients/client-lists.ts'
import { createClients } from '../../../adapters/postgres/clients/clients.ts'
import { createScans } from '../../../adapters/postgres/clients/scans.ts'
import { createStateIndex } from '../../../adapters/postgres/terraform/state-index.ts'
import { createStateLocks } from '../../../adapters/postgres/terraform/state-locks.ts'
import { createStates } from '../../../adapters/postgres/terraform/states.ts'
import { createStandings } from '../../../adapters/postgres/tenants/standings.ts'
import { createTenants } from '../../../adapters/postgres/tenants/tenants.ts'
import { connect } from '../../../adapters/postgres/database/connect.ts'
import { defaultSettings } from '../../../api/dependencies.ts'
import type { ApiDeps } from '../../../api/dependencies.ts'
import { startApi } from '../../../api/main.ts'
import { defaultMetadataKeys } from '../../../domain/clients/metadata-keys.ts'
import type { Caller } from '../../../domain/vocabulary.ts'
import { read } from '../support.ts'

/** The server where its surroundings fail: a database that nobody runs, an issuer that is down, callers too slow. */

const tenant: TenantConfiguration = {
  id: 'acme',
  domain: 'acme.test',
  credential: { clientId: 'own', clientSecret: '' },
  baseUrl: 'https://acme.test/api/v2',
  tokenUrl: 'https://acme.test/oauth/token',
  audience: 'https://acme.test/api/v2/',
  plan: 'free',
  freshnessMs: 60_000,
  driftPolicy: 'report',
  scanIntervalMs: 1,
  foreignTerraform: 'warn',
  terraformStates: [],
  otherStates: [],
  metadataKeys: defaultMetadataKeys,
  allowInsecure: true,
}

const caller: Caller = {
  kind: 'service-account',
  id: 'robot',
  application: null,
  tenants: '*',
  permissions: new Set(['client.write.all']),
  roles: [],
  products: [],
  terraformStates: '*',
}

const keysOf = () => defaultMetadataKeys

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

const start = async (more: Partial<ApiDeps> = {}) => {
  const postgres = connect('postgres://nobody@127.0.0.1:1/none', () => undefined)
  const api = await startApi(
    {
      traces: null,
      authenticate: () => Promise.resolve(caller),
      rate: () => 0,
      examine: () => Promise.resolve(caller),
      metrics: createMetrics({
        tenants: () => Promise.resolve([]),
        sessions: () => Promise.resolve(0),
        queueIsWell: () => true,
      }),
      tenants: new Map([['acme', tenant]]),
      clients: createClients(postgres.db, keysOf),
      accept: createAccept(postgres.db, keysOf),
      changes: createChanges(postgres.db, keysOf),
      changedClients: createChangedClients(postgres.db),
      idempotency: createIdempotency(postgres.db),
      operations: createOperations(postgres.db),
      lists: createClientLists(postgres.db),
      health: createTenants(postgres.db),
      standings: createStandings(postgres.db, 1000),
      states: createStates(postgres.db, { sealing: undefined, keepVersions: null, applyWaitMs: 1000 }),
      stateLocks: createStateLocks(postgres.db, { applyWaitMs: 1000 }),
      stateIndex: createStateIndex(postgres.db, { applyWaitMs: 1000 }),
      scans: createScans(postgres.db),
      heldClients: createHeldClients(postgres.db),
      audit: createAudit(postgres.db),
      strangers: { count: () => undefined },
      callers: createCallerStore(postgres.db),
      configuredCallers: { application: [], account: [] },
      configuredUses: { of: () => Promise.resolve(new Map()) },
      notifications: { wait: (_id, ms) => sleep(ms) },
      events: createEvents(postgres.db),
      wakeUps: { count: () => 0, wait: (_since, ms) => sleep(ms) },
      queue: { wake: () => Promise.resolve(), problem: () => null },
      auth0: {
        get: () => Promise.reject(new Error('nobody should ask')),
        list: () => Promise.reject(new Error('nobody should ask')),
        readSecret: () => Promise.reject(new Error('nobody should ask')),
      },
      ping: () => postgres.pool.query('select 1').then(() => undefined),
      console: null,
      log: pino({ level: 'silent' }),
      settings: defaultSettings,
      ...more,
    },
    { host: '127.0.0.1', port: 0 },
  )
  closers.push(api.close, postgres.close)
  return api
}

const patch = async (url: string) =>
  read(
    await fetch(`${url}/v1/tenants/acme/clients/x`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: '{"productName":"x"}',
    }),
  )

describe('503 with Retry-After', () => {
  test('the database cannot be reached', async () => {
    const { url } = await start()
    const answer = await patch(url)
    expect(answer).toMatchObject({ status: 503, body: { type: '/problems/unavailable' } })
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(answer.text).not.toContain('127.0.0.1')
  })

  test('a refusal could not be recorded then: nothing is told', async () => {
    const { url } = await start({ authenticate: () => Promise.resolve({ ...caller, permissions: new Set() }) })
    expect(await patch(url)).toMatchObject({ status: 503, body: { detail: expect.stringContaining('recorded') } })
  })

  test('then the server is not ready, but alive', async () => {
    const { url } = await start()
    expect((await read(await fetch(`${url}/readyz`))).status).toBe(503)
    expect((await read(await fetch(`${url}/healthz`))).status).toBe(200)
  })

  test("the issuer's keys cannot be had", async () => {
    const { url } = await start({
      authenticate: () => Promise.reject(new IssuerUnavailable('https://issuer.test', null)),
    })
    const answer = await patch(url)
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('10')
  })
})

test('401 names every way to authenticate', async () => {
  const counted: (string | null)[][] = []
  const { url } = await start({
    strangers: { count: (...what) => void counted.push(what) },
    authenticate: () => Promise.reject(new Unauthenticated('Send credentials.')),
  })
  const answer = await patch(url)
  expect(answer).toMatchObject({ status: 401, body: { detail: 'Send credentials.' } })
  expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer .*Basic /)
  // In memory only: the storage of this server is away.
  expect(counted).toEqual([['127.0.0.1', 'unauthenticated']])
})

test('500 says nothing of the inside; the log does, without what a database error carries', async () => {
  const lines: string[] = []
  const log = pino({ level: 'info' }, { write: (line) => void lines.push(line) })
  const error = Object.assign(new Error('inside'), {
    code: '23505',
    detail: 'Key (x)=(canary)',
    parameters: ['canary'],
  })
  const { url } = await start({ log, authenticate: () => Promise.reject(error) })
  const answer = await patch(url)
  expect(answer).toMatchObject({ status: 500, body: { type: '/problems/internal' } })
  expect(answer.text).not.toContain('inside')
  const id = answer.headers.get('x-request-id') ?? 'none'
  expect(lines.find((line) => line.includes(id) && line.includes('inside'))).toBeDefined()
  expect(lines.join('')).not.toContain('canary')
})

test.each([
  { reason: 'headers that never end', head: 'GET /healthz HTTP/1.1\r\nhost: x\r\n' },
  {
    reason: 'a body that never ends',
    head: 'PATCH /v1/tenants/acme/clients/x HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{',
  },
])('408: $reason', async ({ head }) => {
  const { url } = await start({ settings: { ...defaultSettings, requestTimeoutMs: 300 } })
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = openSocket(Number(new URL(url).port), '127.0.0.1')
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString()
    })
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
    socket.write(head)
  })
  expect(answer).toMatch(/^HTTP\/1\.1 408 /)
  expect(answer).toContain('application/problem+json')
  expect(answer).toContain('"type":"/problems/request-timeout"')
})
