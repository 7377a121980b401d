import { startRealServers } from '../test/support/local-servers.ts'
import type { Servers } from '../test/support/servers.ts'
import type { Report } from './report.ts'

/** Measures over a PostgreSQL and a Redis of its own; says what is missing where the machine has none. */
export const onRealServers = async (report: Report, measure: (servers: Servers) => Promise<void>): Promise<void> => {
  const local = await startRealServers()
  if ('missing' in local) {
    report({ note: `left out: ${local.missing}` })
    return
  }
  try {
    await measure(local.servers)
  } finally {
    await local.close()
  }
}
