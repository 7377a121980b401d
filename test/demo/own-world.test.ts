import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = path.join(import.meta.dirname, '..', '..')

/** What the demo is made of; the rest of the project it does not read. */
const parts = [
  'adapters',
  'api',
  'cli',
  'demo',
  'docs',
  'domain',
  'process',
  'simulator',
  'stacks',
  'worker',
  'package.json',
]

/** What belongs to the user, in a clone that they work with. A demo that read any of it would fail, or do otherwise. */
const usersFiles = {
  'stacks/tenants/acme.ts': `import type { TenantDeclarations } from '../declarations.ts'
export default {
  prod: () => { throw new Error('A declaration of the user was run.') },
} satisfies TenantDeclarations
`,
  'nexus.yaml': 'tenants: [{ id: acme, domain: acme.eu.auth0.com, credential: none }]\n',
  '.env': 'NEXUS_DATABASE_URL=postgres://nobody@127.0.0.1:1/nothing\n',
  '.nexus/store/data/PG_VERSION': 'of the store that `nexus start` keeps\n',
  '.nexus/state.json': '{"version": 4}\n',
}

/** A server that should hear nothing: what it was asked is kept. Undefined where its port is taken already. */
const listenAt = (port: number, heard: string[]): Promise<Server | undefined> =>
  new Promise((resolve) => {
    const server = createServer(({ method, url }, response) => {
      heard.push(`${port}: ${method} ${url}`)
      response.writeHead(500).end()
    })
    server.on('connect', ({ url }, socket) => {
      heard.push(`${port}: CONNECT ${url}`)
      socket.destroy()
    })
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => resolve(server))
  })

describe('the demo in the clone of somebody who uses Nexus', { timeout: 120_000 }, () => {
  const heard: string[] = []
  const servers: Server[] = []
  let clone = ''
  let ended: { readonly status: number; readonly output: string }

  beforeAll(async () => {
    clone = await mkdtemp(path.join(tmpdir(), 'nexus-demo-own-world-'))
    for (const part of parts) await cp(path.join(root, part), path.join(clone, part), { recursive: true })
    await symlink(path.join(root, 'node_modules'), path.join(clone, 'node_modules'))
    for (const [name, text] of Object.entries(usersFiles)) {
      await mkdir(path.dirname(path.join(clone, name)), { recursive: true })
      await writeFile(path.join(clone, name), text)
    }
    // A Nexus, a simulator and a proxy of the user's; where another program has the port already, that is as good.
    for (const port of [8080, 4000, 0])
      servers.push(...[await listenAt(port, heard)].filter((one) => one !== undefined))
    const address = servers.at(-1)?.address()
    const elsewhere = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
    const env = {
      ...process.env,
      FORCE_COLOR: undefined,
      NEXUS_CONFIG: path.join(clone, 'nexus.yaml'),
      NEXUS_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing',
      NEXUS_REDIS_URL: 'redis://127.0.0.1:1',
      NEXUS_URL: elsewhere,
      NEXUS_TOKEN: 'of-another-world',
      NEXUS_HTTP_PROXY: elsewhere,
      HTTP_PROXY: elsewhere,
      http_proxy: elsewhere,
      HTTPS_PROXY: elsewhere,
      NODE_USE_ENV_PROXY: '1',
      PGHOST: '127.0.0.1',
      PGPORT: '1',
      PGSSLMODE: 'require',
      PGOPTIONS: '-c nonsense=1',
      CDKTF_OUTDIR: path.join(clone, 'cdktf.out'),
      CDKTF_TARGET_STACK_ID: 'of-another-world',
      CDKTF_CONTEXT_JSON: 'none',
    }
    ended = await new Promise((resolve) => {
      const child = execFile(
        process.execPath,
        ['cli/nexus.mjs', 'demo', '--once'],
        { cwd: clone, timeout: 90_000, env },
        (_error, stdout, stderr) => resolve({ status: child.exitCode ?? -1, output: stdout + stderr }),
      )
    })
  })

  afterAll(async () => {
    for (const server of servers) server.close()
    await rm(clone, { recursive: true, force: true })
  })

  test('comes out as it does on a fresh clone', () => {
    expect(ended).toMatchObject({ status: 0, output: expect.stringContaining('✓ Everything was as it should be') })
  })

  test.each(Object.entries(usersFiles))('leaves %s as it was', async (name, text) => {
    expect(await readFile(path.join(clone, name), 'utf8')).toBe(text)
  })

  test('writes nothing outside of .nexus/demo', async () => {
    expect((await readdir(clone)).toSorted()).toEqual(
      [...parts, '.env', '.nexus', 'nexus.yaml', 'node_modules'].toSorted(),
    )
    expect((await readdir(path.join(clone, '.nexus'))).toSorted()).toEqual(['demo', 'state.json', 'store'])
  })

  test('asks no server of theirs anything', () => {
    expect(heard).toEqual([])
  })
})
