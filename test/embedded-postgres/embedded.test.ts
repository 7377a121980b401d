import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { once } from 'node:events'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startEmbedded } from '../../adapters/embedded-postgres/embedded.ts'
import type { EmbeddedPostgres } from '../../adapters/embedded-postgres/embedded.ts'

const isRoot = process.getuid?.() === 0
const module = path.resolve(import.meta.dirname, '../../adapters/embedded-postgres/embedded.ts')

const directories: string[] = []

const emptyDirectory = async (): Promise<string> => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-store-'))
  directories.push(directory)
  // The user that runs the server must be able to reach it where the tests run as root.
  await chmod(directory, 0o755)
  return path.join(directory, '.nexus')
}

/** Started here, and stopped with the test at the latest. */
const started = async (directory: string): Promise<EmbeddedPostgres> => {
  const postgres = await startEmbedded(directory)
  onTestFinished(postgres.stop)
  return postgres
}

const answer = async (url: string, text: string): Promise<unknown> => {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return (await client.query(text)).rows[0]
  } finally {
    await client.end()
  }
}
const answers = (url: string): Promise<boolean> =>
  answer(url, 'select 1').then(
    () => true,
    () => false,
  )

/** Another program that starts the server and does not stop it. */
const otherProgram = async (directory: string) => {
  const script = `
    const { startEmbedded } = await import(${JSON.stringify(module)})
    const { url } = await startEmbedded(${JSON.stringify(directory)})
    console.log(url)
    setInterval(() => undefined, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  onTestFinished(kill)
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  return { url: String(line), kill }
}

/** A process of the user that runs the server, as PostgreSQL takes no notice of those of others. */
const otherPidOfServerUser = async (): Promise<number> => {
  const { stdout } = await promisify(execFile)('id', ['-u', 'postgres'])
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], {
    uid: Number(stdout),
    cwd: '/',
    stdio: 'ignore',
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'spawn')
  return child.pid ?? 0
}

describe('the embedded PostgreSQL', () => {
  /** Where a database has been made and stopped again: making one is what takes time. */
  let directory: string
  beforeAll(async () => {
    directory = await emptyDirectory()
    await (await startEmbedded(directory)).stop()
  })
  afterAll(() => Promise.all(directories.map((made) => rm(made, { recursive: true, force: true }))))

  test('starts, keeps what it was given over a stop, and shuts others out of its files', async () => {
    const first = await startEmbedded(directory)
    await answer(first.url, 'create table kept as select 7 as number')
    expect((await stat(directory)).mode & 0o777).toBe(0o700)
    expect((await stat(path.join(directory, 'postgres'))).mode & 0o777).toBe(0o700)
    expect((await stat(path.join(directory, 'password'))).mode & 0o777).toBe(0o600)
    expect(first.notes).toEqual([])
    await first.stop()
    expect(await answers(first.url)).toBe(false)
    const again = await started(directory)
    expect(await answer(again.url, 'select number from kept')).toEqual({ number: 7 })
  })

  test('its password is random, and needed', async () => {
    const postgres = await started(directory)
    const url = new URL(postgres.url)
    expect(url.password.length).toBeGreaterThanOrEqual(32)
    url.password = randomBytes(24).toString('base64url')
    expect(await answers(url.href)).toBe(false)
    url.password = ''
    expect(await answers(url.href)).toBe(false)
    expect(await answer(postgres.url, 'show listen_addresses')).toEqual({ listen_addresses: '127.0.0.1' })
  })

  test('who comes later joins it, and only the last one to go stops it', async () => {
    const [first, second] = [await started(directory), await started(directory)]
    expect(second.url).toBe(first.url)
    await first.stop()
    expect(await answers(first.url)).toBe(true)
    await second.stop()
    expect(await answers(first.url)).toBe(false)
  })

  test('it outlives a program that is killed, and the next one joins it', async () => {
    const other = await otherProgram(directory)
    await other.kill()
    const next = await started(directory)
    expect(next.url).toBe(other.url)
    expect(await answers(next.url)).toBe(true)
    await next.stop()
    expect(await answers(next.url)).toBe(false)
  })

  test('two programs that start at once share one server', async () => {
    const directory = await emptyDirectory()
    const [here, there, third] = await Promise.all([
      started(directory),
      otherProgram(directory),
      otherProgram(directory),
    ])
    expect([there.url, third.url]).toEqual([here.url, here.url])
  })

  test('one starts while another stops: whoever has an address has a server', async () => {
    let current = await startEmbedded(directory)
    for (let round = 0; round < 3; round += 1) {
      const [next] = await Promise.all([startEmbedded(directory), current.stop()])
      expect(await answers(next.url)).toBe(true)
      current = next
    }
    await current.stop()
  })

  test.each([
    {
      reason: "a file of a server that is gone, whose number is another program's now",
      leave: async () => {
        const owner = isRoot ? await otherPidOfServerUser() : process.pid
        const lines = [owner, path.join(directory, 'postgres'), 1_700_000_000, 1, '', '127.0.0.1', ' 0 0', 'ready']
        await writeFile(path.join(directory, 'postgres', 'postmaster.pid'), `${lines.join('\n')}\n`)
      },
    },
    {
      reason: 'an empty postmaster.pid, as after a crash of the machine',
      leave: () => writeFile(path.join(directory, 'postgres', 'postmaster.pid'), ''),
    },
    {
      reason: 'a postmaster.pid that was cut short',
      leave: () => writeFile(path.join(directory, 'postgres', 'postmaster.pid'), `12\n${directory}`),
    },
    {
      reason: 'a postmaster.pid of something else',
      leave: () => writeFile(path.join(directory, 'postgres', 'postmaster.pid'), 'nonsense\n\u0000'),
    },
    {
      reason: 'the lock of a program that died',
      leave: () => writeFile(path.join(directory, 'starting'), '999999999'),
    },
    {
      reason: 'a lock of a former process with our own number, as in a container that was started again',
      leave: () => writeFile(path.join(directory, 'starting'), String(process.pid)),
    },
    {
      reason: 'a first start that was interrupted',
      leave: () => rm(path.join(directory, 'postgres', 'PG_VERSION')),
    },
  ])('starts in spite of $reason', { timeout: 20_000 }, async ({ leave }) => {
    await leave()
    const postgres = await started(directory)
    expect(await answers(postgres.url)).toBe(true)
  })

  test.runIf(isRoot)(
    'root hands it to another user, and where that one cannot reach, the data is elsewhere',
    async () => {
      const reachable = await emptyDirectory()
      const here = await started(reachable)
      expect((await stat(path.join(reachable, 'postgres'))).uid).not.toBe(0)
      expect(here.notes).toEqual([])
      const closed = await emptyDirectory()
      await chmod(path.dirname(closed), 0o700)
      const there = await startEmbedded(closed)
      const place = /kept in (\/\S+)\./.exec(there.notes.join(' '))?.[1] ?? ''
      directories.push(place)
      expect(await answers(there.url)).toBe(true)
      expect(await readFile(path.join(place, 'password'), 'utf8')).not.toBe('')
      expect((await stat(place)).mode & 0o777).toBe(0o700)
      await there.stop()
      expect(await answers(there.url)).toBe(false)
    },
  )
})
