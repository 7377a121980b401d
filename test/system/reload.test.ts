import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createConnector } from '../../adapters/postgres/servers/connector.ts'
import { hashIssuedPassword } from '../../adapters/passwords/issued-password.ts'
import { lookOn } from '../api/events/support.ts'
import { pathOf, seedClient } from '../api/support.ts'
import { nexus } from '../support/process.ts'
import type { NexusProcess } from '../support/process.ts'
import { applicationToken, servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'

const password = `nxs_${'a'.repeat(43)}`
const robot = { authorization: `Basic ${btoa(`robot:${password}`)}` }
const account = {
  name: 'robot',
  passwordHash: hashIssuedPassword(password),
  permissions: ['client.read.all'],
  tenants: '*',
}

describe.skipIf(servers === null)('SIGHUP', () => {
  let stack: Stack
  let folder: string
  let one: NexusProcess
  let url: string
  let file: string
  beforeAll(async () => {
    stack = await startStack({ tenant: { freshness: '24h', scanInterval: '24h' } })
    await stack.stop()
    folder = await mkdtemp(path.join(os.tmpdir(), 'nexus-reload-'))
    file = path.join(folder, 'nexus.yaml')
  })
  afterAll(async () => {
    await stack.close()
    await rm(folder, { recursive: true })
  })
  /** Writes the configuration of the stack, with other members. */
  const configure = (more: Record<string, unknown> = {}) =>
    writeFile(file, JSON.stringify({ ...JSON.parse(stack.configurationText), ...more }), { mode: 0o600 })
  beforeEach(async () => {
    await configure()
    one = nexus(['start', '--config', file])
    url = (await one.says(/"url":"(http:[^"]+)"/))[1] ?? ''
  })
  afterEach(() => one.kill('SIGTERM'))

  const reloads = (): number => one.output().split('the configuration was reloaded').length - 1
  const reload = async (): Promise<void> => {
    const before = reloads()
    one.child.kill('SIGHUP')
    await vi.waitFor(() => expect(reloads()).toBe(before + 1), { timeout: 10_000, interval: 10 })
  }
  const headers = () => ({
    authorization: `Bearer ${stack.token()}`,
    'x-application-token': applicationToken,
    'content-type': 'application/json',
  })

  test('drops none of 200 requests in flight, twenty times over', async () => {
    const ids = Array.from({ length: 20 }, () => seedClient(stack))
    const seen = new Map<string, number>()
    const ending = new AbortController()
    const asTester = headers()
    const note = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1)
    const caller = async (_: unknown, number: number): Promise<void> => {
      const id = ids[number % ids.length] ?? ''
      for (let turn = 0; !ending.signal.aborted; turn += 1) {
        const changes = number % 4 === 0
        const init = changes
          ? { method: 'PATCH', body: JSON.stringify({ callbackUrls: [`https://a.example.com/${number}/${turn}`] }) }
          : {}
        try {
          const answer = await fetch(`${url}${pathOf(id)}`, { ...init, headers: asTester })
          await answer.text()
          note(String(answer.status))
        } catch (error) {
          note(`cut: ${String(error)}`)
        }
      }
    }
    // Some of them wait for Auth0 through all of it.
    stack.simulator.setFaults({ latencyMs: [20, 200] })
    const callers = Promise.all(Array.from({ length: 200 }, caller))
    for (let turn = 1; turn <= 20; turn += 1) {
      await configure({ limits: { requestsPerSecond: 100_000, burst: 1_000_000 - turn } })
      await reload()
    }
    ending.abort()
    await callers
    stack.simulator.setFaults({ latencyMs: 0 })
    expect([...seen.keys()].filter((what) => !['200', '202'].includes(what))).toEqual([])
    expect(seen.get('200')).toBeGreaterThan(400)
    const { changes } =
      (await stack.query<{ changes: number }>('select count(*)::int as changes from nexus.changes'))[0] ?? {}
    expect(changes).toBeGreaterThan(20)
  }, 90_000)

  test('a caller that was added is let in, and one that was removed is not; streams come again', async () => {
    const id = seedClient(stack)
    const ask = async (): Promise<number> => (await fetch(`${url}${pathOf(id)}`, { headers: robot })).status
    expect(await ask()).toBe(401)
    const reader = await lookOn(stack, { url })
    await configure({ serviceAccounts: [account] })
    await reload()
    expect(await ask()).toBe(200)
    await reader.ended
    expect(reader.messages.at(-1)).toMatchObject({
      event: 'end',
      data: { type: '/problems/unavailable', detail: expect.stringContaining('new configuration') },
    })
    const again = await lookOn(stack, { url, lastId: reader.lastId() })
    expect(again.status).toBe(200)
    await configure()
    await reload()
    expect(await ask()).toBe(401)
    expect(one.output()).toContain('"changed":["serviceAccounts.robot (new)"],"needsRestart":[]')
    expect(one.output()).toContain('"changed":["serviceAccounts.robot (removed)"],"needsRestart":[]')
    expect(one.output()).not.toContain(account.passwordHash)
  })

  test('a configuration with mistakes is refused, and the former one goes on', async () => {
    const id = seedClient(stack)
    await configure({ serviceAccounts: [account] })
    await reload()
    await configure({ serviceAccounts: [{ ...account, passwordHash: 'secret-that-is-no-hash' }], limits: { burst: 0 } })
    one.child.kill('SIGHUP')
    const [line = ''] = await one.says(/^.*the configuration was not reloaded.*$/m)
    expect(JSON.parse(line)).toMatchObject({
      level: 50,
      problems: [{ path: 'limits.burst' }, { path: 'serviceAccounts[0].passwordHash' }],
    })
    expect(one.output()).not.toContain('secret-that-is-no-hash')
    expect((await fetch(`${url}${pathOf(id)}`, { headers: robot })).status).toBe(200)
    await configure({ serviceAccounts: [account], redis: { url: 'redis://127.0.0.1:1' }, log: { level: 'warn' } })
    one.child.kill('SIGHUP')
    await one.says(/"needsRestart":\["redis[^\]]*\],"msg":"settings were changed that take effect when/)
    // The level is one of what took effect.
    expect(one.output().split('"msg":"answered"').length).toBeGreaterThan(1)
    const before = one.output().length
    expect((await fetch(`${url}${pathOf(id)}`, { headers: robot })).status).toBe(200)
    expect(one.output().slice(before)).not.toContain('"msg":"answered"')
  })

  test('the worker goes on with the next settings', async () => {
    const id = seedClient(stack)
    const { tenants } = JSON.parse(stack.configurationText)
    await configure({ tenants: [{ ...tenants[0], scanInterval: '100ms' }], worker: { httpTimeout: '1s' } })
    await reload()
    // Scans find the client now; before, they would have come in a day.
    await vi.waitFor(
      async () => expect(await stack.query('select 1 from nexus.clients where client_id = $1', [id])).toHaveLength(1),
      { timeout: 15_000, interval: 100 },
    )
    const answer = await fetch(`${url}${pathOf(id)}`, {
      method: 'PATCH',
      headers: headers(),
      body: '{"callbackUrls":["https://after.example.com/cb"]}',
    })
    expect(answer.status).toBe(200)
  })

  test('that is under way when the process is asked to end is done first', async () => {
    const blocking = await createConnector(stack.databaseUrl).open({}, () => undefined)
    try {
      await blocking.query('begin; lock table nexus.tenants in access exclusive mode')
      await configure({ limits: { burst: 7 } })
      one.child.kill('SIGHUP')
      await vi.waitFor(
        async () =>
          expect(
            await stack.query(`select 1 from pg_stat_activity where datname = current_database()
              and wait_event_type = 'Lock' and ltrim(query, E' \\n') like 'insert into nexus.tenants%'`),
          ).not.toEqual([]),
        { timeout: 10_000, interval: 20 },
      )
      one.child.kill('SIGTERM')
      await one.says(/shutting down/)
    } finally {
      await blocking.query('commit')
      await blocking.end()
    }
    await one.ended
    expect(one.output()).toMatch(/shutting down[^]*the configuration was reloaded[^]*"msg":"ended"/)
    expect(one.child.exitCode).toBe(0)
  })

  test('that says that its terminal was closed ends it', async ({ skip }) => {
    const log = path.join(folder, 'terminal.log')
    const cli = path.resolve(import.meta.dirname, '../../cli/nexus.mjs')
    const inTerminal = `
import os, pty, sys, time
pid, terminal = pty.fork()
if pid == 0:
    os.execvp('sh', ['sh', '-c', 'exec "$0" "$1" start --config "$2" > "$3"', *sys.argv[1:]])
while 'Nexus is up' not in open(sys.argv[4]).read():
    time.sleep(0.1)
os.close(terminal)
os.waitpid(pid, 0)`
    await writeFile(log, '')
    const python = spawn('python3', ['-c', inTerminal, process.execPath, cli, file, log], { stdio: 'ignore' })
    const code = await new Promise<number | null>((resolve) => {
      python.once('error', () => resolve(null))
      python.once('exit', resolve)
    })
    if (code === null && process.env['CI'] !== 'true') return skip('There is no python3 to open a terminal with.')
    expect(code).toBe(0)
    const said = await readFile(log, 'utf8')
    expect(said).toContain('"because":"SIGHUP"')
    expect(said).toContain('"msg":"ended"')
  })
})
