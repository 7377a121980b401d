import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { basic, withStates } from '../../support/pipeline.ts'
import { freePort } from '../../../adapters/embedded-postgres/free-port.ts'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { pathOf, seedClient } from '../support.ts'

const lock = JSON.stringify({
  ID: 'l',
  Operation: 'OperationTypePlan',
  Who: 'ann@host',
  Info: '',
  Version: '',
  Created: '',
  Path: '',
})

/** The value of a series. */
const value = (text: string, series: string): number | undefined => {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.split(' ').at(-1))
}

describe.skipIf(servers === null)('GET /metrics', () => {
  let stack: Stack
  let id: string
  const scrape = async (url = `${stack.url}/metrics`): Promise<string> => (await fetch(url)).text()
  beforeAll(async () => {
    stack = await startStack(withStates())
    id = seedClient(stack)
  })
  afterAll(() => stack.close())

  test('what happened is counted', async () => {
    expect((await stack.patch(id, { callbackUrls: ['https://a.example.com/cb'] })).status).toBe(200)
    await stack.request(pathOf(id), { as: 'x.y.z' })
    const text = await scrape()
    const route = 'route="/v1/tenants/:tenantId/clients/:clientId"'
    expect(value(text, `nexus_http_request_duration_seconds_count{method="PATCH",${route},status="200"}`)).toBe(1)
    expect(value(text, `nexus_http_request_duration_seconds_count{method="GET",${route},status="401"}`)).toBe(1)
    expect(value(text, 'nexus_changes_total{tenant="acme",outcome="accepted"}')).toBe(1)
    expect(value(text, 'nexus_changes_total{tenant="acme",outcome="applied"}')).toBe(1)
    expect(value(text, 'nexus_auth0_calls_total{tenant="acme",call="update",status="200"}')).toBe(1)
    expect(value(text, 'nexus_backlog_clients{tenant="acme"}')).toBe(0)
    expect(value(text, 'nexus_change_duration_seconds_count{tenant="acme"}')).toBe(1)
    expect(value(text, 'nexus_change_duration_seconds_sum{tenant="acme"}')).toBeGreaterThan(0)
    expect(value(text, 'nexus_refusals_total{reason="unauthenticated"}')).toBe(1)
    expect(value(text, 'nexus_database_up')).toBe(1)
    expect(value(text, 'nexus_queue_up')).toBe(1)
    expect(value(text, 'nexus_console_sessions')).toBe(0)
    // Of the process itself.
    expect(value(text, 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0)
  })

  test('how tenants stand is looked up', async () => {
    await stack.request('/v1/tenants/acme/pause', { method: 'POST', headers: { authorization: basic } })
    await stack.patch(id, { callbackUrls: ['https://b.example.com/cb'] })
    await stack.request('/v1/tenants/acme/terraform/states/main', {
      method: 'LOCK',
      headers: { authorization: basic },
      body: lock,
    })
    await stack.query('update nexus.client_listings set drifted = true')
    await stack.query(`update nexus.clients set drifted_at = now(), drifted_by_state = 'main'`)
    await stack.query(`
      insert into nexus.budgets (tenant_id, bucket, next_at, interval_ms, burst, foreign_per_second, remaining, blocked_until)
      values ('acme', 'all', now(), 500, 10, 1.5, 3, now() + interval '1 minute')`)
    const text = await scrape()
    for (const [name, expected] of Object.entries({
      tenant_paused: 1,
      tenant_held: 0,
      backlog_clients: 1,
      drifted_clients: 1,
      drifted_by_terraform_clients: 1,
    }))
      expect([name, value(text, `nexus_${name}{tenant="acme"}`)]).toEqual([name, expected])
    for (const [name, expected] of Object.entries({
      limit_per_second: 2,
      others_per_second: 1.5,
      calls_left: 3,
      blocked: 1,
    }))
      expect([name, value(text, `nexus_auth0_${name}{tenant="acme",bucket="all"}`)]).toEqual([name, expected])
    expect(value(text, 'nexus_lag_seconds{tenant="acme"}')).toBeGreaterThan(0)
    expect(value(text, 'nexus_state_locks{tenant="acme"}')).toBe(1)
    expect(value(text, 'nexus_state_locks_abandoned{tenant="acme"}')).toBe(0)
  })

  test('of no client, no caller and no secret is anything in it', async () => {
    await fetch(`${stack.url}/v1/made-up/${id}`)
    const text = await scrape()
    expect(text).toContain('route="none"')
    for (const hidden of [id, 'auth0|tester', 'example.com', stack.simulator.credential.clientSecret])
      expect(text).not.toContain(hidden)
  })

  test('nothing is there for who comes through a proxy', async () => {
    for (const header of ['x-forwarded-for', 'forwarded'])
      expect((await fetch(`${stack.url}/metrics`, { headers: { [header]: 'for=192.0.2.1' } })).status).toBe(404)
  })

  test('on a port of its own it is nowhere else, and a worker alone has it too', async () => {
    const port = await freePort()
    const own = await startStack({
      file: { server: { host: '127.0.0.1', port: 0, metricsPort: port } },
      roles: { api: false, worker: true },
    })
    expect(value(await scrape(`http://127.0.0.1:${port}/metrics`), 'nexus_database_up')).toBe(1)
    expect((await fetch(`http://127.0.0.1:${port}/v1/tenants`)).status).toBe(404)
    await own.close()
  })
})
