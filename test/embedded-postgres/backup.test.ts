import { open, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verified } from '../../adapters/embedded-postgres/backup/manifest.ts'
import { parseConfiguration } from '../../adapters/config/load.ts'
import { backUp, restore } from '../../process/backup.ts'
import { nexus } from '../cli/support.ts'
import { assembleStack } from '../support/assemble-stack.ts'
import type { Stack } from '../support/stack.ts'
import { backendOf, lockOf, stateKey, stateText } from '../terraform/support.ts'
import { ask, configurationIn, emptyFolder, retold } from './backup-support.ts'

interface Change {
  readonly id: string
  readonly status: string
  readonly client_id: string
}

const actor = { kind: 'operator', id: 'tester', application: null } as const
const noProgress = (): void => undefined

describe('a backup of the embedded database', () => {
  let stack: Stack
  let folder: string
  let file: string
  const closers: (() => Promise<void>)[] = []
  const terraform = { stateKeys: [stateKey] }
  const configurationFor = (embedded: string, keys: readonly string[] = [stateKey]) =>
    parseConfiguration(
      JSON.stringify({
        ...JSON.parse(stack.configurationText),
        database: { embedded },
        terraform: { stateKeys: keys },
      }),
      { file: 'test.yaml', env: {} },
    )
  const restoring = { replace: false, withoutKeys: false, actor, progress: noProgress }
  /** What had been answered with 200 or 202 when the backup began. */
  let acceptedBefore: string[] = []
  let before: Change[] = []
  let made = {}

  beforeAll(async () => {
    folder = await emptyFolder((close) => void closers.push(close))
    stack = await assembleStack(
      { postgresUrl: '', redisUrl: null },
      { embedded: path.join(folder, 'live'), file: { terraform } },
    )
    closers.push(() => stack.close())
    const backend = backendOf(stack, 'main')
    await backend.post(stateText(7))
    await backend.lock(lockOf('held'))
    const ids = Array.from({ length: 4 }, (_, index) =>
      stack.simulator.seed({ name: `Client ${index}`, client_metadata: { owners: '["auth0|tester"]' } }),
    )
    const going = new AbortController()
    const refused: number[] = []
    const flow = ids.map(async (id, index) => {
      for (let round = 0; !going.signal.aborted; round += 1) {
        const answer = await stack.patch(id, { callbackUrls: [`https://c${index}-${round}.example.com/`] })
        if (!answer.ok) refused.push(answer.status)
        acceptedBefore.push(answer.headers.get('nexus-change') ?? '')
        await sleep(5)
      }
    })
    while (acceptedBefore.length <= 20) await sleep(50)
    const sure = [...acceptedBefore]
    file = path.join(folder, 'nexus.backup')
    const config = await configurationIn(folder, stack.configurationText, path.join(folder, 'live'))
    const { code, stdout, stderr } = await nexus(['backup', file, '--config', config])
    going.abort()
    await Promise.all(flow)
    made = { code, stdout, stderr, refused }
    acceptedBefore = sure
    before = await stack.query<Change>('select id, status, client_id from nexus.changes')
  }, 120_000)
  afterAll(async () => {
    for (const close of closers.toReversed()) await close()
  })

  test('is a file for its owner alone, and says what it is; nothing is left beside it', async () => {
    const stdout = expect.stringContaining('PostgreSQL  18: no other major version opens it')
    expect(made).toEqual({ code: 0, stdout, stderr: '', refused: [] })
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await readdir(folder)).filter((name) => name.includes('.part'))).toEqual([])
    const manifest = await verified(file)
    expect(manifest).toMatchObject({
      format: 1,
      postgres: 18,
      tenants: ['acme'],
      keys: { states: [expect.stringMatching(/^[0-9a-f]{8}$/)], sessions: [] },
    })
    expect(JSON.stringify(manifest)).not.toContain(stateKey)
    expect(await readFile(file)).not.toContain(Buffer.from(stateKey, 'base64'))
  })

  test(
    'has all that was accepted before it began, though changes flowed; every tenant is paused',
    { timeout: 120_000 },
    async () => {
      const embedded = path.join(await emptyFolder(), 'restored')
      const { replaced } = await restore(configurationFor(embedded), file, restoring)
      expect(replaced).toBeNull()
      const changes = await ask<Change>(embedded, 'select id, status, client_id from nexus.changes')
      const restored = new Set(changes.map(({ id }) => id))
      expect(acceptedBefore.filter((id) => !restored.has(id))).toEqual([])
      // And nothing that was never accepted.
      const all = new Set(before.map(({ id }) => id))
      expect(changes.filter(({ id }) => !all.has(id))).toEqual([])
      const tenants = await ask(
        embedded,
        'select restored_at is not null as restored, paused_at is not null as paused from nexus.tenants',
      )
      expect(tenants).toEqual([{ restored: true, paused: true }])
      const states = await ask(
        embedded,
        `select name, lock->>'ID' as lock, hold_until, check_at from nexus.terraform_states`,
      )
      expect(states).toEqual([{ name: 'main', lock: 'held', hold_until: null, check_at: null }])
      const audit = await ask(embedded, `select actor_kind, actor_id from nexus.audit where action = 'pause'`)
      expect(audit).toEqual([{ actor_kind: 'operator', actor_id: 'tester' }])
    },
  )

  test.each([
    {
      reason: 'it was cut off',
      damage: async (copy: string) => truncate(copy, (await stat(copy)).size - 5000),
      says: /damaged, or cut off/,
    },
    {
      reason: 'a byte in its middle is another',
      damage: async (copy: string) => {
        const handle = await open(copy, 'r+')
        const { size } = await handle.stat()
        const byte = Buffer.alloc(1)
        await handle.read(byte, 0, 1, Math.floor(size / 2))
        await handle.write(Buffer.from([(byte[0] ?? 0) ^ 0x10]), 0, 1, Math.floor(size / 2))
        await handle.close()
      },
      says: /damaged, or cut off/,
    },
    {
      reason: 'it is something else',
      damage: (copy: string) => writeFile(copy, 'a text'),
      says: /damaged, or cut off/,
    },
  ])('is refused, with nothing changed, where $reason', async ({ damage, says }) => {
    const place = await emptyFolder()
    const copy = path.join(place, 'copy')
    await writeFile(copy, await readFile(file))
    await damage(copy)
    await expect(restore(configurationFor(path.join(place, 'restored')), copy, restoring)).rejects.toThrow(says)
    expect(await readdir(path.join(place, 'restored'))).toEqual([])
    await expect(verified(copy)).rejects.toThrow(says)
  })

  test.each([
    {
      reason: 'of another major version',
      more: { postgres: 17 },
      says: /backup is of PostgreSQL 17, and the one installed here is 18/,
    },
    {
      reason: 'of a newer Nexus',
      more: { migration: '9999-later', nexus: '9.0.0' },
      says: /made by Nexus 9\.0\.0, and its schema \(9999-later\) is newer/,
    },
    {
      reason: 'with states whose key is not configured',
      more: { keys: { states: ['01234567'], sessions: [] } },
      says: /encrypted with 01234567/,
    },
  ])('is refused where it is one $reason', async ({ more, says }) => {
    const place = await emptyFolder()
    const copy = path.join(place, 'copy')
    await retold(file, copy, more)
    await expect(restore(configurationFor(path.join(place, 'restored')), copy, restoring)).rejects.toThrow(says)
    expect(await readdir(path.join(place, 'restored'))).toEqual([])
  })

  test(
    'does not take the place of a running Nexus, nor, unless that is wanted, of another database',
    { timeout: 120_000 },
    async () => {
      const live = configurationFor(path.join(folder, 'live'))
      await expect(restore(live, file, { ...restoring, replace: true })).rejects.toThrow(
        /Nexus \(process \d+\) is running/,
      )
      const place = path.join(await emptyFolder(), 'restored')
      const configuration = configurationFor(place)
      await restore(configuration, file, restoring)
      await ask(place, `update nexus.tenants set held_reason = 'the former one'`)
      await expect(restore(configuration, file, restoring)).rejects.toThrow(/There is a database in .*--replace/)
      const { replaced } = await restore(configuration, file, { ...restoring, replace: true })
      expect(await readdir(replaced ?? '')).toEqual(['password', 'postgres'])
      expect(await ask(place, 'select held_reason from nexus.tenants')).toEqual([{ held_reason: null }])
    },
  )

  test('is not made over a file, nor where there is no database, nor of one with a URL', async () => {
    const place = await emptyFolder()
    const backing = (configuration: ReturnType<typeof configurationFor>, to: string) =>
      backUp(configuration, to, noProgress, noProgress)
    await expect(backing(configurationFor(path.join(folder, 'live')), file)).rejects.toThrow(
      /There is a file .* already/,
    )
    await expect(backing(configurationFor(path.join(place, 'none')), path.join(place, 'b'))).rejects.toThrow(
      /no database/,
    )
    const byUrl = {
      ...configurationFor(place),
      database: { url: 'postgres://u@localhost/n', adminUrl: null, pooler: 'none' as const, directUrl: null },
    }
    await expect(backing(byUrl, path.join(place, 'b'))).rejects.toThrow(
      /pg_dump, or pg_basebackup.*docs\/guides\/backup\.md/,
    )
    expect((await readdir(place)).filter((name) => name !== 'none')).toEqual([])
  })
})
