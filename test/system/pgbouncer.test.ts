import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { reach } from '../../adapters/postgres/servers/reach.ts'
import { lookOn } from '../api/events/support.ts'
import { nexus } from '../cli/support.ts'
import { hasPgBouncer, startPgBouncer } from '../support/postgres/pgbouncer.ts'
import { isThere } from '../support/postgres/programs.ts'
import { servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'

const withRedis = servers !== null && servers.redisUrl !== null
const here = withRedis && isThere(hasPgBouncer(), 'pgbouncer')

describe.skipIf(!here)('behind PgBouncer in transaction mode', { timeout: 60_000 }, () => {
  let stack: Stack
  let bouncer: Awaited<ReturnType<typeof startPgBouncer>>
  let through = ''
  let clientId: string

  beforeAll(async () => {
    if (servers === null) return
    // Fewer connections than a process has.
    bouncer = await startPgBouncer(servers.postgresUrl, 3)
    stack = await startStack({
      database: (directUrl) => {
        through = Object.assign(new URL(directUrl), { port: bouncer.port }).href
        return { url: through, directUrl, pooler: 'transaction' }
      },
    })
    clientId = stack.simulator.seed({ name: 'Invoices', client_metadata: { owners: '["auth0|tester"]' } })
  })
  afterAll(async () => {
    await stack.close()
    await bouncer.close()
  })

  /** What a session of the pooler's shows. */
  const shown = async (text: string): Promise<unknown[]> => {
    const client = new pg.Client({ connectionString: through })
    await client.connect()
    try {
      const answers: unknown[] = []
      for (let time = 0; time < 10; time += 1) {
        const { rows } = await client.query<Record<string, unknown>>(text)
        answers.push(Object.values(rows[0] ?? {})[0])
      }
      return [...new Set(answers)]
    } finally {
      await client.end()
    }
  }

  /** Changes a client, and answers with the status. */
  const changed = async (...change: Parameters<Stack['patch']>): Promise<number> => {
    const answer = await stack.patch(...change)
    await answer.text()
    return answer.status
  }

  test('the main job', async () => {
    const answer = await stack.patch(clientId, { callbackUrls: ['https://app.example.com/callback'] })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ callbackUrls: ['https://app.example.com/callback'] })
    expect(stack.simulator.clients.get(clientId)?.['callbacks']).toEqual(['https://app.example.com/callback'])
  })

  test('a conflict: the client has moved on', async () => {
    const before = await stack.request(`/v1/tenants/acme/clients/${clientId}`)
    await before.text()
    const headers = { 'if-match': before.headers.get('etag') ?? '' }
    expect(await changed(clientId, { applicationName: 'One' }, { headers })).toBe(200)
    expect(await changed(clientId, { applicationName: 'Two' }, { headers })).toBe(412)
  })

  test('many changes at once, more than the pooler has connections', async () => {
    const ids = Array.from({ length: 30 }, (_, index) =>
      stack.simulator.seed({ name: `App ${index}`, client_metadata: { owners: '["auth0|tester"]' } }),
    )
    const answers = await Promise.all(ids.map((id, index) => changed(id, { applicationName: `Name ${index}` })))
    expect(new Set(answers)).toEqual(new Set([200]))
    expect(ids.map((id) => stack.simulator.clients.get(id)?.['client_metadata'])).toMatchObject(
      ids.map((_, index) => ({ application_name: `Name ${index}` })),
    )
  })

  test('a page of a list', async () => {
    const as = stack.token({ permissions: ['client.read.all'] })
    const answer = await stack.request('/v1/tenants/acme/clients?text=Invoices', { as })
    expect([answer.status, await answer.json()]).toMatchObject([200, { clients: [{ id: clientId }] }])
  })

  test('nothing of a session stays behind: no setting, no prepared statement, no lock', async () => {
    expect(await shown('show jit')).toEqual(['on'])
    expect(await shown('show statement_timeout')).toEqual(['0'])
    expect(await shown('show enable_seqscan')).toEqual(['on'])
    expect(await shown('select count(*)::int from pg_prepared_statements')).toEqual([0])
    // The worker's transactions take locks meanwhile, and give them back at their end: only a session's own lock outlives one.
    expect(
      await shown(`select count(*)::int from pg_locks join pg_stat_activity using (pid)
        where locktype = 'advisory' and state = 'idle' and datname = current_database()`),
    ).toEqual([0])
  })

  test('doctor and migrate go past the pooler where they have to', async () => {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-pooled-'))
    const file = path.join(directory, 'nexus.yaml')
    try {
      await writeFile(file, stack.configurationText)
      const migrated = await nexus(['migrate', '--config', file])
      expect([migrated.code, migrated.stderr]).toEqual([0, ''])
      const { stdout } = await nexus(['doctor', '--config', file])
      expect(stdout).toMatch(/^ok {4}database pooler +transaction: /m)
      expect(stdout).toMatch(
        /^ok {4}database\.directUrl +postgres:\/\/127\.0\.0\.1:\d+\/test_\w+, for LISTEN and migrations/m,
      )
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  })

  test('without the setting it is said which one is missing', async () => {
    await expect(reach(through, 'database.url')).rejects.toThrow(
      /takes no settings of a session.*database\.pooler: transaction/,
    )
    await expect(reach(through, 'database.url', false)).resolves.toBeUndefined()
  })

  test('events, as they happen', async () => {
    const reader = await lookOn(stack)
    await changed(clientId, { applicationName: 'Heard' })
    await expect.poll(() => reader.events().length, { timeout: 5000 }).toBeGreaterThan(0)
    reader.close()
  })
})
