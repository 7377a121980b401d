import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../simulator/json.ts'

const program = new URL('../../simulator/conformance/main.ts', import.meta.url).pathname
const recordings = new URL('../../../shared/recordings/given', import.meta.url).pathname

const conformance = (...parameters: string[]): Promise<{ code: number; output: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [program, ...parameters], (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr })
    })
  })

const client = { client_id: 'recordedId', name: 'Shop', callbacks: ['https://a.example.com'], jwt_configuration: {} }

type Answer = {
  status: number
  body: JsonObject | null
  headers?: Record<string, string>
  lossy?: boolean
  lost?: string
}

/** A cassette with one GET, then one PATCH of a client that was there before. */
const cassette = (patched: Answer, more: JsonObject[] = []) => ({
  origin: { sdk: ['Go-Auth0/1.32.1'] },
  interactions: [
    {
      sequence: 0,
      request: { method: 'GET', path: '/api/v2/clients/recordedId', query: {} },
      response: { status: 200, body: client, lossy: true },
    },
    {
      sequence: 1,
      request: { method: 'PATCH', path: '/api/v2/clients/recordedId', query: {}, body: { name: 'Store' } },
      response: { lossy: true, ...patched },
    },
    ...more,
  ],
})

const inDirectory = async (content: unknown): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'simulator-conformance-'))
  await writeFile(join(directory, 'one.json'), typeof content === 'string' ? content : JSON.stringify(content))
  return directory
}

