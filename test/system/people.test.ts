import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { keptAboutPeople, nothingAboutPeople, tablesWithPeople } from '../../domain/access/people.ts'
import { keptAbout } from '../../adapters/postgres/people.ts'
import type { KeptRowOf } from '../../adapters/postgres/people.ts'
import { connect } from '../../adapters/postgres/database/connect.ts'
import { servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'
import { backendOf, lockOf, stateKey, stateText } from '../terraform/support.ts'

describe.skipIf(servers === null)('what is kept about people', () => {
  let stack: Stack
  let id: string
  beforeAll(async () => {
    stack = await startStack({ file: { terraform: { stateKeys: [stateKey] } } })
    id = stack.simulator.seed({
      name: 'Ours',
      client_metadata: { owners: '["auth0|tester"]', product_name: 'Billing' },
    })
    stack.simulator.seed({ name: 'Theirs', client_metadata: { owners: '["auth0|tester2"]' } })
  })
  afterAll(() => stack.close())

  const about = async (person: string): Promise<KeptRowOf[]> => {
    const postgres = connect(stack.databaseUrl, () => undefined, { size: 1 })
    try {
      return await Array.fromAsync(keptAbout(postgres.db, person))
    } finally {
      await postgres.close()
    }
  }

  test('every column that could hold it is told of, or said to hold none; and all of these are there', async () => {
    const columns = await stack.query<{ table: string; column: string }>(`
      select table_name as table, column_name as column from information_schema.columns
      where table_schema = 'nexus' and data_type in ('text', 'character varying', 'ARRAY', 'jsonb', 'json', 'inet', 'bytea')
    `)
    const found = columns.map(({ table, column }) => `${table}.${column}`).toSorted()
    const named = [
      ...Object.entries(nothingAboutPeople),
      ...tablesWithPeople.map((table) => [table, keptAboutPeople[table].columns] as const),
    ].flatMap(([table, names]) => names.map((name) => `${table}.${name}`))
    expect(named.toSorted()).toEqual(found)
  })

  test('is found by the id of somebody, in every table, and nobody else’s with it', async () => {
    const owners = { owners: ['auth0|tester', 'auth0|ann'] }
    const admin = stack.token({
      sub: 'auth0|ann',
      permissions: ['client.write.all', 'terraform.adopt', 'tenant.admin'],
    })
    const patched = await stack.patch(id, owners, {
      as: admin,
      headers: { 'idempotency-key': 'a-key', prefer: 'wait=20' },
    })
    expect(patched.status).toBe(200)
    const created = await stack.request('/v1/admin/applications', {
      method: 'POST',
      as: admin,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'of-ann', tenants: ['acme'], permissions: ['client.read'] }),
    })
    expect(created.status).toBe(201)
    const list = await stack.request('/v1/tenants/acme/clients', {
      method: 'PATCH',
      as: admin,
      headers: { 'content-type': 'application/json', prefer: 'wait=20' },
      body: JSON.stringify([{ id, patch: { applicationName: 'Ours' } }]),
    })
    expect(list.ok).toBe(true)
    const by = stack.token({ sub: 'auth0|ann', permissions: ['terraform.state'] })
    const backend = backendOf(stack, 'main')
    await backend.post(stateText(1), { as: by })
    await backend.lock(lockOf('ours'), { as: by })
    const tables = new Set((await about('auth0|ann')).map(({ table }) => table))
    for (const table of [
      'audit',
      'changes',
      'clients',
      'client_listings',
      'idempotency_keys',
      'operations',
      'operation_elements',
      'application_tokens',
      'terraform_states',
      'terraform_state_versions',
    ])
      expect([...tables]).toContain(table)
    const clients = (await about('auth0|tester')).filter(({ table }) => table === 'clients')
    expect(clients.map(({ row }) => row['client_id'])).toEqual([id])
    expect((await about('auth0|tes')).length).toBe(0)
  })

  test('leaves out secrets and what is encrypted', async () => {
    const told = JSON.stringify(await about('auth0|ann'))
    expect(told).toContain('"application_tokens"')
    for (const name of ['secret_hash', 'previous_hash', 'sealed', 'id_hash']) expect(told).not.toContain(`"${name}"`)
  })
})
