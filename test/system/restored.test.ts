import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createHttp } from '../../adapters/http/http.ts'
import { connect } from '../../adapters/postgres/database/connect.ts'
import { letGoRestored, restoredTenants, stopRestored } from '../../adapters/postgres/tenants/restored.ts'
import { createTenants } from '../../adapters/postgres/tenants/tenants.ts'
import { examine } from '../../cli/doctor/examine.ts'
import { createAfterRestore } from '../../process/after-restore.ts'
import { read } from '../api/support.ts'
import { emptyDirectory, nexus } from '../cli/support.ts'
import { servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'
import { makeScanDue } from '../worker/scans.ts'

const actor = { kind: 'operator', id: 'tester', application: null } as const
const actorRow = { actor_id: actor.id }

describe.skipIf(servers === null)('a database that was restored from a dump', () => {
  let stack: Stack
  let id: string
  const admin = () => stack.token({ permissions: ['tenant.admin', 'client.write.all', 'client.read.all'] })
  const ask = async (method: string, below: string, headers: Record<string, string> = {}) =>
    read(await stack.request(`/v1/tenants/acme${below}`, { method, as: admin(), headers }))
  const change = (url: string, wait = 20) =>
    stack.patch(
      id,
      { callbackUrls: [`https://${url}.example.com/`] },
      { as: admin(), headers: { prefer: `wait=${wait}` } },
    )
  const held = (): unknown => stack.simulator.clients.get(id)?.['callbacks']
  const standing = () =>
    stack.query<{ paused: boolean; restored: boolean; forgotten: number }>(
      `select paused_at is not null as paused, restored_at is not null as restored, forgotten_events::int as forgotten
       from nexus.tenants`,
    )
  /** What of a dump is restored: the rows as they were, in a database that is another one. */
  const dumped: { clients: Record<string, unknown>[]; changes: Record<string, unknown>[] } = {
    clients: [],
    changes: [],
  }

  beforeAll(async () => {
    stack = await startStack({ tenant: { driftPolicy: 'revert' } })
    id = stack.simulator.seed({ name: 'Ours', client_metadata: { owners: '["auth0|tester"]' } })
  })
  afterAll(() => stack.close())

  test('is the same one after a start, and after another', async () => {
    expect((await change('first')).status).toBe(200)
    expect((await change('second')).status).toBe(200)
    await stack.stop()
    await stack.start()
    expect(
      await stack.query(
        'select count(*)::int as count, min(length(identity)) > 8 as told from nexus.database_identity',
      ),
    ).toEqual([{ count: 1, told: true }])
    expect(await standing()).toMatchObject([{ paused: false, restored: false }])
  })

  test('is noticed at the first start: nothing is put back, and nobody can resume the tenant', async () => {
    Object.assign(dumped, {
      clients: await stack.query('select client_id, base, observed from nexus.clients'),
      changes: await stack.query('select id from nexus.changes'),
    })
    // Somebody goes back to the older value, which Nexus would take for the late write of a former process.
    expect((await change('first')).status).toBe(200)
    await stack.stop()
    await stack.query(`delete from nexus.changes where not id = any($1::uuid[])`, [
      dumped.changes.map((row) => row['id']),
    ])
    for (const { client_id, base, observed } of dumped.clients)
      await stack.query(
        `update nexus.clients set base = $2, observed = $3, generation = 2, settled_generation = 2 where client_id = $1`,
        [client_id, JSON.stringify(base), JSON.stringify(observed)],
      )
    await stack.query(`update nexus.database_identity set identity = 'of another server'`)
    await stack.query(`update nexus.tenants set next_scan_at = now()`)
    stack.simulator.resetStats()
    await stack.start()
    const [tenant] = await standing()
    expect(tenant).toMatchObject({ paused: true, restored: true })
    expect(tenant?.forgotten).toBeGreaterThan(1_000_000)
    expect(stack.logLines().join('\n')).toContain('the database was restored from a dump')
    const resumed = await ask('POST', '/resume')
    expect({ status: resumed.status, type: resumed.body['type'] }).toEqual({
      status: 409,
      type: '/problems/not-compared',
    })
    expect((await ask('GET', '')).body).toMatchObject({ pausedBy: { kind: 'policy', id: 'restore' } })
    const found = await examine(stack.configuration, createHttp({}))
    expect(found).toContainEqual(
      expect.objectContaining({ about: 'tenant acme', level: 'warn', remedy: 'Run nexus after-restore.' }),
    )
    expect((await change('waits', 1)).status).toBe(202)
    expect(stack.simulator.stats.writes).toEqual([])
  })

  test('is compared, and brought up to Auth0; then it goes on, and has overwritten nothing', async () => {
    const postgres = connect(stack.databaseUrl, () => undefined, { size: 2 })
    try {
      const [tenant] = stack.configuration.tenants
      if (tenant === undefined) throw new Error('There is a tenant.')
      const after = createAfterRestore(postgres.db, stack.configuration, actor)
      expect(await restoredTenants(postgres.db)).toEqual([{ tenantId: 'acme', pausedBefore: false }])
      const compared = await after.compare(tenant)
      expect(compared.clients.map(({ id: client, waited }) => [client, waited.map(({ fate }) => fate)])).toEqual([
        [id, ['overtaken']],
      ])
      expect(await standing()).toMatchObject([{ paused: true, restored: true }])
      await after.settle(tenant, { waiting: 'send', pausedBefore: false })
      expect(await restoredTenants(postgres.db)).toEqual([])
    } finally {
      await postgres.close()
    }
    await vi.waitFor(async () => {
      const { body } = await ask('POST', '/scan', { prefer: 'wait=10' })
      expect(body['status']).toBe('complete')
    }, 30_000)
    expect(stack.simulator.stats.writes).toEqual([])
    expect(held()).toEqual(['https://first.example.com/'])
    const { body } = await ask('GET', `/clients/${id}/changes`)
    expect(body['changes']).toMatchObject([
      { status: 'applied', author: { kind: 'policy', id: 'restore' } },
      { status: 'withdrawn' },
      { status: 'applied' },
      { status: 'applied' },
    ])
    const audit = await stack.query(
      `select action, actor_id from nexus.audit where actor_kind = 'operator' order by action`,
    )
    expect(audit).toEqual([
      { action: 'change.withdraw', actor_id: 'tester' },
      { action: 'resume', actor_id: 'tester' },
      { action: 'sync.accept', actor_id: 'tester' },
    ])
    expect((await change('after')).status).toBe(200)
    expect(held()).toEqual(['https://after.example.com/'])
  })

  test('is not stopped without a record of it', async () => {
    const postgres = connect(stack.databaseUrl, () => undefined, { size: 2 })
    const paused = () =>
      stack.query(`select actor_id from nexus.audit where action = 'pause' and actor_kind = 'operator'`)
    try {
      await stack.query('alter table nexus.audit rename to audit_elsewhere')
      await expect(stopRestored(postgres.db, actor)).rejects.toThrow('The audit cannot be written.')
      await stack.query('alter table nexus.audit_elsewhere rename to audit')
      expect([await standing(), await paused()]).toMatchObject([[{ paused: false, restored: false }], []])

      expect(await stopRestored(postgres.db, actor)).toEqual(['acme'])
      expect([await standing(), await paused()]).toMatchObject([[{ paused: true, restored: true }], [actorRow]])
      await letGoRestored(postgres.db, 'acme')
      await createTenants(postgres.db).pause('acme', false)
    } finally {
      await postgres.close()
    }
  })

  describe('that Nexus cannot notice', () => {
    const folder = emptyDirectory()
    const command = async (...args: readonly string[]) => {
      const file = join(folder, 'nexus.yaml')
      const { httpUrl, credential } = stack.simulator
      writeFileSync(
        file,
        JSON.stringify({
          database: { url: stack.databaseUrl },
          tenants: [{ id: 'acme', domain: httpUrl, allowInsecure: true, credential, plan: 'none' }],
        }),
      )
      const { code, stdout, stderr } = await nexus(['after-restore', '--config', file, ...args])
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      return stdout
    }

    test('is stopped by an operator, compared, and settled', async () => {
      expect(await command()).toContain('No tenant waits for a comparison.')
      expect(await command('--pause')).toContain('Nothing in acme is newer than the backup.')
      expect(await standing()).toMatchObject([{ paused: true, restored: true }])
      expect((await ask('POST', '/resume')).status).toBe(409)
      expect(await command('acme', '--settle', '--yes')).toContain('acme is settled and resumed.')
      expect(await standing()).toMatchObject([{ paused: false, restored: false }])
    })

    test('stays paused where it was so before', async () => {
      expect((await ask('POST', '/pause')).status).toBe(204)
      expect(await command('--pause', '--settle', '--yes')).toContain(
        'acme is settled, and paused as it was in the backup.',
      )
      expect(await standing()).toMatchObject([{ paused: true, restored: false }])
      expect((await ask('POST', '/resume')).status).toBe(204)
    })
  })

  test('without that, it would have overwritten what came later', async () => {
    await stack.query(`update nexus.clients set base = base || '{"callbackUrls": ["https://second.example.com/"]}'`)
    await makeScanDue(stack)
    await vi.waitFor(() => expect(held()).toEqual(['https://second.example.com/']), 20_000)
  })
})