describe('npm run conformance', () => {
  test.skipIf(!existsSync(recordings))(
    `agrees with every recording (skipped where ${recordings} is not there)`,
    async () => {
      const { code, output } = await conformance(recordings)
      expect(output).toMatch(/conformance: (\d+) of \1 interactions agree\n$/)
      expect(code).toBe(0)
    },
  )

  test('agrees with what the simulator does', async () => {
    const { code, output } = await conformance(
      await inDirectory(cassette({ status: 200, body: { ...client, name: 'Store' } })),
    )
    expect({ code, output }).toEqual({ code: 0, output: 'conformance: 2 of 2 interactions agree\n' })
  })

  const differing: { reason: string; patched: Answer; says: string }[] = [
    {
      reason: 'another value',
      patched: { status: 200, body: { ...client, name: 'Shop' } },
      says: '$.name expected "Shop", actual "Store"',
    },
    {
      reason: 'a member that we lack',
      patched: { status: 200, body: { ...client, name: 'Store', sso: true } },
      says: '$.sso expected true, actual (absent)',
    },
    {
      reason: 'a member that we have and the SDK knows',
      patched: { status: 200, body: { client_id: 'recordedId', name: 'Store', jwt_configuration: {} } },
      says: '$.callbacks expected (absent), actual ["https://a.example.com"]',
    },
    {
      reason: 'another status',
      patched: { status: 400, body: null, lost: 'lost' },
      says: 'status expected 400, actual 200',
    },
    {
      reason: 'another content type',
      patched: { status: 200, body: { ...client, name: 'Store' }, headers: { 'content-type': 'text/html' } },
      says: 'content-type expected text/html, actual application/json; charset=utf-8',
    },
    {
      reason: 'another length than that of a body that the recorder lost',
      patched: { status: 200, body: null, lost: 'it had 3 bytes' },
      says: 'length of the lost body expected 3, actual ',
    },
  ]

  test.each(differing)('tells $reason', async ({ patched, says }) => {
    const { code, output } = await conformance(await inDirectory(cassette(patched)))
    expect(output).toContain(`one #1 PATCH /api/v2/clients/recordedId: ${says}`)
    expect(output).toContain('conformance: 1 of 2 interactions agree')
    expect(code).toBe(1)
  })

  test('leaves out what is not about clients, and says so', async () => {
    const other = {
      sequence: 2,
      request: { method: 'GET', path: '/api/v2/roles', query: {} },
      response: { status: 200, body: [] },
    }
    const { code, output } = await conformance(
      await inDirectory(cassette({ status: 200, body: { ...client, name: 'Store' } }, [other])),
    )
    expect(output).toBe(
      'left out: 1, outside /api/v2/clients and its credentials\nconformance: 2 of 2 interactions agree\n',
    )
    expect(code).toBe(0)
  })

  const exchange = (sequence: number, method: string, path: string, body: JsonObject | null, answer: Answer) => ({
    sequence,
    request: { method, path: `/api/v2/clients${path}`, query: {}, body },
    response: { lossy: true, ...answer },
  })
  const guest = { name: 'Guest', is_first_party: false }
  const strict = {
    ...guest,
    client_id: 'tpc_1',
    is_token_endpoint_ip_header_trusted: false,
    oidc_conformant: true,
    sso_disabled: false,
    cross_origin_authentication: false,
    custom_login_page_on: true,
    grant_types: ['authorization_code'],
    jwt_configuration: { secret_encoded: false, alg: 'RS256', lifetime_in_seconds: 3600 },
    refresh_token: {
      rotation_type: 'non-rotating',
      expiration_type: 'expiring',
      leeway: 0,
      token_lifetime: 2592000,
      idle_token_lifetime: 1296000,
      infinite_token_lifetime: true,
      infinite_idle_token_lifetime: false,
    },
    third_party_security_mode: 'strict',
    redirection_policy: 'open_redirect_protection',
  }

  test.each<{ reason: string; interactions: object[] }>([
    {
      reason: 'a tenant that is strict, and a caller who does not see secrets',
      interactions: [
        exchange(0, 'POST', '', guest, { status: 201, body: strict }),
        exchange(1, 'GET', '/tpc_1', null, { status: 200, body: strict }),
      ],
    },
    {
      reason: 'a caller who sees them',
      interactions: [exchange(0, 'POST', '', guest, { status: 201, body: { ...strict, client_secret: '[secret:1]' } })],
    },
    {
      reason: 'a client that another path created',
      interactions: [
        exchange(
          0,
          'POST',
          '/cimd/register',
          { external_client_id: 'https://a.example.com/c.json' },
          {
            status: 201,
            body: { client_id: 'tpc_1' },
          },
        ),
        exchange(1, 'PATCH', '/tpc_1', { description: 'x' }, { status: 200, body: { ...strict, description: 'x' } }),
      ],
    },
    {
      reason: 'the subject of a certificate that no recording keeps',
      interactions: [
        exchange(0, 'GET', '/tpc_1', null, { status: 200, body: strict }),
        exchange(
          1,
          'POST',
          '/tpc_1/credentials',
          { credential_type: 'cert_subject_dn', pem: '[pem:1]' },
          {
            status: 201,
            body: {
              id: 'cred_1',
              credential_type: 'cert_subject_dn',
              subject_dn: 'C=CH\nST=Zurich\nO=Acme\\, Inc.\nemailAddress=[email:1]\nCN=shop.example.com',
              created_at: '2026-01-01T00:00:00.000Z',
              updated_at: '2026-01-01T00:00:00.000Z',
            },
          },
        ),
      ],
    },
  ])('finds out from the answers: $reason', async ({ interactions }) => {
    const { code, output } = await conformance(
      await inDirectory({ origin: { sdk: ['Go-Auth0/1.46.0'] }, interactions }),
    )
    expect(output).toMatch(/conformance: (\d+) of \1 interactions agree\n$/)
    expect(code).toBe(0)
  })

  test('begins with the state that a cassette says', async () => {
    const [, patch] = cassette({ status: 200, body: { ...client, name: 'Store' } }).interactions
    const { code } = await conformance(
      await inDirectory({
        origin: {},
        seed: { recordedId: client },
        interactions: [{ ...patch, response: { status: 200, body: { ...client, name: 'Store' }, lossy: true } }],
      }),
    )
    expect(code).toBe(0)
  })

  test.each([
    {
      reason: 'a missing directory',
      directory: () => Promise.resolve('/no/such/directory'),
      says: 'there is no such directory',
    },
    {
      reason: 'a directory without cassettes',
      directory: () => mkdtemp(join(tmpdir(), 'simulator-empty-')),
      says: 'no cassettes',
    },
    { reason: 'what is not JSON', directory: () => inDirectory('{'), says: 'one.json is not JSON' },
    {
      reason: 'what is no cassette',
      directory: () => inDirectory({ interactions: [{}] }),
      says: 'one.json is not a cassette',
    },
  ])('refuses $reason', async ({ directory, says }) => {
    const { code, output } = await conformance(await directory())
    expect(output).toContain(says)
    expect(code).toBe(2)
  })

  test('explains itself', async () => {
    expect(await conformance('--help')).toMatchObject({
      code: 0,
      output: expect.stringContaining('usage: npm run conformance -- DIR'),
    })
  })
})
