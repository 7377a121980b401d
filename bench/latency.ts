import { ClientsClient } from 'auth0/clients'
import { managementToken } from '../test/support/auth0.ts'
import { assembleStack } from '../test/support/assemble-stack.ts'
import { startEmbeddedServers, startRealServers } from '../test/support/local-servers.ts'
import type { LocalServers } from '../test/support/local-servers.ts'
import { ms, quantile } from './statistics.ts'

const warmUp = 50
const rounds = 300

/**
 * How long an owner waits: PATCH → 200 through Nexus, and the bare SDK's `clients.update` against the same simulator,
 * in turn, so that both see the same machine. The goals are differences of the medians.
 */
export const latency = async (): Promise<void> => {
  await measure('embedded', await startEmbeddedServers(), 15)
  const real = await startRealServers()
  if ('missing' in real) console.log(`  PostgreSQL and Redis: left out, ${real.missing}`)
  else await measure('PostgreSQL and Redis', real, 8)
}

const measure = async (name: string, local: LocalServers, goalMs: number): Promise<void> => {
  const stack = await assembleStack(local.servers)
  try {
    const { simulator } = stack
    const owners = '["auth0|tester"]'
    const mine = simulator.seed({ name: 'through Nexus', client_metadata: { owners } })
    const bare = simulator.seed({ name: 'through the SDK', client_metadata: { owners } })
    const sdk = new ClientsClient({
      baseUrl: `${simulator.url}/api/v2`,
      token: await managementToken(simulator),
      maxRetries: 0,
    })
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
    const over = quantile(nexusMs, 0.5) - quantile(sdkMs, 0.5)
    console.log(`  ${name}, ${rounds} rounds`)
    console.log(`    bare SDK  p50 ${ms(quantile(sdkMs, 0.5))}  p99 ${ms(quantile(sdkMs, 0.99))}`)
    console.log(`    Nexus     p50 ${ms(quantile(nexusMs, 0.5))}  p99 ${ms(quantile(nexusMs, 0.99))}`)
    console.log(
      `    over the SDK at the median: ${ms(over)} (goal: ${goalMs} ms) ${over <= goalMs ? 'reached' : 'missed'}`,
    )
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
