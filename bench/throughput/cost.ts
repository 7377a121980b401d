import os from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Installation } from '../installation/installation.ts'
import type { Served } from '../installation/load.ts'
import type { Report } from '../report.ts'
import { median } from '../statistics.ts'

/** By the name of a program. */
type Cost = Readonly<Record<string, number>>

const idleMs = 5000

/** Begins the name of a figure: what one request takes of the processor in the program that the rest of the name tells. */
export const processorTimeOf = 'processor time of one: '

/** What each program takes of a core while nobody asks for anything: sweeps, scans, looks at the clock. */
export const idleCost = async ({ processorSeconds }: Pick<Installation, 'processorSeconds'>): Promise<Cost> => {
  const before = await processorSeconds()
  const start = performance.now()
  await sleep(idleMs)
  const after = await processorSeconds()
  const seconds = (performance.now() - start) / 1000
  return mapped(after, (name, value) => (value - (before[name] ?? 0)) / seconds)
}

const mapped = (cost: Cost, become: (name: string, value: number) => number): Cost =>
  Object.fromEntries(Object.entries(cost).map(([name, value]) => [name, become(name, value)]))

/**
 * Serves a load.
 *
 * @param idle what the programs would have taken without it
 * @returns also what one request of it took of the processor in each program, in milliseconds
 */
export const costOf = async (
  { processorSeconds }: Pick<Installation, 'processorSeconds'>,
  idle: Cost,
  serve: () => Promise<Served>,
): Promise<{ readonly served: Served; readonly cost: Cost }> => {
  const before = await processorSeconds()
  const served = await serve()
  const after = await processorSeconds()
  const cost = mapped(after, (name, value) => {
    const without = (before[name] ?? 0) + (idle[name] ?? 0) * served.seconds
    return (1000 * (value - without)) / served.took.length
  })
  return { served, cost }
}

/**
 * Tells where the time of a request goes.
 *
 * @returns how many a second this machine could do at most, if no core ever waited
 */
export const tellCost = (costs: readonly Cost[], idle: Cost, report: Report): number => {
  for (const [name, value] of Object.entries(idle))
    if (name !== 'load') report({ name: `of a core, while nobody asks: ${name}`, value: 100 * value, unit: '%' })
  const names = Object.keys(costs[0] ?? {})
  const each = names.map((name) => ({ name, value: median(costs.map((cost) => cost[name] ?? Number.NaN)) }))
  for (const { name, value } of each) report({ name: `${processorTimeOf}${name}`, value, unit: 'ms' })
  const sum = each.reduce((all, { value }) => all + value, 0)
  const ceiling = (1000 * os.availableParallelism()) / sum
  const cores = `${os.availableParallelism()} cores and ${sum.toFixed(2)} ms`
  report({ name: "the machine's ceiling", value: ceiling, unit: '/s', beside: cores })
  const ours = each.find(({ name }) => name === 'nexus')?.value ?? Number.NaN
  report({ name: 'the ceiling of one process of Nexus', value: 1000 / ours, unit: '/s' })
  return ceiling
}
