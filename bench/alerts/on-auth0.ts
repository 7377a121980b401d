import { setTimeout as sleep } from 'node:timers/promises'
import { probeEveryMs } from '../../domain/changes/clock.ts'
import { changeInAuth0 } from '../../test/support/auth0.ts'
import type { Fault } from './fault.ts'
import type { Installation } from './installation.ts'
import { change } from './load.ts'

const clientOf = ({ tenant }: Installation, index: number): string => tenant.clientIds[index] ?? ''
const clearFaults = ({ tenant }: Installation): Promise<void> => tenant.clearFaults()

const drifted = 0
const stalled = 1

/** What goes wrong at Auth0, or between it and Nexus. */
export const onAuth0: readonly Fault[] = [
  {
    alert: 'NexusAuth0Failing',
    about: 'four of five calls get a 5xx or a reset',
    shows: 3,
    begin: ({ tenant }) => tenant.setFaults({ errorShare: 0.5, resetBeforeShare: 0.3 }),
    mend: clearFaults,
  },
  {
    alert: 'NexusAuth0Throttling',
    about: 'a third of the calls get a 429',
    shows: 3,
    begin: ({ tenant }) => tenant.setFaults({ tooManyShare: 0.33 }),
    mend: clearFaults,
    also: { NexusChangesWait: 'each 429 keeps everybody from calling for a second, which is less than the load needs' },
  },
  {
    alert: 'NexusBudgetTaken',
    about: 'another program takes nine tenths of the limit',
    shows: 15,
    begin: ({ tenant }) => tenant.setFaults({ foreignPerSecond: 45 }),
    mend: clearFaults,
  },
  {
    alert: 'NexusTenantHeld',
    about: 'Auth0 no longer takes the credential',
    shows: 5,
    begin: ({ tenant }) => tenant.setFaults({ refuseCredential: true, revokeTokens: true }),
    mend: async (installation) => {
      await clearFaults(installation)
      await sleep(probeEveryMs)
    },
  },
  {
    alert: 'NexusClientsStalled',
    about: 'Auth0 fails on every change of a client, and its tries follow each other faster than they would',
    load: 'reading',
    shows: 20,
    begin: async (installation) => {
      await installation.tenant.setFaults({ errorShare: 1, methods: ['PATCH'] })
      await change(installation, clientOf(installation, stalled))
    },
    meddle: async ({ query }, over) => {
      while (!over.aborted) {
        await query('update nexus.clients set next_try_at = now() where next_try_at > now()')
        await sleep(1000)
      }
    },
    mend: async (installation) => {
      await clearFaults(installation)
      await installation.command('POST', `/v1/tenants/acme/clients/${clientOf(installation, stalled)}/sync`, {
        action: 'retry',
      })
    },
  },
  {
    alert: 'NexusDrift',
    about: 'somebody changes a client in Auth0 itself',
    // The next scan finds it.
    shows: 20,
    begin: async (installation) => {
      await change(installation, clientOf(installation, drifted))
      await sleep(3000)
      await changeInAuth0(installation.tenant, clientOf(installation, drifted), {
        callbacks: ['https://outside.example.com/'],
      })
    },
    mend: (installation) =>
      installation.command('POST', `/v1/tenants/acme/clients/${clientOf(installation, drifted)}/sync`, {
        action: 'revert',
      }),
  },
]
