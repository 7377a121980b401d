import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { Servers } from '../../test/support/servers.ts'
import { withInstallation } from '../installation/installation.ts'
import type { Installation } from '../installation/installation.ts'
import { atRate } from '../installation/load.ts'
import { peakMiB } from '../installation/processor.ts'
import { fillBacklog, leasesFrom, redisMiB, rowKiB, untilQueued, watchLeases } from './rows.ts'
import type { Bench, Report } from '../report.ts'
import { onRealServers } from '../servers.ts'
import { median, ms, quantile } from '../statistics.ts'

const few = 100
const many = 100_000
/** Changes in the other tenant: so many a second, each for another client. */
const perSecond = 10
const changes = 400
const clients = 500

/** Changes that wait in one tenant: what they cost a process, and how long a change in another tenant waits for its turn. */
export const backlog: Bench = (report) =>
  onRealServers(report, (servers) => withInstallation(servers, options, (nexus) => measure(nexus, servers, report)))

/** Beside the tenant of the changes that are measured, one in which changes wait. */
const options = {
  clients,
  otherTenants: ({ port, credential }) => [
    {
      id: 'full',
      domain: `http://localhost:${port}`,
      credential,
      // Two calls a second: what waits there goes on waiting.
      plan: 'free',
      allowInsecure: true,
      scanInterval: '24h',
      freshness: '24h',
    },
  ],
} satisfies Parameters<typeof withInstallation>[1]

const measure = async (nexus: Installation, servers: Servers, report: Report): Promise<void> => {
  await watchLeases(nexus)
  await fillBacklog(nexus, 0, few)
  await untilQueued(nexus, few)
  await other(nexus, 50)
  const little = await other(nexus, changes)
  await fillBacklog(nexus, few, many)
  const queued = await untilQueued(nexus, many)
  report({
    name: 'changes that the sweep has queued within two minutes',
    value: queued,
    unit: '',
    goal: { least: many },
  })
  const much = await other(nexus, changes)
  for (const [waiting, took] of [
    [few, little],
    [many, much],
  ] as const)
    report({
      name: `accept → lease in another tenant, ${waiting.toLocaleString('en')} waiting: p99`,
      value: quantile(took, 0.99),
      unit: 'ms',
      beside: `median ${ms(median(took))}`,
    })
  report({
    name: `accept → lease: p99 with ${many.toLocaleString('en')} ÷ with ${few}`,
    value: quantile(much, 0.99) / quantile(little, 0.99),
    unit: '',
    goal: { most: 2 },
  })
  await tellSizes(nexus, servers, queued, report)
  report({
    name: 'memory of the process, the most of all that time',
    value: await peakMiB(nexus.nexus.pid),
    unit: 'MiB',
    goal: { most: 512 },
  })
}

const tellSizes = async (nexus: Installation, { redisUrl }: Servers, queued: number, report: Report): Promise<void> => {
  if (redisUrl === null) return
  const redis = new Redis(redisUrl)
  const value = await redisMiB(redis)
  redis.disconnect()
  for (const [what, table] of [
    ['client', 'clients'],
    ['change', 'changes'],
    ['audit', 'audit'],
  ] as const)
    report({ name: `a row on disk, indexes included: ${what}`, value: await rowKiB(nexus, table), unit: 'KiB' })
  report({ name: 'memory of Redis', value, unit: 'MiB', beside: `${queued.toLocaleString('en')} jobs` })
}

/** Changes in the tenant that has no backlog. @returns how long each waited for its lease, in milliseconds */
const other = async (nexus: Installation, count: number): Promise<readonly number[]> => {
  const [mark] = await nexus.query<{ now: Date }>('select clock_timestamp() as now')
  await atRate(perSecond, count, (index) => nexus.change(nexus.tenant.clientIds[index % clients] ?? '', 200))
  await sleep(500)
  return leasesFrom(nexus, mark?.now ?? new Date())
}
