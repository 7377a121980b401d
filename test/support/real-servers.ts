import type { TestProject } from 'vitest/node'
import { startRealServers } from './local-servers.ts'
import { provide } from './servers.ts'

/** PostgreSQL by its URL and Redis, for the project `servers`. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  const started = await startRealServers()
  provide(project, 'missing' in started ? started : started.servers)
  return 'missing' in started ? () => Promise.resolve() : started.close
}
