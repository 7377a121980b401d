import { assembleStack } from '../test/support/assemble-stack.ts'
import { startEmbeddedServers } from '../test/support/local-servers.ts'
import { calls, changeAll, seedFleet, untilScanned, untilSettled } from './fleet.ts'
import type { Bench } from './report.ts'

/** What changes cost in calls to Auth0: the scarce thing. */
export const callCosts: Bench = async (report) => {
  const local = await startEmbeddedServers()
  const stack = await assembleStack(local.servers, {
    simulator: { clients: 8998 },
    // The first scan is the one that counts, and observations stay fresh for the whole run.
    tenant: { scanInterval: '1h', freshness: '1h' },
  })
  try {
    await untilScanned(stack, 8998)
    await stack.stop()
    const ids = seedFleet(stack, 1000)
    await stack.query(`update nexus.tenants set next_scan_at = now(), last_scan_at = null`)
    stack.simulator.resetStats()
    await stack.start()
    await untilScanned(stack, 9998)
    const total = stack.simulator.clients.all().length
    const pages = `${Math.ceil(total / 100)} pages`
    report({ name: `calls of a scan of ${total} clients`, value: calls(stack), unit: '', beside: pages })

    stack.simulator.resetStats()
    await changeAll(stack, ids, (id) => ({ callbackUrls: [`https://${id.toLowerCase()}.example.com/new`] }))
    const settled = await untilSettled(stack, 120_000)
    report({
      name: 'calls for a changed client',
      value: calls(stack) / ids.length,
      unit: '',
      goal: { most: 1.02 },
      beside: `${settled.applied} of ${ids.length} applied`,
    })

    stack.simulator.resetStats()
    await changeAll(stack, ids, (id) => ({ callbackUrls: [`https://${id.toLowerCase()}.example.com/new`] }))
    await untilSettled(stack, 120_000)
    report({
      name: `calls for ${ids.length} PATCHes that change nothing`,
      value: calls(stack),
      unit: '',
      goal: { most: 0 },
    })

    const [one = ''] = ids
    stack.simulator.setFaults({ latencyMs: 1500 })
    stack.simulator.resetStats()
    await changeAll(stack, [one], () => ({ applicationName: 'first' }))
    await until(() => stack.simulator.stats.writes.length === 1)
    await changeAll(
      stack,
      Array.from({ length: 50 }, () => one),
      () => ({ applicationName: `later ${Math.random()}` }),
    )
    stack.simulator.setFaults({})
    await untilSettled(stack, 120_000)
    report({
      name: 'more calls for 50 changes of one client during a call',
      value: calls(stack) - 1,
      unit: '',
      goal: { most: 1 },
    })
  } finally {
    await stack.close()
    await local.close()
  }
}

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10))
}
