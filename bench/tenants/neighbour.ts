import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Servers } from '../../test/support/servers.ts'
import { withInstallation } from '../installation/installation.ts'
import type { Installation } from '../installation/installation.ts'
import { atRate } from '../installation/load.ts'
import { startTenant } from '../installation/programs.ts'
import type { TenantProgram } from '../installation/programs.ts'
import type { Report } from '../report.ts'
import { median, quantile } from '../statistics.ts'

const others = 99
const pairs = 5
const clients = 200
/** Changes a second: of all the others together, each waited for; of the one, whose callers do not wait. */
const rate = { others: 50, one: 10 }
const seconds = 12

/** A hundred tenants under the same load, in turn with and without Auth0 refusing every call for one of them. */
export const noisyNeighbour = async (servers: Servers, report: Report): Promise<void> => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-bench-'))
  const one = await startTenant({ directory, clients, name: 'one' })
  try {
    await withInstallation(
      servers,
      {
        clients,
        host: '0.0.0.0',
        // The same simulated tenant by other addresses of this machine: Nexus keeps them apart by their ids.
        otherTenants: ({ port, credential }) => [
          ...Array.from({ length: others - 1 }, (_, index) =>
            configured(`tenant-${index}`, `http://127.0.0.${index + 2}:${port}`, credential),
          ),
          configured('one', one.url, one.credential),
        ],
      },
      (nexus) => measure(nexus, one, report),
    )
  } finally {
    await one.close()
    await rm(directory, { recursive: true, force: true })
  }
}

const configured = (id: string, domain: string, credential: TenantProgram['credential']) => ({
  id,
  domain,
  credential,
  plan: 'none',
  allowInsecure: true,
  scanInterval: '24h',
  freshness: '24h',
})

const measure = async (nexus: Installation, one: TenantProgram, report: Report): Promise<void> => {
  const { clientIds } = nexus.tenant
  const tenantOf = (index: number): string => (index % others === 0 ? 'acme' : `tenant-${(index % others) - 1}`)
  let changes = 0
  const p99 = async (lasts: number): Promise<number> => {
    const [served] = await Promise.all([
      atRate(rate.others, rate.others * lasts, () => {
        const index = (changes += 1)
        return nexus.change(clientIds[Math.floor(index / others) % clients] ?? '', 200, tenantOf(index))
      }),
      atRate(rate.one, rate.one * lasts, (index) => nexus.change(one.clientIds[index % clients] ?? '', 202, 'one')),
    ])
    return quantile(served.took, 0.99)
  }
  await p99(3)
  const ratios: number[] = []
  const [withIt, without]: [number[], number[]] = [[], []]
  for (let pair = 0; pair < pairs; pair += 1) {
    const calm = await p99(seconds)
    await one.setFaults({ tooManyShare: 1 })
    const troubled = await p99(seconds)
    await one.setFaults({ tooManyShare: 0 })
    await sleep(3000)
    without.push(calm)
    withIt.push(troubled)
    ratios.push(troubled / calm)
  }
  const load = `${rate.others}/s to ${others} tenants`
  report({
    name: `p99 of PATCH → 200 of the others, nobody throttled`,
    value: median(without),
    unit: 'ms',
    beside: load,
  })
  report({ name: `p99 of PATCH → 200 of the others, one throttled`, value: median(withIt), unit: 'ms', beside: load })
  report({
    name: `the others' p99: one throttled ÷ nobody, median of ${pairs} pairs`,
    value: median(ratios),
    unit: '',
    goal: { most: 1.25 },
  })
}
