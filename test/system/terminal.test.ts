import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import os from 'node:os'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nexus } from '../cli/support.ts'
import { pipeline, withStates } from '../support/pipeline.ts'
import { servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'
import { lockOf, managedClient, stateText } from '../terraform/support.ts'

/** Everything at once: sequences (CSI, OSC 8 and 52, of one byte), controls, directions, zero width, ends of lines. */
const hostile =
  '\u001b[2J\u001b]52;c;eA==\u0007\u001b]8;;http://a.test\u001b\\x\u009b31m\u0085\u007f\b\t\u202e\u2066\u2069\u200e\u200f' +
  '\u061c\u200b\u200d\ufeff\u2028\u2029\rforged\nforged line'
const steering = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

/** Members that programs compare: a tainted one would only be refused. */
const exact =
  /^(?:id|clientId|client_id|status|outcome|kind|level|field|class|sync|type|tenant|tenantId|state|next|\w+At|since|address|change|deposed|domain|url|fields|values)$/

const tainted = (value: unknown, member = ''): unknown => {
  if (typeof value === 'string') return exact.test(member) ? value : `${value}${hostile}`
  if (Array.isArray(value)) return value.map((one) => tainted(one, member))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, tainted(one, name)]))
}

/** Nexus as somebody who may choose every text would have it answer. */
const taintingProxy = async (to: string) => {
  const server = createServer((request, response) => {
    const pass = async (): Promise<void> => {
      const body = await buffer(request)
      const { host: _host, connection: _connection, 'content-length': _length, ...headers } = request.headers
      const answer = await fetch(`${to}${request.url ?? ''}`, {
        method: request.method ?? 'GET',
        headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
        ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
      })
      const text = await answer.text()
      response.statusCode = answer.status
      for (const name of ['content-type', 'etag', 'nexus-change', 'location'])
        if (answer.headers.has(name)) response.setHeader(name, answer.headers.get(name) ?? '')
      response.end(text.startsWith('{') ? JSON.stringify(tainted(JSON.parse(text))) : text)
    }
    void pass().catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

const credentials = { NEXUS_USERNAME: pipeline.name, NEXUS_PASSWORD: pipeline.password }

const run = async (...args: readonly string[]) => {
  const { stdout, stderr, code } = await nexus(args, { env: credentials })
  for (const text of [stdout, stderr]) {
    expect(text).not.toMatch(steering)
    expect(text).not.toMatch(/^\W*forged/m)
  }
  return { stdout, stderr, code }
}

describe.skipIf(servers === null)('no text from outside reaches the terminal as it is', { timeout: 120_000 }, () => {
  let stack: Stack
  let proxy: Awaited<ReturnType<typeof taintingProxy>>
  let folder: string
  let config: string
  let client: string
  beforeAll(async () => {
    stack = await startStack(withStates({ tenant: { scanInterval: '24h', terraformStates: ['main', 'prod'] } }))
    proxy = await taintingProxy(stack.url)
    folder = await mkdtemp(path.join(os.tmpdir(), 'nexus-terminal-'))
    config = path.join(folder, 'nexus.yaml')
    await writeFile(config, stack.configurationText)
    const metadata = { owners: '["auth0|tester"]', product_name: 'Shop' }
    client = stack.simulator.seed({ name: `Shop ${hostile}`, client_metadata: metadata })
    await stack.patch(client, { callbackUrls: ['https://a.example.com/cb'] })
    stack.simulator.seed({ ...stack.simulator.clients.get(client), callbacks: ['https://b.example.com/cb'] })
    const admin = {
      headers: { authorization: `Basic ${Buffer.from(`${pipeline.name}:${pipeline.password}`).toString('base64')}` },
    }
    const states = '/v1/tenants/acme/terraform/states'
    await stack.request(`${states}/main`, { ...admin, method: 'POST', body: stateText(1, [managedClient(client)]) })
    for (const state of ['main', 'prod']) {
      const body = JSON.stringify(lockOf('lock', { Operation: 'OperationTypePlan', Who: hostile, Info: hostile }))
      await stack.request(`${states}/${state}`, { ...admin, method: 'LOCK', body })
    }
    await stack.request('/v1/tenants/acme/pause', { ...admin, method: 'POST' })
    await stack.patch(client, { applicationName: 'waits' })
    await stack.query("update nexus.client_listings set drifted = true where tenant_id = 'acme'")
    await stack.query(
      "insert into nexus.audit (tenant_id, actor_kind, actor_id, action, target, outcome) values ('acme', 'user', $1, 'pause', $1, 'accepted')",
      [hostile],
    )
  })
  afterAll(async () => {
    proxy.close()
    await stack.close()
    await rm(folder, { recursive: true })
  })

  const viaApi = (...args: readonly string[]) => run(...args, '--url', proxy.url)

  test.each<readonly [command: string, ...args: string[]]>([
    ['clients list', 'acme'],
    ['clients show', 'acme', 'CLIENT'],
    ['clients history', 'acme', 'CLIENT'],
    ['clients set', 'acme', 'CLIENT', 'productName=Shop', '--dry-run'],
    ['clients set', 'acme', 'CLIENT', 'callbackUrls+=javascript:alert(1)'],
    ['clients set', 'acme', 'CLIENT', 'applicationName=new'],
    ['plan', 'acme'],
    ['drift', 'acme'],
    ['adopt', 'acme', '--all', '--dry-run'],
    ['release', 'acme', '--all', '--dry-run'],
    ['state list', 'acme'],
    ['state versions', 'acme', 'main'],
    ['state restore', 'acme', 'main', '1'],
    ['state delete', 'acme', 'main', '--yes'],
    ['state unlock', 'acme', 'prod', '--yes'],
    ['clients show', 'acme', 'nobody'],
  ])('%s %s %s %s %s: what the API answers', async (command, ...args) => {
    const words = [...command.split(' '), ...args.map((one) => (one === 'CLIENT' ? client : one))]
    const shown = await viaApi(...words)
    expect(`${shown.stdout}${shown.stderr}`).not.toBe('')
    const { stdout } = await viaApi(...words, '--json')
    // A program gets the very same text.
    const told = stdout.includes('forged') ? JSON.stringify(JSON.parse(stdout)) : JSON.stringify(hostile)
    expect(told).toContain(JSON.stringify(hostile).slice(1, -1))
  })

  test('synth: what stands in a snapshot', async () => {
    expect((await viaApi('synth', 'acme', '--out', path.join(folder, 'out'))).stderr).toContain('snapshot')
  })

  test.each<readonly [command: string, ...args: string[]]>([
    ['plan', 'acme'],
    ['drift', 'acme'],
    ['applications list'],
    ['accounts list'],
    ['doctor'],
    ['config check'],
  ])('%s %s: what the store holds', async (command, ...args) => {
    const words = [...command.split(' '), ...args, '--config', config]
    await run(...words)
    expect(JSON.parse((await run(...words, '--json')).stdout)).toBeTypeOf('object')
  })

  test('audit export: the same records, and nothing of them is obeyed', async () => {
    const { stdout } = await run('audit', 'export', 'acme', '--config', config)
    const targets = stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line).target)
    expect(targets).toContain(hostile)
  })

  test('a file with mistakes in it', async () => {
    const file = path.join(folder, 'broken.yaml')
    await writeFile(file, JSON.stringify({ [hostile]: 1, tenants: [{ id: hostile, domain: hostile, plan: hostile }] }))
    for (const more of [[], ['--json']]) {
      expect((await run('config', 'check', '--config', file, ...more)).code).toBe(78)
      expect((await run('doctor', '--config', file, ...more)).code).toBe(1)
    }
    expect(
      (await run('plan', 'acme', '--config', path.join(folder, `nothing${hostile.replaceAll('/', '')}`))).code,
    ).toBe(78)
    // What somebody typed themselves may have lines.
    expect((await run('clients', `list${hostile.replaceAll('\n', '')}`)).code).toBe(64)
  })

  test('lines of the log', () => {
    const lines = stack.logLines().join('')
    expect(lines).toContain('forged')
    expect(lines).not.toMatch(steering)
  })

  test('nothing in the command line writes past the functions that see to it', async () => {
    const own = new Set([
      'terminal/print.ts',
      'terminal/progress.ts',
      'terminal/watch.ts',
      'terminal/secret-input.ts',
      'program.ts',
      'commands/state.ts',
      'commands/audit.ts',
    ])
    const files = (await readdir('cli', { recursive: true })).filter((file) => file.endsWith('.ts') && !own.has(file))
    expect(files.length).toBeGreaterThan(30)
    for (const file of files)
      expect([
        file,
        /\bconsole\.\w+\(|std(?:out|err)\.write/.test(await readFile(path.join('cli', file), 'utf8')),
      ]).toEqual([file, false])
  })
})
