import os from 'node:os'
import type { Installation } from '../installation/installation.ts'
import type { Served } from '../installation/load.ts'
import type { Report } from '../report.ts'
import { median } from '../statistics.ts'

type Cost = Readonly<Record<string, number>>

/** Serves a load. @returns also what one request of it took of the processor in each program, in milliseconds */
export const costOf = async (
  { processorSeconds }: Pick<Installation, 'processorSeconds'>,
  serve: () => Promise<Served>,
): Promise<{ readonly served: Served; readonly cost: Cost }> => {
  const before = await processorSeconds()
  const served = await serve()
  const after = await processorSeconds()
  const cost = Object.entries(after).map(([name, seconds]): [string, number] => [
    name,
    (1000 * (seconds - (before[name] ?? 0))) / served.took.length,
  ])
  return { served, cost: Object.fromEntries(cost) }
}

/**
 * Tells where the time of a request goes.
 *
 * @returns how many a second this machine could do at most, if no core ever waited
 */
export const tellCost = (costs: readonly Cost[], report: Report): number => {
  const names = Object.keys(costs[0] ?? {})
  const each = names.map((name) => ({ name, value: median(costs.map((cost) => cost[name] ?? Number.NaN)) }))
  for (const { name, value } of each) report({ name: `processor time of one: ${name}`, value, unit: 'ms' })
  const sum = each.reduce((all, { value }) => all + value, 0)
  const ceiling = (1000 * os.availableParallelism()) / sum
  const cores = `${os.availableParallelism()} cores and ${sum.toFixed(2)} ms`
  report({ name: "the machine's ceiling", value: ceiling, unit: '/s', beside: cores })
  const ours = each.find(({ name }) => name === 'nexus')?.value ?? Number.NaN
  report({ name: 'the ceiling of one process of Nexus', value: 1000 / ours, unit: '/s' })
  return ceiling
}
