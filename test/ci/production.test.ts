import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { startSimulator } from '../../simulator/main.ts'
import type { Simulator } from '../../simulator/main.ts'
import { openSession } from '../docs/commands/session.ts'
import type { Session } from '../docs/commands/session.ts'
import { freePort } from '../../adapters/embedded-postgres/free-port.ts'
import { hasRegistry, registryAccess } from './registry.ts'

const root = path.resolve(import.meta.dirname, '../..')

/** The project as a clone has it: what git knows, and what it will know. */
const makeClone = (): string => {
  const clone = mkdtempSync(path.join(os.tmpdir(), 'nexus-production-'))
  // PostgreSQL, which refuses to run as root, must reach its data and its programs.
  chmodSync(clone, 0o755)
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  for (const file of listed.split('\0').filter((name) => name !== '' && !name.startsWith('test/')))
    if (existsSync(path.join(root, file))) cpSync(path.join(root, file), path.join(clone, file))
  return clone
}

const installedOf = (clone: string, dependencies: object): string[] =>
  Object.keys(dependencies).filter((name) => existsSync(path.join(clone, 'node_modules', name)))

// The guide for operators, "Install".
describe.skipIf(!hasRegistry)('an installation without development dependencies (skipped without a registry)', () => {
  let clone: string
  let auth0: Simulator
  let session: Session
  let url: string

  const must = async (command: string): Promise<string> => {
    const { code, output } = await session.run(command)
    expect({ command, code, output }).toEqual({ command, code: 0, output })
    return output
  }

  beforeAll(async () => {
    clone = makeClone()
    auth0 = await startSimulator({ clients: 3 })
    const port = await freePort()
    url = `http://127.0.0.1:${port}`
    const scratch = path.join(clone, '.nexus-scratch')
    mkdirSync(scratch)
    session = openSession(clone, scratch, {
      // The Node of this test, which is new enough to run Nexus, is also npm's.
      PATH: `${path.dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
      HOME: process.env['HOME'] ?? '',
      ...registryAccess,
      NEXUS_URL: url,
      NEXUS_USERNAME: 'admin',
    })
    await must('npm ci --omit=dev --prefer-offline --no-audit --no-fund')
    const hash = await must('node cli/nexus.mjs hash password --generate')
    const [, password = '', passwordHash = ''] = /^password +(\S+)\n+passwordHash +(\S+)/m.exec(hash) ?? []
    await must(`export NEXUS_PASSWORD='${password}'`)
    const configuration = {
      server: { port },
      terraform: { stateKeys: ['A'.repeat(43) + '='] },
      tenants: [
        {
          id: 'acme',
          domain: auth0.httpUrl,
          allowInsecure: true,
          plan: 'none',
          credential: auth0.credential,
          terraformStates: ['main'],
        },
      ],
      serviceAccounts: [
        { name: 'admin', passwordHash, tenants: ['acme'], permissions: ['client.write.all', 'terraform.read'] },
      ],
    }
    writeFileSync(path.join(clone, 'nexus.yaml'), JSON.stringify(configuration))
    await session.start('node cli/nexus.mjs start', /Nexus is up/)
  }, 300_000)
  afterAll(async () => {
    await session.end()
    await auth0.close()
    rmSync(clone, { recursive: true, force: true })
  })

  test('has none of them', () => {
    expect(installedOf(clone, manifest.devDependencies)).toEqual([])
    expect(installedOf(clone, manifest.dependencies)).toEqual(Object.keys(manifest.dependencies))
  })

  test('changes a client', async () => {
    const id = auth0.seed({ name: 'Shop' })
    expect(await must(`node cli/nexus.mjs clients set acme ${id} productName=Billing`)).toContain('Applied')
    expect(auth0.clients.get(id)?.['client_metadata']).toMatchObject({ product_name: 'Billing' })
  })

  test.each(['/docs', '/openapi.json', '/metrics'])('serves %s', async (page) => {
    expect((await fetch(`${url}${page}`)).status).toBe(200)
  })

  test.each(['doctor', 'config check', 'tenants', 'plan acme', 'drift acme', 'state list acme', 'audit export acme'])(
    'runs nexus %s',
    async (command) => {
      const { code, output } = await session.run(`node cli/nexus.mjs ${command}`)
      expect({ code, output }).toEqual({ code: 0, output })
    },
  )

  test('says what nexus synth lacks, and what to do', async () => {
    const { code, output } = await session.run('node cli/nexus.mjs synth acme')
    expect([code, output]).toEqual([1, expect.stringMatching(/^nexus: .*bindings.*Run npm ci without --omit=dev/s)])
  })
})
