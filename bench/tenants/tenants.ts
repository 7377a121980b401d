import { noisyNeighbour } from './neighbour.ts'
import { moreWorkers } from './workers.ts'
import type { Bench } from '../report.ts'
import { onRealServers } from '../servers.ts'

/** What more workers give, and what one tenant's trouble takes from the others. */
export const tenants: Bench = (report) =>
  onRealServers(report, async (servers) => {
    await moreWorkers(servers, report)
    await noisyNeighbour(servers, report)
  })
