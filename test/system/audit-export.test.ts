import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nexus } from '../cli/support.ts'
import { servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'

const many = 25_000

describe.skipIf(servers === null)('nexus audit export', () => {
  let stack: Stack
  let folder: string
  let config: string
  beforeAll(async () => {
    // Without a worker, which forgets what is older than records are kept.
    stack = await startStack({ twoRoles: true, roles: { api: true, worker: false } })
    await stack.query(
      `insert into nexus.audit (at, tenant_id, actor_kind, actor_id, action, target, outcome, reason)
       select timestamptz '2026-01-01Z' + make_interval(secs => n / 10), 'acme', 'user', 'auth0|' || n % 7, 'client.patch',
              'client' || n % 100, case when n % 5 = 0 then 'refused' else 'accepted' end, null
       from generate_series(1, $1::int) n`,
      [many],
    )
    await stack.query(
      "insert into nexus.audit (action, outcome, reason) values ('tenant.read', 'refused', 'unauthenticated')",
    )
    await stack.query("insert into nexus.audit (tenant_id, action, outcome) values ('former', 'pause', 'accepted')")
    folder = await mkdtemp(path.join(os.tmpdir(), 'nexus-export-'))
    config = path.join(folder, 'nexus.yaml')
    await writeFile(config, stack.configurationText)
  })
  afterAll(async () => {
    await stack.close()
    await rm(folder, { recursive: true })
  })

  const exported = async (...args: string[]) => {
    const { code, stdout, stderr } = await nexus(['audit', 'export', ...args, '--config', config])
    const lines = stdout.split('\n').filter((line) => line !== '')
    return { code, stderr, lines }
  }

  test('every record once, in the order of time, as lines of JSON; how many there were goes to standard error', async () => {
    const { code, lines, stderr } = await exported('acme')
    expect(code).toBe(0)
    expect(stderr).toMatch(new RegExp(`(^|\\n)${many} records\\.\\n$`))
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is in it is what the test looks at
    const records = lines.map((line) => JSON.parse(line) as { id: number; at: string; tenantId: string })
    expect(new Set(records.map(({ id }) => id)).size).toBe(many)
    const times = records.map(({ at }) => at)
    expect(times).toEqual(times.toSorted())
    expect(records[0]).toMatchObject({ at: '2026-01-01T00:00:00.000000Z', tenantId: 'acme' })
  })

  test.each([
    { reason: 'a day', args: ['--since', '2026-01-01', '--until', '2026-01-02'], count: many },
    { reason: 'from then on', args: ['--since', '2026-01-01T00:41:40Z'], count: 1 },
    { reason: 'before then', args: ['--until', '2026-01-01T01:00:01+01:00'], count: 9 },
    { reason: 'somebody', args: ['--actor', 'auth0|0'], count: 3571 },
    { reason: 'what was refused', args: ['--outcome', 'refused'], count: 5000 },
    { reason: 'one client', args: ['--target', 'client7', '--outcome', 'accepted'], count: 250 },
    { reason: 'what nobody did', args: ['--action', 'pause'], count: 0 },
  ])('$reason', async ({ args, count }) => {
    const { code, lines } = await exported('acme', ...args)
    expect({ code, count: lines.length }).toEqual({ code: 0, count })
  })

  test('without a tenant: the records of all, and of none', async () => {
    expect((await exported()).lines).toHaveLength(many + 2)
  })

  test('a tenant that is no longer configured still has its records; one that never was has none', async () => {
    expect((await exported('former')).lines).toHaveLength(1)
    const { code, stderr } = await exported('typo')
    expect(code).toBe(66)
    expect(stderr).toContain('There is no tenant typo')
  })

  test.each([
    { args: ['--since', 'yesterday'], says: 'a day (in UTC) such as 2026-01-31' },
    { args: ['--action', 'client.eat'], says: 'client.patch' },
    { args: ['--outcome', 'maybe'], says: 'accepted or refused' },
  ])('$args is refused, with what could be given', async ({ args, says }) => {
    const { code, stderr } = await exported('acme', ...args)
    expect(code).toBe(64)
    expect(stderr).toContain(says)
  })

  test('who reads no further ends it in order', async () => {
    const { stdout } = await nexus(
      ['-c', `"${process.execPath}" cli/nexus.mjs audit export acme --config "${config}" | head -n 3`],
      {
        node: 'sh',
        script: '-e',
      },
    )
    expect(stdout.trim().split('\n')).toHaveLength(3)
  })

  test('`nexus pause` is recorded, with who sat at the terminal', async () => {
    await nexus(['pause', 'acme', '--config', config])
    await nexus(['resume', 'acme', '--config', config])
    const rows = await stack.query(
      "select actor_kind, actor_id, action from nexus.audit where actor_kind = 'operator' order by id",
    )
    const actor_id = `${os.userInfo().username}@${os.hostname()}`
    expect(rows).toEqual([
      { actor_kind: 'operator', actor_id, action: 'pause' },
      { actor_kind: 'operator', actor_id, action: 'resume' },
    ])
  })
})
