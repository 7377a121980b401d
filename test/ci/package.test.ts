import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import own from '../../package.json' with { type: 'json' }
import { manifest } from '../../scripts/package/manifest.ts'
import { commandsIn } from '../docs/commands/commands.ts'
import { openSession } from '../docs/commands/session.ts'
import type { Session } from '../docs/commands/session.ts'
import { oldestNode } from './nodes.ts'
import { hasRegistry, registryAccess } from './registry.ts'
import { openInstallation } from './installation.ts'
import type { Installation } from './installation.ts'

const root = path.resolve(import.meta.dirname, '../..')
const tarball = `${manifest.name}-${manifest.version}.tgz`

/** Declarations, as somebody who uses the package writes them. */
const example = readFileSync(path.join(root, 'stacks/tenants/example.ts'), 'utf8')

/** The commands of the guide, from the package to the demo. */
const guide = commandsIn(
  /^## From a package$([^]+?)^## /m.exec(readFileSync(path.join(root, 'docs/guides/install.md'), 'utf8'))?.[1] ?? '',
).map(({ text }) => text)

const must = async (session: Session, command: string): Promise<string> => {
  const { code, output } = await session.run(command)
  expect({ command, code, output }).toEqual({ command, code: 0, output })
  return output
}

/** What was put together to be packed. */
const staged = (pattern: string): string[] => globSync(pattern, { cwd: path.join(root, 'build/package') })

describe.skipIf(!hasRegistry)('the package, in an empty folder (skipped without a registry)', () => {
  let scratch: string
  let folder: string
  let nodes: Readonly<Record<string, string>>
  const sessions: Session[] = []

  const has = (name: string): boolean => globSync(`node_modules/${name}/package.json`, { cwd: folder }).length > 0

  /** A shell in the folder, in which that Node comes first. */
  const shellOn = (bin: string): Session => {
    const notes = mkdtempSync(path.join(scratch, 'shell-'))
    const session = openSession(folder, notes, {
      PATH: `${bin}:${process.env['PATH'] ?? ''}`,
      HOME: process.env['HOME'] ?? '',
      ...registryAccess,
      npm_config_engine_strict: 'true',
      npm_config_prefer_offline: 'true',
      npm_config_audit: 'false',
      npm_config_fund: 'false',
      // As npm 12 does, which runs no install script that nobody has allowed.
      npm_config_ignore_scripts: 'true',
    })
    sessions.push(session)
    return session
  }

  beforeAll(async () => {
    scratch = mkdtempSync(path.join(os.tmpdir(), 'nexus-package-'))
    folder = path.join(scratch, 'empty')
    mkdirSync(path.join(folder, 'stacks/tenants'), { recursive: true })
    // PostgreSQL, which refuses to run as root, must reach its data and its programs.
    for (const one of [scratch, folder]) chmodSync(one, 0o755)
    execFileSync(process.execPath, ['scripts/package/main.ts', folder], { cwd: root, stdio: 'inherit' })
    nodes = { oldest: oldestNode(path.join(scratch, 'node')), newest: path.dirname(process.execPath) }
  }, 600_000)
  afterAll(async () => {
    for (const session of sessions) await session.end()
    rmSync(scratch, { recursive: true, force: true })
  })

  test('has at most 8 MB, compiled, with types of what is public only', () => {
    expect(statSync(path.join(folder, tarball)).size).toBeLessThanOrEqual(8_000_000)
    const types = staged('**/*.d.ts').filter((file) => !file.startsWith('node_modules/'))
    expect(types).toContain('stacks/public.d.ts')
    expect(types.filter((file) => !file.startsWith('stacks/'))).toEqual([])
    expect(staged('**/*.ts').filter((file) => !file.endsWith('.d.ts'))).toEqual([])
    expect(staged('{test,bench,scripts,packages}')).toEqual([])
    expect(staged('sbom.cdx.json')).toHaveLength(1)
  })

  test('is not what plain npm pack makes: that one is refused, with the command that is meant', () => {
    const { status, stdout, stderr } = spawnSync('npm', ['pack', '--dry-run'], { cwd: root, encoding: 'utf8' })
    expect(status).not.toBe(0)
    expect(stdout + stderr).toContain('`npm run package` makes the package')
  })

  test('is installed and played by the commands of the guide, on the oldest Node', async () => {
    expect(guide.some((command) => command.includes(tarball))).toBe(true)
    expect(guide.at(-1)).toBe('npx nexus demo --once')
    const session = shellOn(nodes['oldest'] ?? '')
    const outputs: string[] = []
    for (const command of guide) outputs.push(await must(session, command))
    expect(outputs.at(-1)).toContain('✓ Everything was as it should be')
  }, 240_000)

  test('plays on this Node', async () => {
    expect(await must(shellOn(nodes['newest'] ?? ''), 'npx nexus demo --once')).toContain(
      '✓ Everything was as it should be',
    )
  }, 120_000)

  test('installs no development dependency, nothing twice, and nothing that counts installations', () => {
    expect(Object.keys(own.devDependencies).filter(has)).toEqual([])
    expect(['@scarf/scarf', 'swagger-ui-dist', '@cdktf/provider-auth0'].filter(has)).toEqual([])
  })

  test('types what declarations import', () => {
    const file = path.join(folder, 'stacks/tenants/typed.ts')
    const compiler = path.join(root, 'node_modules/typescript/bin/tsc')
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'esnext', '--ignoreConfig']
    const check = (text: string): number | null => {
      writeFileSync(file, text)
      return spawnSync(process.execPath, [compiler, ...options, file], { cwd: folder }).status
    }
    expect(check(example)).toBe(0)
    expect(check(example.replace('grantTypes:', 'grantTypos:'))).not.toBe(0)
    rmSync(file)
  })

  describe('serves, on the oldest Node', () => {
    let nexus: Installation
    beforeAll(async () => {
      nexus = await openInstallation(folder, shellOn(nodes['oldest'] ?? ''))
    }, 120_000)
    afterAll(() => nexus.close())

    test.each(['/console/', '/docs', '/docs/swagger-ui-bundle.js', '/openapi.json', '/problems/forbidden', '/metrics'])(
      '%s',
      async (page) => expect((await fetch(`${nexus.url}${page}`)).status).toBe(200),
    )

    test('a body that a thread works on', async () => {
      expect(await nexus.postState('x'.repeat(2_000_000))).toBe(200)
    })

    test.each([
      '--version',
      'doctor',
      'config check',
      'tenants',
      'state list acme',
      'init --tenant other --domain other.eu.auth0.com --yes --out other.yaml',
    ])('and runs nexus %s', async (command) => {
      expect(await must(nexus.session, `node_modules/.bin/nexus ${command}`)).not.toBe('')
    })

    test('and synthesises what is declared beside it', async () => {
      writeFileSync(path.join(folder, 'stacks/tenants/acme.ts'), example.replace('prod:', 'main:'))
      await must(nexus.session, 'node_modules/.bin/nexus synth acme --no-fresh')
      const stack = readFileSync(path.join(folder, 'cdktf.out/stacks/acme.main/cdk.tf.json'), 'utf8')
      expect(stack).toContain('Storefront')
    })
  })
})
