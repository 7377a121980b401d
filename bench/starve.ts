import { setTimeout as sleep } from 'node:timers/promises'
import { assembleStack } from '../test/support/assemble-stack.ts'
import type { Stack } from '../test/support/assemble-stack.ts'
import type { Servers } from '../test/support/servers.ts'
import { changeAll, seedFleet, untilScanned, untilSettled } from './fleet.ts'
import type { Bench, Report } from './report.ts'
import { onRealServers } from './servers.ts'

interface Case {
  readonly about: string
  /** Callers among whom the readings are spread. */
  readonly callers: number
  /** Whether those who read hang up at once. */
  readonly hangUp: boolean
  /** Processes of the API that the readings are spread over. */
  readonly processes: number
}

const readings = 300
const changes = 2
const burst = 2
const perSecond = 2

const cases: readonly Case[] = [
  { about: 'one caller', callers: 1, hangUp: false, processes: 1 },
  { about: '30 callers', callers: 30, hangUp: false, processes: 1 },
  { about: 'one caller, who hangs up', callers: 1, hangUp: true, processes: 1 },
  { about: '30 callers, three processes', callers: 30, hangUp: false, processes: 3 },
]

/** Two changes beside readings of clients that do not exist, on the smallest plan: who reads must not keep who changes. */
export const starve: Bench = (report) =>
  onRealServers(report, async (servers) => {
    for (const one of cases) await measure(servers, one, report)
  })

const measure = async (servers: Servers, one: Case, report: Report): Promise<void> => {
  const stack = await assembleStack(servers, {
    simulator: { limits: 'free' },
    tenant: { plan: 'free', scanInterval: '1h', freshness: '1h' },
  })
  try {
    const urls = [stack.url]
    while (urls.length < one.processes) urls.push((await stack.also({ api: true, worker: false })).url ?? '')
    const ids = seedFleet(stack, changes)
    await stack.query(`update nexus.tenants set next_scan_at = now(), last_scan_at = null`)
    await untilScanned(stack, changes)
    const answers = Promise.all(
      Array.from({ length: readings }, (_, index) => read(stack, urls[index % urls.length] ?? '', index, one)),
    )
    await sleep(500)
    const start = performance.now()
    await changeAll(stack, ids, (id) => ({ callbackUrls: [`https://${id.toLowerCase()}.example.com/new`] }))
    const { applied } = await untilSettled(stack, 300_000)
    const seconds = (performance.now() - start) / 1000
    const least = Math.max(0, changes - burst) / perSecond
    const counts = new Map<number, number>()
    for (const status of await answers) counts.set(status, (counts.get(status) ?? 0) + 1)
    const told = [...counts].map(([status, count]) => `${count} × ${status === 0 ? 'hung up' : status}`).join(', ')
    report({
      name: `${applied} changes beside ${readings} readings, ${one.about}`,
      value: seconds,
      unit: 's',
      goal: { most: least + 5 },
      beside: `readings: ${told}`,
    })
  } finally {
    await stack.close()
  }
}

/** @returns the status; 0 where the caller hung up */
const read = async (stack: Stack, url: string, index: number, { callers, hangUp }: Case): Promise<number> => {
  const as = stack.token({ sub: `auth0|reader-${index % callers}`, permissions: ['client.read'] })
  try {
    const answer = await fetch(`${url}/v1/tenants/acme/clients/invented${index}`, {
      headers: { authorization: `Bearer ${as}`, 'x-application-token': 'nxa_test-application-token' },
      ...(hangUp ? { signal: AbortSignal.timeout(300) } : {}),
    })
    await answer.text()
    return answer.status
  } catch {
    return 0
  }
}
