import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { run } from '../../stacks/run.ts'
import { hasTerraform, openWorkspace } from '../support/terraform.ts'
import type { Workspace } from '../support/terraform.ts'
import { snapshot, state } from './support.ts'

const temporary = (): string => mkdtempSync(join(tmpdir(), 'nexus-lock-file-'))
const lockFile = '.terraform.lock.hcl'

/** Synthesises two stacks from a folder of declarations. */
const synth = async (declarations: string, out = temporary()) => {
  const file = join(temporary(), 'snapshot.json')
  writeFileSync(file, JSON.stringify(snapshot([state([]), state([], { name: 'staging' })], [])))
  const notes: string[] = []
  const output = { print: () => undefined, note: (line: string) => notes.push(line) }
  expect(await run({ tenants: [], snapshot: file, out, declarations }, {}, output)).toBe(true)
  const stacks = ['acme.prod', 'acme.staging'].map((name) => join(out, 'stacks', name))
  return { out, notes, stacks, locks: stacks.map((stack) => join(stack, lockFile)) }
}

describe('the lock file of providers', () => {
  test('is copied from the declarations into each stack, whatever lay there', async () => {
    const declarations = temporary()
    writeFileSync(join(declarations, lockFile), 'pinned')
    const first = await synth(declarations)
    for (const lock of first.locks) writeFileSync(lock, 'changed by terraform')
    const { locks, notes } = await synth(declarations, first.out)
    expect(locks.map((lock) => readFileSync(lock, 'utf8'))).toEqual(['pinned', 'pinned'])
    expect(notes).toEqual([])
  })

  test('that Terraform has written stays, and is told of until it is committed', async () => {
    const declarations = temporary()
    const { out, notes, locks } = await synth(declarations)
    expect([notes, locks.map((lock) => existsSync(lock))]).toEqual([[], [false, false]])
    writeFileSync(locks[1] ?? '', 'chosen')
    const again = await synth(declarations, out)
    expect(again.notes).toEqual([
      expect.stringContaining(`To pin them, commit its choice:\n  cp ${locks[1]} ${join(declarations, lockFile)}`),
    ])
    expect(readFileSync(locks[1] ?? '', 'utf8')).toBe('chosen')
  })
})

/** As much of a provider as `terraform init` looks at. */
const offer = (mirror: string, version: string): void => {
  const folder = join(mirror, 'registry.terraform.io/auth0/auth0', version, `${process.platform}_${architecture}`)
  mkdirSync(folder, { recursive: true })
  const program = join(folder, `terraform-provider-auth0_v${version}`)
  writeFileSync(program, `#!/bin/sh\n# ${version}\nexit 1\n`)
  chmodSync(program, 0o755)
}
const architecture = process.arch === 'x64' ? 'amd64' : process.arch

describe.skipIf(!hasTerraform)('before the real terraform', { timeout: 60_000 }, () => {
  const open: Workspace[] = []
  afterEach(async () => {
    for (const workspace of open.splice(0)) await workspace.close()
  })

  test('a later version of the provider is taken only where no lock file is committed', async () => {
    const mirror = temporary()
    const settings = join(temporary(), 'terraformrc')
    writeFileSync(settings, `provider_installation {\n  filesystem_mirror { path = ${JSON.stringify(mirror)} }\n}\n`)
    const workspace = await openWorkspace({ TF_CLI_CONFIG_FILE: settings })
    open.push(workspace)
    /** The version that `terraform init` takes for the first stack, with its lock file. */
    const init = async (declarations: string) => {
      const { stacks, locks } = await synth(declarations)
      await workspace.must(`-chdir=${stacks[0]}`, 'init', '-backend=false')
      const lock = readFileSync(locks[0] ?? '', 'utf8')
      return { lock, version: /version += "(.*)"/.exec(lock)?.[1] }
    }
    const declarations = temporary()
    offer(mirror, '1.38.0')
    const { lock, version } = await init(declarations)
    offer(mirror, '1.39.0')
    expect([version, (await init(declarations)).version]).toEqual(['1.38.0', '1.39.0'])
    writeFileSync(join(declarations, lockFile), lock)
    expect((await init(declarations)).version).toBe('1.38.0')
  })
})
