import type { PlanName } from '../domain/limits/budget.ts'
import { assembleStack } from '../test/support/assemble-stack.ts'
import type { Servers } from '../test/support/servers.ts'
import { calls, changeAll, seedFleet, untilSettled } from './fleet.ts'
import type { Bench, Report } from './report.ts'
import { onRealServers } from './servers.ts'

interface Case {
  readonly plan: PlanName
  /** Changes: fewer where the plan would take many minutes. */
  readonly changes: number
  readonly burst: number
  readonly perSecond: number
  /** What somebody else draws from the same bucket. */
  readonly foreignPerSecond?: number
}

const cases: readonly Case[] = [
  { plan: 'enterprise-production', changes: 1000, burst: 50, perSecond: 16 },
  { plan: 'enterprise-production', changes: 500, burst: 50, perSecond: 16, foreignPerSecond: 8 },
  { plan: 'private-500', changes: 4000, burst: 250, perSecond: 250 },
  { plan: 'private-100', changes: 1000, burst: 50, perSecond: 50 },
  { plan: 'enterprise-non-production', changes: 100, burst: 10, perSecond: 2 },
  { plan: 'self-service', changes: 100, burst: 10, perSecond: 150 / 60 },
  { plan: 'free', changes: 80, burst: 2, perSecond: 2 },
]

/** Time for many changes under each plan's limits, beside the least that it can take: T_min = (N - burst) / rate. */
export const limits: Bench = (report) =>
  onRealServers(report, async (servers) => {
    for (const one of cases) await measure(servers, one, report)
  })

const measure = async (servers: Servers, one: Case, report: Report): Promise<void> => {
  const { plan, changes, burst, perSecond, foreignPerSecond = 0 } = one
  const stack = await assembleStack(servers, {
    simulator: { limits: plan },
    tenant: { plan, scanInterval: '1h', freshness: '1h' },
    roles: { api: true, worker: false },
  })
  try {
    // Known before the clock starts, as from a scan, and the bucket is full then.
    const ids = seedFleet(stack, changes)
    await stack.query(
      `insert into nexus.clients (tenant_id, client_id, observed, observed_at)
       select 'acme', c->>'client_id', c, now() from jsonb_array_elements($1::jsonb) c`,
      [JSON.stringify(ids.map((id) => ({ ...stack.simulator.clients.get(id), client_secret: undefined })))],
    )
    await stack.query(`update nexus.tenants set next_scan_at = now() + interval '1 hour'`)
    await changeAll(stack, ids, (id) => ({ callbackUrls: [`https://${id.toLowerCase()}.example.com/new`] }))
    if (foreignPerSecond > 0) stack.simulator.setFaults({ foreignPerSecond })
    stack.simulator.resetStats()
    const start = performance.now()
    await stack.also({ api: false, worker: true })
    await untilSettled(stack, 600_000)
    const seconds = (performance.now() - start) / 1000
    const least = Math.max(0, changes - burst) / (perSecond - foreignPerSecond)
    const { tooMany } = stack.simulator.stats
    const goal = foreignPerSecond > 0 ? { share: 0.9, refused: 2 } : { share: 0.98, refused: 0.5 }
    const name = `${plan}, ${changes} changes${foreignPerSecond > 0 ? `, ${foreignPerSecond}/s foreign` : ''}`
    report({
      name: `${name}: T_min/T`,
      value: least / seconds,
      unit: '',
      goal: { least: goal.share },
      beside: `${seconds.toFixed(1)} s, least ${least.toFixed(1)} s`,
    })
    report({
      name: `${name}: 429s`,
      value: (100 * tooMany) / calls(stack),
      unit: '%',
      goal: { most: goal.refused },
    })
  } finally {
    await stack.close()
  }
}
