import type { Servers } from '../../test/support/servers.ts'
import { withInstallation } from '../installation/installation.ts'
import type { Installation } from '../installation/installation.ts'
import { byCallers } from '../installation/load.ts'
import { pause, resume, untilNothingWaits } from '../installation/pause.ts'
import type { Report } from '../report.ts'
import { median } from '../statistics.ts'

const auth0Ms = 20
const rounds = 3
const manyWorkers = 4

const cases = [
  { about: 'concurrency 1', concurrency: 1, changes: 300, least: 3 },
  { about: 'the default concurrency', concurrency: undefined, changes: 1200, least: 1.3 },
] as const

/** One tenant's changes by one worker process, and by four. */
export const moreWorkers = async (servers: Servers, report: Report): Promise<void> => {
  for (const { about, concurrency, changes, least } of cases) {
    const file = concurrency === undefined ? {} : { worker: { concurrency } }
    const [one, many] = await withInstallation(servers, { clients: changes, role: 'api', file }, (nexus) =>
      inTurn(nexus, changes),
    )
    const what = `Auth0 answering after ${auth0Ms} ms, ${about}`
    report({ name: `one worker, ${what}`, value: one, unit: '/s' })
    report({ name: `${manyWorkers} workers, ${what}`, value: many, unit: '/s' })
    report({ name: `${manyWorkers} workers ÷ one, ${about}`, value: many / one, unit: '', goal: { least } })
  }
}

/** The rate of one worker, and of many. */
const inTurn = async (nexus: Installation, changes: number): Promise<readonly [number, number]> => {
  await nexus.tenant.setFaults({ latencyMs: auth0Ms })
  const one: number[] = []
  const many: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    one.push(await rateOf(nexus, 1, changes))
    many.push(await rateOf(nexus, manyWorkers, changes))
  }
  return [median(one), median(many)]
}

/** Changes that so many workers settle in a second, once all of them are at work. */
const rateOf = async (nexus: Installation, workers: number, changes: number): Promise<number> => {
  const { tenant, query } = nexus
  await pause(nexus)
  const running = await Promise.all(Array.from({ length: workers }, () => nexus.start('worker')))
  const [mark] = await query<{ now: Date }>('select clock_timestamp() as now')
  await byCallers(16, changes, (index) => nexus.change(tenant.clientIds[index] ?? '', 202))
  await resume(nexus)
  await untilNothingWaits(nexus)
  await Promise.all(running.map((worker) => worker.close()))
  // Without the first and the last tenth, in which some have begun, or some still work.
  const [row] = await query<{ settled: number; seconds: number }>(
    `select count(*)::int as settled, extract(epoch from max(settled_at) - min(settled_at))::float8 as seconds
     from (select settled_at, ntile(10) over (order by settled_at) as part from nexus.changes where accepted_at >= $1) c
     where part between 2 and 9`,
    [mark?.now],
  )
  return row === undefined ? Number.NaN : row.settled / row.seconds
}
