import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { nexus } from '../../cli/support.ts'
import { servers } from '../../support/stack.ts'
import {
  secretInState,
  states,
  stateOf,
  json,
  stack,
  directory,
  stateKeys,
  as,
  pipeline,
  call,
  write,
  useCommands,
} from './stack.ts'

const lock = (id: string) => ({
  ID: id,
  Operation: 'OperationTypeApply',
  Info: '',
  Who: 'ann@laptop',
  Version: '1.13.3',
  Created: '2026-01-02T03:04:05Z',
  Path: '',
})
const takeLock = async (name: string, id: string): Promise<void> => {
  expect((await call('LOCK', `${states}/${name}`, JSON.stringify(lock(id)))).status).toBe(200)
}

/** The stack's configuration, with these keys. */
const fileWithKeys = async (keys: readonly string[]): Promise<string> => {
  const name = path.join(directory, `keys-${randomBytes(4).toString('hex')}.yaml`)
  const text: unknown = JSON.parse(stack.configurationText)
  await writeFile(name, JSON.stringify({ ...Object(text), terraform: { stateKeys: keys } }), { mode: 0o600 })
  return name
}

// Each test starts several processes, which takes its time on a busy machine.
describe.skipIf(servers === null)('commands that ask the API', { timeout: 90_000 }, () => {
  useCommands()

  describe('nexus state', () => {
    const one = stateOf(1, ['first'])
    const two = stateOf(2, ['first', 'second'])

    test('lists what the configuration names, and what was written', async () => {
      expect((await pipeline('state', 'list', 'acme')).stdout).toMatch(/^main +yes +- +- +0 +- +- +-$/m)
      await write('main', one)
      await write('main', two)
      const { code, stdout, stderr } = await pipeline('state', 'list', 'acme')
      expect([code, stderr]).toEqual([0, ''])
      expect(stdout).toMatch(/^main +yes +2 +2 +2 +\d+ B +just now +-$/m)
      const answer: unknown = await (await call('GET', states)).json()
      expect(json(await pipeline('state', 'list', 'acme', '--json'))).toEqual(answer)
    })

    test('shows the text as it was written, and says that it holds secrets', async () => {
      const shown = await pipeline('state', 'show', 'acme', 'main')
      expect(shown).toEqual({
        code: 0,
        stdout: two,
        stderr: 'A state holds secrets in plain text: mind where this goes.\n',
      })
      const old = await pipeline('state', 'show', 'acme', 'main', '--version', '1', '--json')
      expect(old).toEqual({ code: 0, stdout: one, stderr: '' })
      const none = await pipeline('state', 'show', 'acme', 'main', '--version', '99')
      expect([none.code, none.stderr]).toEqual([
        66,
        'nexus: Nexus refused (404): There is no such version of this state.\n',
      ])
    })

    test('lists versions, restores one, and says what that means', async () => {
      const { code, stdout } = await pipeline('state', 'restore', 'acme', 'main', '1')
      expect(code).toBe(0)
      expect(stdout).toContain('Version 1 of main is current again, as version 3 with serial 3.')
      expect(await (await call('GET', `${states}/main`)).json()).toMatchObject({ serial: 3, lineage: 'first-lineage' })
      const versions = await pipeline('state', 'versions', 'acme', 'main')
      expect(versions.stdout).toMatch(
        /^3 +3 +\d{4}-\d\d-\d\d \d\d:\d\d UTC +pipeline +1\.13\.3 +\d+ B +current, restored from 1$/m,
      )
      expect(versions.stdout).toMatch(/^3 versions\.$/m)
      expect(json(await pipeline('state', 'versions', 'acme', 'main', '--json'))).toMatchObject({
        versions: [{ version: 3, current: true, restoredFrom: 1 }, { version: 2 }, { version: 1 }],
      })
      expect(json(await pipeline('state', 'restore', 'acme', 'main', '2', '--json'))).toEqual({
        version: 4,
        restoredFrom: 2,
        serial: 4,
      })
      const nothing = await pipeline('state', 'versions', 'acme', 'mian')
      expect([nothing.code, nothing.stderr]).toEqual([66, expect.stringContaining('nexus state list acme')])
    })

    test('an abandoned lock is shown with its remedy, and taken away only from whom it was shown for', async () => {
      await takeLock('main', 'lock-1')
      const fresh = await pipeline('state', 'list', 'acme')
      expect(fresh.stdout).toContain('main is locked by ann@laptop (pipeline) since')
      expect(fresh.stdout).not.toContain('abandoned')
      await stack.query(`update nexus.terraform_states set locked_at = now() - interval '3 hours' where name = 'main'`)
      const old = await pipeline('state', 'list', 'acme')
      expect(old.stdout).toContain('3 hours ago, for: apply.\nIt looks abandoned')
      expect(old.stdout).toContain('nexus state unlock acme main')

      const restore = await pipeline('state', 'restore', 'acme', 'main', '1')
      expect([restore.code, restore.stderr]).toEqual([75, expect.stringContaining('nexus state unlock')])

      const unasked = await pipeline('state', 'unlock', 'acme', 'main')
      expect([unasked.code, unasked.stdout]).toEqual([64, ''])
      expect(unasked.stderr).toContain('main is locked by ann@laptop')
      expect(unasked.stderr).toContain('confirm with --yes')
      const forbidden = await as('keeper')('state', 'unlock', 'acme', 'main', '--yes')
      expect([forbidden.code, forbidden.stderr]).toEqual([77, expect.stringContaining('terraform.state.force-unlock')])

      // Somebody else's lock stays, although no body means force.
      expect((await call('UNLOCK', `${states}/main?ID=lock-0`)).status).toBe(409)
      const done = await as('locksmith')('state', 'unlock', 'acme', 'main', '--yes')
      expect([done.code, done.stdout]).toEqual([0, 'main is unlocked.\n'])
      expect(await pipeline('state', 'unlock', 'acme', 'main')).toEqual({
        code: 0,
        stdout: 'main is not locked.\n',
        stderr: '',
      })
    })

    test('deletes after a yes, never what is locked, and what is deleted can be restored', async () => {
      const unasked = await pipeline('state', 'delete', 'acme', 'main')
      expect([unasked.code, unasked.stdout]).toEqual([64, ''])
      expect(unasked.stderr).toContain('manages 2 clients')
      await takeLock('main', 'lock-2')
      const locked = await pipeline('state', 'delete', 'acme', 'main', '--yes')
      expect([locked.code, locked.stderr]).toEqual([75, expect.stringContaining('ann@laptop holds the lock')])
      const taken = json(await pipeline('state', 'unlock', 'acme', 'main', '--yes', '--json'))
      expect(taken).toMatchObject({ state: 'main', unlocked: true, was: { id: 'lock-2' } })

      const deleted = await pipeline('state', 'delete', 'acme', 'main', '--yes')
      expect([deleted.code, deleted.stdout]).toEqual([
        0,
        'main is deleted. Its versions stay: nexus state restore acme main 4\n',
      ])
      expect((await call('GET', `${states}/main`)).status).toBe(404)
      const again = await pipeline('state', 'delete', 'acme', 'main', '--yes')
      expect([again.code, again.stderr]).toEqual([
        66,
        expect.stringContaining('it was never written, or it is deleted'),
      ])
      expect((await pipeline('state', 'restore', 'acme', 'main', '4')).code).toBe(0)
      expect((await call('GET', `${states}/main`)).status).toBe(200)
    })

    test('rekey seals what an older key sealed, and then the older key can go', async () => {
      const [first = '', second = ''] = stateKeys
      const lost = await nexus(['state', 'rekey', '--config', await fileWithKeys([second])])
      expect([lost.code, lost.stderr]).toEqual([1, expect.stringContaining('add it back')])
      const done = await nexus(['state', 'rekey', '--config', await fileWithKeys([second, first]), '--json'])
      expect([done.code, json(done)]).toEqual([0, { versions: 5, unreadable: [] }])
      const again = await nexus(['state', 'rekey', '--config', await fileWithKeys([second, first])])
      expect([again.code, again.stdout]).toEqual([0, 'Every version is encrypted with the first key already.\n'])
      const back = await nexus(['state', 'rekey', '--config', await fileWithKeys([first, second])])
      expect(back.stdout).toBe(
        '5 versions re-encrypted with the first key. The other keys of terraform.stateKeys can be removed.\n',
      )
      expect((await pipeline('state', 'show', 'acme', 'main')).code).toBe(0)
      for (const { stdout, stderr } of [lost, done, again, back])
        for (const key of stateKeys) expect(`${stdout}${stderr}`).not.toContain(key)
    })

    test('what may not be seen is refused with the reason', async () => {
      const { code, stdout, stderr } = await as('reader')('state', 'show', 'acme', 'main')
      expect([code, stdout]).toEqual([77, ''])
      expect(stderr).toContain('Nexus refused (403)')
      expect(stderr).toContain('terraform.state')
      const wrong = await nexus(['state', 'list', 'acme', '--url', stack.url], {
        env: { NEXUS_USERNAME: 'pipeline', NEXUS_PASSWORD: 's3cr3t-and-wrong' },
      })
      expect([wrong.code, wrong.stderr]).toEqual([77, expect.stringContaining('Nexus refused (401)')])
      expect(wrong.stderr).not.toContain('s3cr3t')
      expect(stack.logLines().join('')).not.toContain(secretInState)
    })
  })
})
