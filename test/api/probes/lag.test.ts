import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { seedClient } from '../support.ts'

/** What keeps a change waiting, as rows have it, and how it is taken away again. */
const causes: readonly { readonly cause: string; readonly begins: string; readonly ends: string }[] = [
  { cause: 'the client is paused', begins: 'clients set paused_at = now()', ends: 'clients set paused_at = null' },
  {
    cause: 'the client fails again and again',
    begins: 'clients set stalled_at = now()',
    ends: 'clients set stalled_at = null',
  },
  { cause: 'the tenant is paused', begins: 'tenants set paused_at = now()', ends: 'tenants set paused_at = null' },
  { cause: 'the tenant is held', begins: 'tenants set held_at = now()', ends: 'tenants set held_at = null' },
  {
    cause: 'no worker serves the tenant',
    begins: 'tenants set served_at = null',
    ends: 'tenants set served_at = now()',
  },
  {
    cause: 'an apply of Terraform runs',
    begins: `terraform_states set hold_until = now() + interval '1 minute'`,
    ends: 'terraform_states set hold_until = null',
  },
]

/** No worker runs, so that everything stands still as it is set. */
describe.skipIf(servers === null)('how long changes have waited', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({ tenant: { freshness: '1h' }, roles: { api: true, worker: false } })
    const id = seedClient(stack)
    await stack.patch(id, { productName: 'Shed' }, { headers: { prefer: 'respond-async' } })
    await stack.query(`update nexus.changes set accepted_at = accepted_at - interval '1 hour'`)
    await stack.query(`
      insert into nexus.tenants (tenant_id, served_at) values ('acme', now())
      on conflict (tenant_id) do update set served_at = now()`)
    await stack.query(`insert into nexus.terraform_named values ('acme', 'main', true)`)
    await stack.query(`insert into nexus.terraform_states (tenant_id, name) values ('acme', 'main')`)
    await stack.query(
      `insert into nexus.terraform_resources (tenant_id, state, place, address, type, client_id, tainted)
       values ('acme', 'main', 0, 'auth0_client.x', 'auth0_client', $1, false)`,
      [id],
    )
  })
  afterAll(() => stack.close())

  const gauge = async (name: string): Promise<number> => {
    const text = await (await fetch(`${stack.url}/metrics`)).text()
    return Number(new RegExp(`^nexus_${name}\\{tenant="acme"\\} (.+)$`, 'm').exec(text)?.[1])
  }

  test('counts as not held back where nothing is known to do it', async () => {
    expect(await gauge('lag_seconds')).toBeGreaterThan(3600)
    expect(await gauge('unheld_lag_seconds')).toBeGreaterThan(3600)
  })

  test.each(causes)('counts as held back where $cause', async ({ begins, ends }) => {
    await stack.query(`update nexus.${begins}`)
    expect(await gauge('lag_seconds')).toBeGreaterThan(3600)
    expect(await gauge('unheld_lag_seconds')).toBe(0)
    await stack.query(`update nexus.${ends}`)
    expect(await gauge('unheld_lag_seconds')).toBeGreaterThan(3600)
  })

  test('of another client, a change is not held back by what holds the first', async () => {
    const other = seedClient(stack)
    await stack.patch(other, { productName: 'Shed' }, { headers: { prefer: 'respond-async' } })
    await stack.query(`update nexus.changes set accepted_at = now() - interval '2 hours' where client_id <> $1`, [
      other,
    ])
    await stack.query(`update nexus.changes set accepted_at = now() - interval '1 hour' where client_id = $1`, [other])
    await stack.query('update nexus.clients set stalled_at = now() where client_id <> $1', [other])
    expect(await gauge('lag_seconds')).toBeGreaterThan(7200)
    expect(await gauge('unheld_lag_seconds')).toBeLessThan(7200)
    expect(await gauge('unheld_lag_seconds')).toBeGreaterThan(3600)
  })

  test('a pause has lasted for as long as it stands', async () => {
    expect(await gauge('tenant_paused_seconds')).toBe(0)
    await stack.query(`update nexus.tenants set paused_at = now() - interval '1 day'`)
    expect(await gauge('tenant_paused_seconds')).toBeGreaterThanOrEqual(86_400)
  })
})
