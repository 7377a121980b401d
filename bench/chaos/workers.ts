import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { Queue, createPostgresBackend, withBackend } from 'bullmq'
import pg from 'pg'
import { connectRedis, primariesOf } from '../../adapters/queue/connection.ts'
import { consumerRedis, nameOn, queueName } from '../../adapters/queue/settings.ts'
import type { Stack } from '../../test/support/assemble-stack.ts'

/** Workers as processes of their own, so that they can be killed. */
export interface Workers {
  /** SIGKILL, and another one is started in its place. */
  readonly killOne: () => Promise<void>
  /** SIGSTOP to one of them; what is answered lets it go on. */
  readonly stopOne: () => () => void
  readonly scaleTo: (count: number) => Promise<void>
  /** Puts jobs into the queue, past all deduplication. */
  readonly deliver: (clientIds: readonly string[]) => Promise<void>
  /** The queue forgets everything. */
  readonly flushQueue: () => Promise<void>
  readonly close: () => Promise<void>
}

const cli = path.join(import.meta.dirname, '..', '..', 'cli', 'nexus.mjs')

/** Starts so many workers over the stack's storage. */
export const startWorkers = async (stack: Stack, count: number): Promise<Workers> => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-chaos-'))
  const file = path.join(directory, 'nexus.yaml')
  await writeFile(file, stack.configurationText, { mode: 0o600 })
  const running: ChildProcess[] = []
  /** Resolves when it works: on a busy machine a new one would otherwise be killed before it has begun. */
  const start = async (): Promise<void> => {
    const child = spawn(process.execPath, [cli, 'worker', '--config', file], { stdio: ['ignore', 'pipe', 'inherit'] })
    running.push(child)
    for await (const line of createInterface({ input: child.stdout })) if (line.includes('Nexus is up')) break
    child.stdout.resume()
  }
  let opened: ReturnType<typeof openQueue> | undefined
  const queue = () => (opened ??= openQueue(stack))
  await Promise.all(Array.from({ length: count }, start))
  return {
    killOne: async () => {
      await end(running.shift(), 'SIGKILL')
      await start()
    },
    stopOne: () => {
      const [one] = running
      one?.kill('SIGSTOP')
      return () => void one?.kill('SIGCONT')
    },
    scaleTo: async (wanted) => {
      while (running.length < wanted) await start()
      await Promise.all(running.splice(wanted).map((child) => end(child, 'SIGTERM')))
    },
    deliver: (clientIds) => queue().deliver(clientIds),
    flushQueue: () => queue().flush(),
    close: async () => {
      await Promise.all(running.map((child) => end(child, 'SIGTERM')))
      await opened?.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

const end = async (child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> => {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGCONT')
  child.kill(signal)
  await ended
}

const openQueue = ({ configuration, databaseUrl }: Stack) => {
  const { redis } = configuration
  if (redis !== null) {
    const connection = connectRedis(redis, consumerRedis)
    const queue = new Queue(nameOn(redis, queueName('acme')), { connection, prefix: redis.prefix })
    connection.on('error', () => undefined)
    queue.on('error', () => undefined)
    return {
      deliver: async (ids: readonly string[]) => {
        await queue.addBulk(ids.map((clientId) => ({ name: 'sync', data: { clientId } })))
      },
      flush: async () => {
        await Promise.all(primariesOf(connection).map((node) => node.flushall()))
      },
      close: async () => {
        await queue.close()
        connection.disconnect()
      },
    }
  }
  const classes = withBackend(createPostgresBackend)
  const queue = new classes.Queue(queueName('acme'), { connection: databaseUrl })
  // It is broken on purpose.
  queue.on('error', () => undefined)
  return {
    deliver: async (ids: readonly string[]) => {
      await queue.addBulk(ids.map((clientId) => ({ name: 'sync', data: { clientId } })))
    },
    flush: async () => {
      const client = new pg.Client({ connectionString: databaseUrl })
      await client.connect()
      await client.query('delete from bullmq.job')
      await client.end()
    },
    close: () => queue.close(),
  }
}
