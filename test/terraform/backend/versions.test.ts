import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { backendOf, lockOf, managedClient, md5Of, stateKey, stateText } from '../support.ts'
import { stack, fresh, useBackend } from './stack.ts'

describe.skipIf(servers === null)('the state backend', () => {
  useBackend()

  describe('versions', () => {
    test('are listed newest first, and each can be read', async () => {
      const state = fresh()
      for (const serial of [1, 3, 7]) await state.post(stateText(serial))
      const versions = await state.versions()
      expect(versions.map(({ version, serial, current }) => [version, serial, current])).toEqual([
        [3, 7, true],
        [2, 3, false],
        [1, 1, false],
      ])
      expect(versions[0]).toMatchObject({
        lineage: 'lineage-1',
        terraformVersion: '1.11.4',
        bytes: stateText(7).length,
        restoredFrom: null,
      })
      expect(versions[0]).toMatchObject({ writtenBy: { kind: 'user', id: 'auth0|tester', application: 'portal' } })
      const second = await state.version(2)
      expect(second).toMatchObject({ status: 200, text: stateText(3) })
      expect(second.headers.get('content-md5')).toBe(md5Of(stateText(3)))
    })

    test.each(['4', '0', '-1', '1.0', 'x', '999999999999999', '9999999999999999'])(
      'there is none of %s',
      async (version) => {
        const state = fresh()
        await state.post(stateText(1))
        expect(await state.version(version)).toMatchObject({ status: 404, body: { type: '/problems/not-found' } })
      },
    )

    test('an old one comes back as a new one, with a serial above any before, and its text otherwise as it was', async () => {
      const state = fresh()
      const old = `{ "big": 12345678901234567890.10,\n${stateText(3, [managedClient('old', { n: { serial: 1 } })]).slice(1)}`
      await state.post(old)
      await state.post(stateText(50, [managedClient('new')]))
      await state.remove()
      await state.post(stateText(4, [managedClient('newer')], { lineage: 'other' }))
      expect(await state.restore(1)).toMatchObject({ status: 200, body: { version: 4, restoredFrom: 1, serial: 51 } })
      expect((await state.get()).text).toBe(old.replace('"serial":3', '"serial":51'))
      expect(await state.rows()).toMatchObject({ current: 4, index: [['auth0_client.this', 'old']] })
      expect((await state.versions())[0]).toMatchObject({
        version: 4,
        restoredFrom: 1,
        serial: 51,
        lineage: 'lineage-1',
      })
      expect(await state.post(stateText(52))).toMatchObject({ status: 200 })
    })

    test('one comes back after DELETE', async () => {
      const state = fresh()
      await state.post(stateText(1, [managedClient('abc')]))
      await state.remove()
      expect(await state.restore(1)).toMatchObject({ status: 200, body: { version: 2, serial: 2 } })
      expect(await state.rows()).toMatchObject({ current: 2, index: [['auth0_client.this', 'abc']] })
    })

    test('one that is nested as deeply as Terraform reads comes back', async () => {
      const state = fresh()
      const text = stateText(1).replace('"outputs":{}', `"outputs":${'['.repeat(9000)}${']'.repeat(9000)}`)
      expect(await state.post(text)).toMatchObject({ status: 200 })
      expect(await state.restore(1)).toMatchObject({ status: 200 })
      expect((await state.get()).text).toBe(text.replace('"serial":1', '"serial":2'))
    })

    test('none comes back while somebody holds the lock', async () => {
      const state = fresh()
      await state.post(stateText(1))
      await state.post(stateText(2))
      await state.lock(lockOf('mine'))
      expect(await state.restore(1)).toMatchObject({ status: 423, body: lockOf('mine') })
      expect((await state.rows()).current).toBe(2)
    })

    test.each([
      { reason: 'one that there is none of', version: 9, status: 404 },
      { reason: 'half a version', version: 1.5, status: 400 },
      { reason: 'a text', version: '1', status: 400 },
      { reason: 'none', version: undefined, status: 400 },
      { reason: 'one beyond all', version: 2 ** 53, status: 400 },
    ])('nothing comes back for $reason', async ({ version, status }) => {
      const state = fresh()
      await state.post(stateText(1))
      expect((await state.restore(version)).status).toBe(status)
      expect((await state.rows()).current).toBe(1)
    })

    test('many restores at once never make one serial twice', async () => {
      const state = fresh()
      await state.post(stateText(1))
      const answers = await Promise.all(Array.from({ length: 10 }, () => state.restore(1)))
      expect(answers.filter(({ status }) => status !== 200 && status !== 409)).toEqual([])
      const serials = (await state.rows()).versions.map(({ serial }) => serial)
      expect(serials).toEqual(serials.map((_, index) => index + 1))
      expect(serials.length).toBe(1 + answers.filter(({ status }) => status === 200).length)
    })
  })

  test('what is stored can be opened by no other key: 500, with what to do', async () => {
    const state = fresh()
    await state.post(stateText(1))
    await stack.query(`update nexus.terraform_state_versions set key_id = 'ffffffff' where state = $1`, [state.name])
    const answer = await state.get()
    expect(answer).toMatchObject({ status: 500, body: { type: '/problems/state-unreadable' } })
    expect(answer.body.detail).toContain('add it back')
    expect(await state.restore(1)).toMatchObject({ status: 500 })
    // A new version needs nothing of the old one.
    expect(await state.post(stateText(2))).toMatchObject({ status: 200 })
    expect((await state.get()).text).toBe(stateText(2))
  })

  test('a version that was put into the place of another does not open', async () => {
    const state = fresh()
    await state.post(stateText(1))
    await state.post(stateText(2))
    await stack.query(
      `update nexus.terraform_state_versions v set sealed = o.sealed from nexus.terraform_state_versions o
       where v.state = $1 and o.state = $1 and v.version = 2 and o.version = 1`,
      [state.name],
    )
    const answer = await state.get()
    expect(answer.status).toBe(500)
    expect(answer.body.detail).toContain('changed')
    expect((await state.version(1)).text).toBe(stateText(1))
  })
})

