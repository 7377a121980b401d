import { beforeAll, describe, expect, test } from 'vitest'
import { withStates } from '../../support/pipeline.ts'
import { servers, startStack } from '../../support/stack.ts'
import { pathOf } from '../support.ts'
import { lineage, stateText, states, world, asPipeline, json } from './audit-support.ts'

describe.skipIf(servers === null)('a decision that cannot be recorded is not made', () => {
  const { stack, clientId, recorded } = world(() => startStack(withStates()))
  beforeAll(async () => {
    await stack().request(`${states}/main`, { method: 'POST', headers: { ...json, ...asPipeline }, body: stateText(1) })
    await stack().query(`
      create function no_room() returns trigger language plpgsql as $$ begin raise 'no room' using errcode = '53100'; end $$`)
    await stack().query('create trigger no_room before insert on nexus.audit for each row execute function no_room()')
  })

  test('a change: 503, and nothing of it is anywhere', async () => {
    const { answer } = await recorded(pathOf(clientId()), {
      method: 'PATCH',
      headers: json,
      body: '{"productName":"Shop2"}',
    })
    expect(answer).toMatchObject({ status: 503, body: { type: '/problems/unavailable' } })
    expect(answer.headers.get('retry-after')).not.toBeNull()
    expect(await stack().query("select 1 from nexus.changes where values ? 'productName'")).toEqual([])
    expect(stack().simulator.clients.get(clientId())?.['client_metadata']).toMatchObject({ product_name: 'Shop' })
  })

  test.each([
    {
      reason: 'a refusal stays one, and tells nothing',
      path: () => pathOf(clientId()),
      method: 'PATCH',
      as: { permissions: ['client.read'] },
    },
    { reason: 'a denied read', path: () => pathOf(clientId()), method: 'GET', as: { permissions: [] } },
    { reason: 'the text of a state is not given out', path: () => `${states}/main`, method: 'GET' },
    { reason: 'nor the snapshot', path: () => '/v1/tenants/acme/terraform/snapshot', method: 'GET' },
    { reason: 'nothing is paused', path: () => '/v1/tenants/acme/pause', method: 'POST' },
    { reason: 'no state is deleted', path: () => `${states}/main`, method: 'DELETE' },
  ])('$reason', async ({ path, method, as }) => {
    const { answer } = await recorded(path(), { method, ...(as ? { as: stack().token(as) } : { headers: asPipeline }) })
    expect(answer).toMatchObject({ status: 503, body: { type: '/problems/unavailable' } })
    expect(answer.text).not.toContain(lineage)
    expect(await stack().query('select paused_at, version from nexus.tenants, nexus.terraform_states')).toEqual([
      { paused_at: null, version: '1' },
    ])
    expect(stack().logLines().join('')).not.toContain('a-secret-in-a-state')
  })

  test('ordinary reads go on', async () => {
    expect((await stack().request(pathOf(clientId()))).status).toBe(200)
  })
})
