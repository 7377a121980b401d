import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Servers } from '../../test/support/servers.ts'
import { bareSdk, tellBesideSdk } from '../bare-sdk.ts'
import { withInstallation } from '../installation/installation.ts'
import type { Installation } from '../installation/installation.ts'
import { atRate, byCallers } from '../installation/load.ts'
import type { Served } from '../installation/load.ts'
import { pause, resume, untilNothingWaits } from '../installation/pause.ts'
import type { Bench, Report } from '../report.ts'
import { onRealServers } from '../servers.ts'
import { median, ms, quantile } from '../statistics.ts'
import { costOf, idleCost, tellCost } from './cost.ts'
import { preparePgbench } from './pgbench.ts'

/** What is compared is measured in turn, so often: each sees the same machine. */
const rounds = 3
const clients = 6000
const callers = 16

/** How much Nexus does, beside the bare SDK and the bare database of the same run. */
export const throughput: Bench = (report, options) =>
  onRealServers(report, async (servers) => {
    await withInstallation(servers, { clients }, async (nexus) => {
      const sdk = await patchesOfSdk(nexus)
      await oneCaller(nexus, sdk, report)
      await manyCallers(nexus, sdk, report)
      await acceptances(nexus, servers, report)
    })
    // Both begin with nothing: what was done before must not count.
    await withInstallation(servers, { clients }, async (nexus) => {
      const { beside } = options
      if (beside === undefined) await endToEnd([nexus], report)
      else
        await withInstallation(servers, { clients, checkout: path.resolve(beside) }, async (rival) => {
          tellRatio(await endToEnd([nexus, rival], report), beside, report)
        })
    })
  })

/** Each change is for another client than those before it. */
const clientsInTurn = ({ tenant }: Installation): (() => string) => {
  let next = 0
  return () => tenant.clientIds[next++ % tenant.clientIds.length] ?? ''
}

type Patch = () => Promise<unknown>

/** `clients.update` of the SDK against the same simulated tenant. */
const patchesOfSdk = async (nexus: Installation): Promise<Patch> => {
  const sdk = await bareSdk(nexus.tenant)
  const next = clientsInTurn(nexus)
  let values = 0
  return () => sdk.update(next(), { callbacks: [`https://sdk.example.com/${(values += 1)}`] })
}

const oneCaller = async (nexus: Installation, sdk: Patch, report: Report): Promise<void> => {
  const next = clientsInTurn(nexus)
  const ours: number[] = []
  const theirs: number[] = []
  await byCallers(1, 100, () => nexus.change(next(), 200))
  await byCallers(1, 100, sdk)
  for (let round = 0; round < rounds; round += 1) {
    theirs.push(...(await byCallers(1, 100, sdk)).took)
    ours.push(...(await byCallers(1, 100, () => nexus.change(next(), 200))).took)
  }
  tellBesideSdk('1 caller', { nexus: ours, sdk: theirs }, report)
}

const manyCallers = async (nexus: Installation, sdk: Patch, report: Report): Promise<void> => {
  const next = clientsInTurn(nexus)
  const patch: Patch = () => nexus.change(next(), 200)
  await byCallers(callers, 300, patch)
  await byCallers(callers, 300, sdk)
  const idle = await idleCost(nexus)
  const ours: Served[] = []
  const theirs: Served[] = []
  const costs: Readonly<Record<string, number>>[] = []
  for (let round = 0; round < rounds; round += 1) {
    theirs.push(await byCallers(callers, 1500, sdk))
    const { served, cost } = await costOf(nexus, idle, () => byCallers(callers, 800, patch))
    ours.push(served)
    costs.push(cost)
  }
  const rate = median(ours.map(({ perSecond }) => perSecond))
  const rival = median(theirs.map(({ perSecond }) => perSecond))
  report({ name: `bare SDK, ${callers} callers`, value: rival, unit: '/s' })
  report({ name: `PATCH → 200, ${callers} callers`, value: rate, unit: '/s' })
  const ceiling = tellCost(costs, idle, report)
  report({
    name: `PATCH → 200 ÷ bare SDK, ${callers} callers`,
    value: rate / rival,
    unit: '',
    goal: { least: 0.25 },
    beside: `the machine's ceiling: ${(ceiling / rival).toFixed(2)}`,
  })
}