describe.skipIf(servers === null)('a backend that keeps one version', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({
      roles: { api: true, worker: false },
      file: { terraform: { stateKeys: [stateKey], keepVersions: 1 } },
    })
  })
  afterAll(() => stack.close())

  test('keeps the newest only', async () => {
    const state = backendOf(stack)
    for (const serial of [1, 2, 3]) await state.post(stateText(serial))
    expect((await state.rows()).versions.map(({ version }) => version)).toEqual([3])
    expect((await state.get()).text).toBe(stateText(3))
    expect(await state.version(2)).toMatchObject({ status: 404 })
  })

  test('always has a state for who reads while somebody writes: none would be a plan to make everything anew', async () => {
    const state = backendOf(stack)
    await state.post(stateText(1))
    const writing = new AbortController()
    const writes = (async () => {
      for (let serial = 2; serial <= 150; serial += 1) await state.post(stateText(serial))
      writing.abort()
    })()
    const statuses = new Set<number>()
    const reader = async (): Promise<void> => {
      while (!writing.signal.aborted) statuses.add((await state.get()).status)
    }
    await Promise.all([writes, reader(), reader(), reader()])
    expect([...statuses]).toEqual([200])
  })
})

describe.skipIf(servers === null)('a backend without a key', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({ roles: { api: true, worker: false } })
  })
  afterAll(() => stack.close())

  test('says what to set, and stores nothing', async () => {
    const state = backendOf(stack)
    const answer = await state.post(stateText(1, [managedClient('abc')]))
    expect(answer).toMatchObject({ status: 501, body: { type: '/problems/states-not-kept' } })
    expect(answer.body.detail).toContain('set terraform.stateKeys')
    expect(answer.body.detail).toContain('openssl rand -base64 32')
    expect(await state.rows()).toMatchObject({ current: null, versions: [], index: [] })
    expect(await state.get()).toMatchObject({ status: 404 })
  })
})
