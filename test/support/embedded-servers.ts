import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { startEmbedded } from '../../adapters/postgres/embedded.ts'
import { provide } from './servers.ts'

/** The storage of a newcomer: the embedded PostgreSQL, and the queue on it. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-test-'))
  const postgres = await startEmbedded(path.join(directory, '.nexus'))
  provide(project, { postgresUrl: postgres.url, redisUrl: null })
  return async () => {
    await postgres.stop()
    await rm(directory, { recursive: true, force: true })
  }
}
