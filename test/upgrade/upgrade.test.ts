import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { hashPassword } from '../../adapters/credentials/passwords.ts'
import { connect } from '../../adapters/postgres/database/connect.ts'
import { migrate } from '../../adapters/postgres/database/migrate.ts'
import type { JsonObject } from '../../simulator/json.ts'
import { startSimulator } from '../../simulator/main.ts'
import type { Simulator } from '../../simulator/main.ts'
import { pathOf, read } from '../api/support.ts'
import { createDatabase, servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'
import { backendOf, stateText, managedClient } from '../terraform/support.ts'
import { everyRow, loadDatabase } from './old-database.ts'

/** Clients of the database are called by a word, filled up to the length of a client id. */
const idOf = (word: string): string => word.padEnd(32, '0')
const callback = (word: string): string => `https://${word}.example.com/callback`

/** What was handed out when the database was made. */
const issued = {
  password: 'nxs_Vnd_bEi4NVRiz_vhzogzRVNnZBrH6eQCsURtncRNIeI',
  token: 'nxa_nusdS1tTOLgXer0xH3znjp9u6VujeXfnNnmUXTU2LI8',
  stateKey: Buffer.alloc(32, 5).toString('base64'),
  lockId: '4f1f1b6e-0000-4000-8000-000000000001',
} as const

describe.skipIf(servers === null)('the migrations over a database of 0.1.0', () => {
  test('keep every value of every row', async () => {
    if (servers === null) throw new Error('There are no servers for this run.')
    const database = await createDatabase(servers)
    onTestFinished(database.drop)
    await loadDatabase(database.url)
    const before = await everyRow(database.url)
    const postgres = connect(database.url, () => undefined, { size: 1 })
    onTestFinished(postgres.close)
    await migrate(postgres.db)
    const after = await everyRow(database.url)
    // A migration may add columns, and move rows: what the old columns hold stays.
    for (const [table, rows] of Object.entries(before)) {
      const columns = Object.keys(rows[0] ?? {})
      const texts = (of: readonly Record<string, unknown>[] = []) =>
        of.map((row) => `${table} ${JSON.stringify(columns.map((column) => row[column]))}`).toSorted()
      expect(texts(after[table])).toEqual(texts(rows))
    }
    expect(before['changes']).toHaveLength(15)
  })
})

describe.skipIf(servers === null)('Nexus over a database of 0.1.0', () => {
  let stack: Stack
  /** Another issuer of the tenant's, which had no prefix when the database was made. */
  let partners: Simulator
  const pipeline = { authorization: `Basic ${btoa('pipeline:pipeline-password')}` }
  const ann = () => stack.token({ sub: 'auth0|ann', permissions: ['client.read', 'client.write'] })
  const admin = () => stack.token({ sub: 'auth0|admin', permissions: ['tenant.admin', 'client.write.all'] })
  /** What Auth0 held when the database was made. */
  const seed = async (): Promise<void> => {
    const rows = await stack.query<{ client_id: string; observed: JsonObject }>(
      'select client_id, observed from nexus.clients',
    )
    for (const { client_id: id, observed } of rows) stack.simulator.seed({ ...observed, client_id: id })
  }
  const held = (word: string) => stack.simulator.clients.get(idOf(word))
  const changesOf = (word: string) =>
    stack.query<{ status: string; author: { id: string } }>(
      'select status, author from nexus.changes where client_id = $1 order by generation',
      [idOf(word)],
    )
  const settled = async (): Promise<void> => {
    const waiting = 'select client_id from nexus.clients where generation > settled_generation and paused_at is null'
    await expect.poll(() => stack.query(waiting), { timeout: 20_000 }).toEqual([])
  }

  beforeAll(async () => {
    partners = await startSimulator({})
    stack = await startStack({
      fill: loadDatabase,
      otherIssuers: [
        {
          issuer: partners.issuer,
          audience: 'urn:nexus',
          allowInsecure: true,
          prefix: 'partner:',
          tenants: ['acme'],
        },
      ],
      tenant: { scanInterval: '24h', freshness: '24h', terraformStates: ['main'] },
      file: {
        terraform: { stateKeys: [issued.stateKey] },
        worker: { httpTimeout: '2s' },
        serviceAccounts: [
          {
            name: 'pipeline',
            passwordHash: await hashPassword('pipeline-password'),
            permissions: ['terraform.state', 'client.write.all'],
            tenants: ['acme'],
          },
          {
            name: 'other-pipeline',
            passwordHash: await hashPassword('other-password'),
            permissions: ['terraform.state'],
            tenants: ['acme'],
          },
        ],
      },
    })
    await seed()
  })
  afterAll(async () => {
    await stack.close()
    await partners.close()
  })

  test('the same key gets the same answer again, one that was in flight what came of it', async () => {
    const kept = await read(
      await stack.patch(
        idOf('applied'),
        { callbackUrls: [callback('applied')] },
        { as: ann(), headers: { 'idempotency-key': 'kept-0001' } },
      ),
    )
    expect(kept.status).toBe(200)
    expect(kept.headers.get('nexus-replayed')).toBe('true')
    expect(kept.body).toMatchObject({ id: idOf('applied'), callbackUrls: [callback('applied')] })
    const other = await stack.patch(
      idOf('applied'),
      { callbackUrls: [callback('another')] },
      { as: ann(), headers: { 'idempotency-key': 'kept-0001' } },
    )
    expect(other.status).toBe(422)
    await other.text()
    expect(await changesOf('applied')).toHaveLength(1)
  })

  test("what several issuers' users left belongs to the first issuer's", async () => {
    const ben = { sub: 'auth0|ben', permissions: ['client.read', 'client.write'], roles: ['team-a'] }
    const repeat = (as: string) =>
      stack.patch(
        idOf('partner'),
        { callbackUrls: [callback('partner')] },
        { as, headers: { 'idempotency-key': 'partner-0001' } },
      )
    const own = await read(await repeat(stack.token(ben)))
    expect([own.status, own.headers.get('nexus-replayed')]).toEqual([200, 'true'])
    // The same words from the other issuer are somebody else, with roles of their own.
    const other = await read(await repeat(partners.issueUserToken(ben)))
    expect([other.status, other.headers.get('nexus-replayed')]).toEqual([403, null])
    expect(await changesOf('partner')).toHaveLength(1)
  })

  test('the lock holds, its holder ends it, and the state reads as it was written', async () => {
    const main = backendOf(stack, 'main')
    expect((await main.lock({ ID: 'another', Operation: 'OperationTypeApply' })).status).toBe(423)
    const state = await main.get()
    expect(state.text).toContain(idOf('managed'))
    expect(state.body).toMatchObject({ serial: 2, lineage: 'lineage-1' })
    // The pipeline that holds it finishes its apply.
    const post = await main.post(stateText(3, [managedClient(idOf('managed'), { name: 'managed' })]), {
      query: `?ID=${issued.lockId}`,
      headers: pipeline,
    })
    expect(post.status).toBe(200)
    expect((await main.unlock({ ID: issued.lockId }, { headers: pipeline })).status).toBe(200)
    expect((await main.rows()).lock).toBeNull()
  })

  test('what waited is applied once the tenant goes on; what was refused or withdrawn stays so', async () => {
    expect(held('pending')).not.toMatchObject({ callbacks: [callback('pending')] })
    const resumed = await stack.request('/v1/tenants/acme/resume', { method: 'POST', as: admin() })
    expect(resumed.status).toBeLessThan(300)
    await settled()
    expect(held('pending')).toMatchObject({
      callbacks: [callback('pending')],
      allowed_logout_urls: ['https://pending.example.com/bye'],
      client_metadata: { product_name: 'Billing' },
    })
    for (const word of ['open', 'bulk1', 'bulk2']) {
      expect(held(word)).toMatchObject({ callbacks: [callback(word)] })
      expect((await changesOf(word)).map(({ status }) => status)).toEqual(['applied'])
    }
    expect((await changesOf('refused')).map(({ status }) => status)).toEqual(['rejected'])
    expect((await changesOf('withdrawn')).map(({ status }) => status)).toEqual(['applied', 'withdrawn'])
    expect((await changesOf('paused')).map(({ status }) => status)).toEqual(['accepted'])
    await stack.request(`${pathOf(idOf('paused'))}/resume`, { method: 'POST', as: admin() })
    await settled()
    await expect.poll(() => held('paused'), { timeout: 10_000 }).toMatchObject({ callbacks: [callback('paused')] })
  })

  test('a password and a token that were issued are good', async () => {
    const byPassword = await stack.request(pathOf(idOf('untouched')), {
      headers: { authorization: `Basic ${btoa(`issued-account:${issued.password}`)}` },
    })
    expect(byPassword.status).toBe(200)
    await byPassword.text()
    const byToken = await stack.request(pathOf(idOf('untouched')), {
      as: ann(),
      headers: { 'x-application-token': issued.token },
    })
    expect(byToken.status).toBe(200)
    await byToken.text()
  })

  test('a drift that was known is known, and an adoption that was asked for is waited for', async () => {
    const drifted = await read(await stack.request(`${pathOf(idOf('drifted'))}/sync`, { as: ann() }))
    expect(drifted.body).toMatchObject({ drift: [{ field: 'callbackUrls' }] })
    const snapshot = await stack.query('select client_id, kind from nexus.terraform_requests')
    expect(snapshot).toEqual([{ client_id: idOf('adopted'), kind: 'adopt' }])
  })

  test('every record of the audit is there, and new ones are added', async () => {
    const [row] = await stack.query<{ old: number; all: number }>(
      'select count(*) filter (where id <= 25)::int as old, count(*)::int as all from nexus.audit',
    )
    expect(row?.old).toBe(25)
    expect(row?.all).toBeGreaterThan(25)
  })
})
