import type { TestProject } from 'vitest/node'
import { startEmbeddedServers } from './local-servers.ts'
import { provide } from './servers.ts'

/** The embedded PostgreSQL with the queue on it, for the project `embedded`. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  const { servers, close } = await startEmbeddedServers()
  provide(project, servers)
  return close
}
