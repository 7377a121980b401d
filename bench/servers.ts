import { startRealServers } from '../test/support/local-servers.ts'
import type { Servers } from '../test/support/servers.ts'

/** Measures over a PostgreSQL and a Redis of its own; says what is missing where the machine has none. */
export const onRealServers = async (measure: (servers: Servers) => Promise<void>): Promise<void> => {
  const local = await startRealServers()
  if ('missing' in local) {
    console.log(`  left out: ${local.missing}`)
    return
  }
  try {
    await measure(local.servers)
  } finally {
    await local.close()
  }
}