const acceptances = async (nexus: Installation, servers: Servers, report: Report): Promise<void> => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-pgbench-'))
  const pgbench = await preparePgbench(servers, directory)
  const next = clientsInTurn(nexus)
  const accept: Patch = () => nexus.change(next(), 202)
  try {
    await pause(nexus)
    await byCallers(callers, 300, accept)
    const ours: number[] = []
    const theirs: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      ours.push((await byCallers(callers, 800, accept)).perSecond)
      if (pgbench !== undefined) theirs.push(await pgbench.run(callers))
    }
    const rate = median(ours)
    report({ name: `202s, ${callers} callers, the tenant paused`, value: rate, unit: '/s' })
    const more = await byCallers(64, 1000, accept)
    report({ name: '202s, 64 callers, the tenant paused', value: more.perSecond, unit: '/s' })
    if (pgbench === undefined)
      report({ note: 'beside pgbench: left out, as there is none (apt-get install postgresql)' })
    else {
      report({
        name: 'pgbench, a transaction of the same shape, 1 connection',
        value: await pgbench.run(1),
        unit: '/s',
      })
      report({ name: `pgbench, ${callers} connections`, value: median(theirs), unit: '/s' })
      report({ name: `202s ÷ pgbench, ${callers} each`, value: rate / median(theirs), unit: '', goal: { least: 0.15 } })
    }
    // What waits is counted at each acceptance: the load alone is to be seen here.
    await drain(nexus)
    await pause(nexus)
    const half = await atRate(rate / 2, Math.ceil(rate * 2.5), accept)
    report({
      name: '202s at half that rate: p99',
      value: quantile(half.took, 0.99),
      unit: 'ms',
      goal: { most: 40 },
      beside: `${(rate / 2).toFixed(0)}/s, median ${ms(median(half.took))}`,
    })
    await drain(nexus)
  } finally {
    await pgbench?.close()
    await rm(directory, { recursive: true, force: true })
  }
}

const drain = async (nexus: Installation): Promise<void> => {
  await resume(nexus)
  await untilNothingWaits(nexus)
}

interface Applied {
  readonly perSecond: number
  /** Of one change, in all programs but the load: milliseconds. */
  readonly processorMs: number
}

const applied = async (nexus: Installation, next: () => string): Promise<Applied> => {
  const changes = 1000
  const before = await nexus.processorSeconds()
  const start = performance.now()
  await byCallers(callers, changes, () => nexus.change(next(), 202))
  await untilNothingWaits(nexus)
  const seconds = (performance.now() - start) / 1000
  const after = await nexus.processorSeconds()
  const took = Object.entries(after).map(([name, value]) => (name === 'load' ? 0 : value - (before[name] ?? 0)))
  return { perSecond: changes / seconds, processorMs: (1000 * took.reduce((sum, one) => sum + one, 0)) / changes }
}

/** Rounds in turn of each of them. @returns the median of each; that of the first is reported */
const endToEnd = async (installations: readonly Installation[], report: Report): Promise<readonly Applied[]> => {
  const sides = installations.map((side) => {
    const next = clientsInTurn(side)
    return { run: () => applied(side, next), done: [] as Applied[] }
  })
  for (const { run } of sides) await run()
  for (let round = 0; round < rounds; round += 1) for (const { run, done } of sides) done.push(await run())
  const all = sides.map(({ done }) => ({
    perSecond: median(done.map(({ perSecond }) => perSecond)),
    processorMs: median(done.map(({ processorMs }) => processorMs)),
  }))
  const [ours] = all
  if (ours !== undefined) tellApplied('this commit', ours, report)
  return all
}

const tellApplied = (commit: string, { perSecond, processorMs }: Applied, report: Report): void => {
  report({ name: `changes applied end to end, each for another client: ${commit}`, value: perSecond, unit: '/s' })
  report({ name: `processor time of one in all programs: ${commit}`, value: processorMs, unit: 'ms' })
}

const tellRatio = ([ours, theirs]: readonly Applied[], beside: string, report: Report): void => {
  if (ours === undefined || theirs === undefined) return
  const commit = execFileSync('git', ['-C', beside, 'rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  tellApplied(commit, theirs, report)
  const value = ours.perSecond / theirs.perSecond
  report({ name: `changes applied ÷ ${commit}`, value, unit: '', goal: { least: 2 } })
}
