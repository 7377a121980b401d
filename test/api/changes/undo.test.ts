import { describe, expect, test } from 'vitest'
import { recordOf } from '../../../domain/shape.ts'
import { servers } from '../../support/stack.ts'
import { pathOf, read, seedClient } from '../support.ts'
import { call, stack, useSync } from './sync-support.ts'

const mergePatch = { 'content-type': 'application/merge-patch+json', prefer: 'wait=20' }

const changeOf = async (response: Response) =>
  (await call('GET', `/v1/tenants/acme/changes/${response.headers.get('nexus-change')}`)).body
const viewOf = async (id: string) => (await read(await stack.request(pathOf(id)))).body
/** What has nothing in it reads the same, whether it is owned or not. */
const empty = (view: unknown) => JSON.stringify(view).replaceAll('[]', 'null')

describe.skipIf(servers === null)('what the fields of a change were before it', () => {
  useSync()

  const full = {
    callbacks: ['https://a.test', 'https://b.test'],
    client_metadata: { owners: '["auth0|tester","billing"]', product_name: 'Shop' },
    mobile: { ios: { team_id: 'T', app_bundle_identifier: 'B' } },
  }
  test.each([
    { reason: 'a text', client: full, patch: { productName: 'Shed' }, before: { productName: 'Shop' } },
    {
      reason: 'a text that was not there',
      client: full,
      patch: { applicationName: 'x' },
      before: { applicationName: null },
    },
    {
      reason: 'a list and its order',
      client: full,
      patch: { callbackUrls: ['https://b.test'] },
      before: { callbackUrls: ['https://a.test', 'https://b.test'] },
    },
    {
      reason: 'a list that was not there',
      client: full,
      patch: { allowedLogoutUrls: ['https://a.test'] },
      before: { allowedLogoutUrls: null },
    },
    {
      reason: 'who owns it',
      client: full,
      patch: { owners: ['auth0|tester'] },
      before: { owners: ['auth0|tester', 'billing'] },
    },
    {
      reason: 'a leaf of mobile, and one that was not there',
      client: full,
      patch: { mobile: { ios: { team_id: 'U' }, android: { app_package_name: 'p' } } },
      before: { mobile: { ios: { team_id: 'T' }, android: { app_package_name: null } } },
    },
    { reason: 'what was emptied', client: full, patch: { productName: '' }, before: { productName: 'Shop' } },
  ])('undone by sending it: $reason', async ({ client, patch, before }) => {
    const id = seedClient(stack, client)
    const first = await viewOf(id)
    const change = await changeOf(await stack.patch(id, patch, { headers: { prefer: 'wait=20' } }))
    expect(change['before']).toEqual(before)
    const undone = await stack.patch(id, change['before'], { headers: mergePatch })
    expect(undone.status).toBe(200)
    expect(empty(await viewOf(id))).toBe(empty(first))
    // And the undoing can be undone.
    expect(Object.keys(recordOf((await changeOf(undone))['before']))).toEqual(Object.keys(before))
  })

  test('a change that still waits is what the next one found', async () => {
    const id = seedClient(stack)
    const administrator = { method: 'POST', as: stack.token({ permissions: ['tenant.admin'] }) }
    await stack.request('/v1/tenants/acme/pause', administrator)
    try {
      await stack.patch(id, { productName: 'Second' })
      const third = await changeOf(await stack.patch(id, { productName: 'Third' }))
      expect(third).toMatchObject({ status: 'accepted', before: { productName: 'Second' } })
    } finally {
      await stack.request('/v1/tenants/acme/resume', administrator)
    }
  })

  test('every view of changes has it; of one from before it was kept there is null', async () => {
    const id = seedClient(stack)
    const change = await changeOf(await stack.patch(id, { productName: 'Shed' }, { headers: { prefer: 'wait=20' } }))
    const listed = await call('GET', `${pathOf(id)}/changes`)
    expect(listed.body).toMatchObject({ changes: [{ id: change['id'], before: { productName: 'Shop' } }] })
    await stack.query(`update nexus.changes set "before" = null where id = $1`, [change['id']])
    expect((await call('GET', `${pathOf(id)}/changes`)).body).toMatchObject({ changes: [{ before: null }] })
  })
})
