import { assembleStack } from '../test/support/assemble-stack.ts'
import { startEmbeddedServers, startRealServers } from '../test/support/local-servers.ts'
import type { LocalServers } from '../test/support/local-servers.ts'
import { bareSdk, tellBesideSdk } from './bare-sdk.ts'
import type { Bench, Report } from './report.ts'
import { median } from './statistics.ts'

const warmUp = 50
const rounds = 300

/**
 * How long an owner waits: PATCH → 200 through Nexus, and the bare SDK's `clients.update` against the same simulator,
 * in turn, so that both see the same machine. The goals are differences of the medians.
 */
export const latency: Bench = async (report) => {
  await measure('embedded', await startEmbeddedServers(), 7, report)
  const real = await startRealServers()
  if ('missing' in real) report({ note: `PostgreSQL and Redis: left out, ${real.missing}` })
  else await measure('PostgreSQL and Redis', real, 5, report)
}

const measure = async (name: string, local: LocalServers, goalMs: number, report: Report): Promise<void> => {
  const stack = await assembleStack(local.servers)
  try {
    const { simulator } = stack
    const owners = '["auth0|tester"]'
    const mine = simulator.seed({ name: 'through Nexus', client_metadata: { owners } })
    const bare = simulator.seed({ name: 'through the SDK', client_metadata: { owners } })
    const sdk = await bareSdk(simulator)
    const as = stack.token()
    const nexusMs: number[] = []
    const sdkMs: number[] = []
    for (let round = 0; round < warmUp + rounds; round += 1) {
      const callbackUrls = [`https://app.example.com/${round}`]
      const nexus = await timed(async () => {
        const answer = await stack.patch(mine, { callbackUrls }, { as })
        await answer.text()
        if (answer.status !== 200) throw new Error(`Nexus answered ${answer.status}.`)
      })
      const direct = await timed(() => sdk.update(bare, { callbacks: callbackUrls }))
      if (round < warmUp) continue
      nexusMs.push(nexus)
      sdkMs.push(direct)
    }
    tellBesideSdk(name, { nexus: nexusMs, sdk: sdkMs }, report)
    const over = median(nexusMs) - median(sdkMs)
    report({ name: `over the bare SDK at the median, ${name}`, value: over, unit: 'ms', goal: { most: goalMs } })
  } finally {
    await stack.close()
    await local.close()
  }
}

const timed = async (work: () => PromiseLike<unknown>): Promise<number> => {
  const start = performance.now()
  await work()
  return performance.now() - start
}
