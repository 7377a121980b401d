import { setTimeout as sleep } from 'node:timers/promises'
import { unservedAfterMs } from '../../domain/changes/clock.ts'
import { durations } from '../../deploy/monitoring/durations.ts'
import type { Fault } from './fault.ts'
import type { Installation } from './installation.ts'
import { change, readAsLost } from './load.ts'

const all = ({ api, workers }: Installation) => [api, ...workers]

const lock = {
  ID: 'abandoned',
  Operation: 'OperationTypeApply',
  Who: 'ci@runner',
  Info: '',
  Version: '',
  Created: '',
  Path: '',
}
const state = '/v1/tenants/acme/terraform/states/main'

/** What goes wrong with the processes of Nexus, and what people leave behind. */
export const onProcesses: readonly Fault[] = [
  {
    alert: 'NexusDown',
    about: 'every process is killed',
    shows: 2,
    begin: async (installation) => {
      for (const one of all(installation)) one.signal('SIGKILL')
    },
    mend: async (installation) => {
      for (const one of all(installation)) await one.start()
    },
  },
  {
    alert: 'NexusTenantUnserved',
    about: 'every worker has ended',
    // Otherwise changes wait for longer than a sixtieth of what they may, before it is known that nobody serves the tenant.
    load: 'reading',
    shows: unservedAfterMs / 1000,
    begin: ({ workers }) => Promise.all(workers.map((one) => one.stop())),
    mend: async ({ workers }) => {
      for (const one of workers) await one.start()
    },
  },
  {
    alert: 'NexusErrors',
    about: 'the keys of an issuer cannot be read',
    shows: 5,
    meddle: async (installation, over) => {
      while (!over.aborted) {
        await (await readAsLost(installation)).arrayBuffer()
        await sleep(500)
      }
    },
  },
  {
    alert: 'NexusLeasesLost',
    about: 'a worker stands still for nine seconds with calls under way',
    shows: 20,
    begin: async (installation) => {
      await installation.tenant.setFaults({ latencyMs: 700, methods: ['PATCH'] })
      const [one] = installation.workers
      await Promise.all(installation.tenant.clientIds.map((id) => change(installation, id)))
      await sleep(700)
      one?.signal('SIGSTOP')
      await sleep(9000)
      one?.signal('SIGCONT')
    },
    mend: ({ tenant }) => tenant.clearFaults(),
  },
  {
    alert: 'NexusEventLoopLate',
    about: 'a process gets little of its processor',
    shows: 2,
    meddle: async ({ workers: [one] }, over) => {
      while (!over.aborted) {
        one?.signal('SIGSTOP')
        await sleep(600)
        one?.signal('SIGCONT')
        await sleep(300)
      }
    },
  },
  {
    alert: 'NexusStateLockAbandoned',
    about: 'a pipeline has died during its apply',
    shows: 15,
    begin: ({ command }) => command('LOCK', state, lock),
    mend: ({ command }) => command('UNLOCK', state, lock),
  },
  {
    alert: 'NexusTenantForgotten',
    about: 'somebody has paused the tenant, a day ago',
    shows: 5,
    begin: async ({ command, query }) => {
      await command('POST', '/v1/tenants/acme/pause')
      await query(`update nexus.tenants set paused_at = paused_at - interval '${durations.forgotten} seconds'`)
    },
    mend: ({ command }) => command('POST', '/v1/tenants/acme/resume'),
  },
]
