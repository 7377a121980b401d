import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { startEmbedded } from '../../adapters/embedded-postgres/embedded.ts'
import type { Serving } from '../../adapters/embedded-postgres/presence.ts'

const module = path.resolve(import.meta.dirname, '../../adapters/embedded-postgres/embedded.ts')

const emptyDirectory = async (): Promise<string> => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-outage-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  await chmod(directory, 0o755)
  return path.join(directory, '.nexus')
}

const answer = async (url: string, text: string): Promise<unknown> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return (await client.query(text)).rows[0]
  } finally {
    await client.end().catch(() => undefined)
  }
}
const answersAgain = (url: string, withinMs = 15_000) =>
  vi.waitFor(() => answer(url, 'select 1 as one'), { timeout: withinMs, interval: 100 })

const serverOf = async (directory: string): Promise<number> =>
  Number((await readFile(path.join(directory, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0])

const heard: string[] = []
const serving: Serving = {
  onLost: () => void heard.push('lost'),
  onBack: () => void heard.push('back'),
  onGone: (error) => void heard.push(`gone: ${error.message}`),
}

/** Another program that serves from it. */
const otherServing = async (directory: string) => {
  const script = `
    const { startEmbedded } = await import(${JSON.stringify(module)})
    const quiet = () => undefined
    const { url } = await startEmbedded(${JSON.stringify(directory)}, { onLost: quiet, onBack: quiet, onGone: quiet })
    console.log(url)
    setInterval(() => undefined, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(async () => {
    child.kill('SIGCONT')
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    await (await startEmbedded(directory)).stop()
  })
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  return { url: String(line), child }
}

describe('an embedded PostgreSQL that somebody serves from', { timeout: 120_000 }, () => {
  test('is started again at the same address, however often it is killed, and keeps what was committed', async () => {
    const directory = await emptyDirectory()
    const postgres = await startEmbedded(directory, serving)
    onTestFinished(postgres.stop)
    await answer(postgres.url, 'create table kept (kill int)')
    for (let kill = 0; kill < 5; kill += 1) {
      await answer(postgres.url, `insert into kept values (${kill})`)
      process.kill(await serverOf(directory), 'SIGKILL')
      await vi.waitFor(async () => expect(await answersAgain(postgres.url)).toBeDefined(), { timeout: 20_000 })
    }
    expect(await answer(postgres.url, 'select count(*)::int as kills from kept')).toEqual({ kills: 5 })
    // A kill while it is being started again is one more try of the same.
    await vi.waitFor(() => expect(heard.at(-1)).toBe('back'), { timeout: 10_000 })
    expect(heard.filter((one) => one.startsWith('gone'))).toEqual([])
  })

  test('recovers by itself from the loss of one of its processes, and is left to do so', async () => {
    const directory = await emptyDirectory()
    const postgres = await startEmbedded(directory, serving)
    onTestFinished(postgres.stop)
    const server = await serverOf(directory)
    const row = await answer(postgres.url, `select pid from pg_stat_activity where application_name = 'nexus-presence'`)
    process.kill(Number(Object.values(row ?? {})[0]), 'SIGKILL')
    await answersAgain(postgres.url)
    expect(await serverOf(directory)).toBe(server)
  })

  test('is not started by a visitor while it is down: that one waits, and says so', async () => {
    const directory = await emptyDirectory()
    const { url, child } = await otherServing(directory)
    const visit = await startEmbedded(directory)
    expect(visit.url).toBe(url)
    await visit.stop()
    // Who serves from it holds still, so nobody starts it again.
    child.kill('SIGSTOP')
    process.kill(await serverOf(directory), 'SIGKILL')
    await expect(startEmbedded(directory, undefined, { visitMs: 2000, reviveMs: 0 })).rejects.toThrow(
      new RegExp(`is down, and Nexus \\(process ${child.pid}\\).*restart Nexus`),
    )
    await expect(answer(url, 'select 1')).rejects.toThrow('ECONNREFUSED')
    child.kill('SIGCONT')
    const joined = await startEmbedded(directory)
    expect(joined.url).toBe(url)
    await joined.stop()
    expect(await answer(url, 'select 1 as one')).toEqual({ one: 1 })
  })

  test('is anybody’s to start once its program was killed, also where its number is another’s now', async () => {
    const directory = await emptyDirectory()
    const { child } = await otherServing(directory)
    process.kill(await serverOf(directory), 'SIGSTOP')
    child.kill('SIGKILL')
    await once(child, 'exit')
    process.kill(await serverOf(directory), 'SIGCONT')
    process.kill(await serverOf(directory), 'SIGKILL')
    await writeFile(path.join(directory, 'serving', 'left'), JSON.stringify({ pid: process.pid, since: '1', port: 1 }))
    const visit = await startEmbedded(directory)
    expect(await answer(visit.url, 'select 1 as one')).toEqual({ one: 1 })
    await visit.stop()
    await expect(answer(visit.url, 'select 1')).rejects.toThrow('ECONNREFUSED')
  })

  test('that cannot be started again ends who serves from it, with the reason', async () => {
    const directory = await emptyDirectory()
    const gone: string[] = []
    const told = { ...serving, onGone: ({ message }: Error) => void gone.push(message) }
    const postgres = await startEmbedded(directory, told, { visitMs: 2000, reviveMs: 3000 })
    const port = Number(new URL(postgres.url).port)
    await rm(path.join(directory, 'postgres', 'global'), { recursive: true, force: true })
    process.kill(await serverOf(directory), 'SIGKILL')
    await vi.waitFor(() => expect(gone).toHaveLength(1), { timeout: 60_000, interval: 200 })
    expect(gone[0]).toMatch(/did not start; the end of .*postgres\.log/)
    const taken = createServer().listen(port, '127.0.0.1')
    await once(taken, 'listening')
    taken.close()
    await postgres.stop()
  })
})
