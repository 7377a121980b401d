import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { startSimulator } from '../simulator/main.ts'
import type { SimulatorOptions } from '../simulator/main.ts'
import { assembleStack } from '../test/support/assemble-stack.ts'
import { deployCli } from '../test/support/deploy-cli.ts'
import { startEmbeddedServers } from '../test/support/local-servers.ts'
import { calls, changeAll, seedFleet, untilScanned, untilSettled } from './fleet.ts'
import type { Bench } from './report.ts'

const total = 500
const changed = 50
const limits = 'enterprise-production'

/** The same work by the auth0 deploy CLI and by Nexus: 50 of 500 clients get another callback. */
export const besideDeployCli: Bench = async (report) => {
  const theirs = await byDeployCli()
  const ours = await byNexus()
  report({ name: 'calls of the deploy CLI', value: theirs.count, unit: '' })
  report({ name: 'calls of Nexus', value: ours.count, unit: '' })
  report({ name: 'calls: deploy CLI ÷ Nexus', value: theirs.count / ours.count, unit: '' })
  report({ name: 'time of the deploy CLI', value: theirs.seconds, unit: 's' })
  report({ name: 'time of Nexus', value: ours.seconds, unit: 's' })
  report({ name: 'time: deploy CLI ÷ Nexus', value: theirs.seconds / ours.seconds, unit: '' })
}

interface Cost {
  readonly count: number
  readonly seconds: number
}

const clients = (): SimulatorOptions => ({
  https: true,
  seed: Array.from({ length: total }, (_, index) => ({
    client_id: `fleet${String(index).padStart(27, '0')}`,
    name: `Fleet ${index}`,
    callbacks: [`https://app-${index}.example.com/callback`],
  })),
})

const byDeployCli = async (): Promise<Cost> => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-deploy-'))
  const source = await startSimulator(clients())
  await deployCli(source, 'export', '--format', 'yaml', '--output_folder', directory)
  await source.close()
  const file = path.join(directory, 'tenant.yaml')
  const exported = await readFile(file, 'utf8')
  await writeFile(
    file,
    exported.replaceAll(/app-(\d+)\.example\.com\/callback/g, (whole: string, index: string) =>
      Number(index) < changed ? `app-${index}.example.com/new` : whole,
    ),
  )
  const simulator = await startSimulator({ ...clients(), limits })
  try {
    const start = performance.now()
    await deployCli(simulator, 'import', '--input_file', file)
    const seconds = (performance.now() - start) / 1000
    const done = simulator.clients.all().filter(({ callbacks }) => JSON.stringify(callbacks)?.includes('/new')).length
    if (done !== changed) throw new Error(`The deploy CLI changed ${done} clients instead of ${changed}.`)
    return { count: simulator.stats.calls, seconds }
  } finally {
    await simulator.close()
    await rm(directory, { recursive: true, force: true })
  }
}

const byNexus = async (): Promise<Cost> => {
  const local = await startEmbeddedServers()
  const stack = await assembleStack(local.servers, {
    simulator: { limits },
    tenant: { plan: limits, scanInterval: '1h', freshness: '1h' },
  })
  try {
    const ids = seedFleet(stack, total)
    await stack.query(`update nexus.tenants set next_scan_at = now(), last_scan_at = null`)
    await untilScanned(stack, total)
    stack.simulator.resetStats()
    const start = performance.now()
    await changeAll(stack, ids.slice(0, changed), (id) => ({
      callbackUrls: [`https://${id.toLowerCase()}.example.com/new`],
    }))
    const { applied } = await untilSettled(stack, 120_000)
    if (applied !== changed) throw new Error(`Nexus changed ${applied} clients instead of ${changed}.`)
    return { count: calls(stack), seconds: (performance.now() - start) / 1000 }
  } finally {
    await stack.close()
    await local.close()
  }
}
