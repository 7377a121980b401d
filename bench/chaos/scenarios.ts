import { onRedis } from './on-redis.ts'
import { onServers } from './on-servers.ts'
import { everywhere, pause } from './scenario.ts'
import type { Scenario } from './scenario.ts'

const onTenantAndWorkers: readonly Scenario[] = [
  {
    name: 'kills',
    about: 'a worker is killed every 2 s',
    workers: 2,
    storages: everywhere,
    faults: { latencyMs: [5, 40] },
    lasts: true,
    meddle: async (_stack, workers, stopping) => {
      while (!stopping.aborted) {
        await pause(2000, stopping)
        if (!stopping.aborted) await workers.killOne()
      }
    },
  },
  {
    name: 'errors',
    about: '30 % of the calls end in a 5xx or a reset, before or after the write',
    workers: 2,
    storages: everywhere,
    faults: { errorShare: 0.1, errorAfterShare: 0.05, resetBeforeShare: 0.1, resetAfterShare: 0.05 },
  },
  {
    name: 'timeouts',
    about: '20 % of the calls are done and never answered',
    workers: 2,
    storages: everywhere,
    faults: { timeoutAfterShare: 0.2 },
  },
  {
    name: 'outage',
    about: 'the tenant is gone for 20 s: resets, then a proxy page',
    workers: 2,
    storages: everywhere,
    faults: { latencyMs: [5, 20] },
    meddle: async (stack, _workers, stopping) => {
      await pause(1000, stopping)
      stack.simulator.setFaults({ outage: 'reset' })
      await pause(10_000, stopping)
      stack.simulator.setFaults({ outage: 'page' })
      await pause(10_000, stopping)
      stack.simulator.setFaults({})
    },
  },
  {
    name: 'token',
    about: 'every token is revoked, again and again',
    workers: 2,
    storages: everywhere,
    faults: { latencyMs: [5, 20] },
    lasts: true,
    meddle: async (stack, _workers, stopping) => {
      while (!stopping.aborted) {
        await pause(500, stopping)
        stack.simulator.setFaults({ revokeTokens: true, latencyMs: [5, 20] })
      }
    },
  },
  {
    name: 'twice',
    about: 'every job is delivered twice',
    workers: 2,
    storages: everywhere,
    faults: { latencyMs: [5, 20] },
    lasts: true,
    meddle: async (stack, workers, stopping) => {
      while (!stopping.aborted) {
        const waiting = await stack.query<{ client_id: string }>(
          `select client_id from nexus.clients where generation > settled_generation`,
        )
        await workers.deliver(waiting.flatMap(({ client_id: id }) => [id, id]))
        await pause(300, stopping)
      }
    },
  },
  {
    name: 'scaling',
    about: 'two workers, then four, then one',
    workers: 2,
    storages: everywhere,
    faults: { latencyMs: [5, 40] },
    meddle: async (_stack, workers, stopping) => {
      await pause(2000, stopping)
      await workers.scaleTo(4)
      await pause(4000, stopping)
      await workers.scaleTo(1)
    },
  },
  {
    name: 'flush',
    about: 'the queue loses everything it has, every 2 s',
    workers: 2,
    storages: everywhere,
    faults: { latencyMs: [5, 40] },
    lasts: true,
    meddle: async (_stack, workers, stopping) => {
      while (!stopping.aborted) {
        await pause(2000, stopping)
        await workers.flushQueue()
      }
    },
  },
  {
    name: 'late-writes',
    about: '5 % of the calls are reset at once and take effect a second after their deadline',
    workers: 2,
    storages: everywhere,
    faults: { lateWriteShare: 0.05, lateWriteMs: 800 },
  },
  {
    name: 'stop',
    about: 'a worker is stopped for 20 s (SIGSTOP), and goes on where it was',
    workers: 2,
    storages: everywhere,
    faults: { latencyMs: [5, 40] },
    meddle: async (_stack, workers, stopping) => {
      await pause(1000, stopping)
      const resume = workers.stopOne()
      await pause(20_000, stopping)
      resume()
    },
  },
]

export const scenarios: readonly Scenario[] = [...onTenantAndWorkers, ...onServers, ...onRedis]
