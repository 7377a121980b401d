import { monitorEventLoopDelay } from 'node:perf_hooks'
import { permissions } from '../../domain/vocabulary.ts'
import { assembleStack, applicationToken } from '../../test/support/assemble-stack.ts'
import { startRealServers } from '../../test/support/local-servers.ts'
import { withStates } from '../../test/support/pipeline.ts'

/**
 * The server of `npm run bench -- hostile`: a process of its own, so that what stands still in it is its own doing. It says
 * where it listens, and answers each message with how long its event loop has stood still since the one before.
 */
const local = await startRealServers()
if ('missing' in local) {
  process.send?.({ missing: local.missing })
  process.disconnect()
} else {
  const stack = await assembleStack(
    local.servers,
    withStates({ roles: { api: true, worker: false }, tenant: { scanInterval: '24h' } }),
  )
  for (let at = 0; at < 20; at += 1) stack.simulator.seed({ name: `Client ${at}`, app_type: 'regular_web' })
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  // The same without what other programs of the machine take: the most that the thread computes between two turns.
  let [busyMs, before] = [0, process.threadCpuUsage()]
  setInterval(() => {
    const now = process.threadCpuUsage()
    busyMs = Math.max(busyMs, (now.user + now.system - before.user - before.system) / 1000)
    before = now
  }, 1)
  // The bench is over, or was ended.
  process.once(
    'disconnect',
    () =>
      void stack
        .close()
        .then(local.close)
        .then(() => process.exit()),
  )
  process.on('message', () => {
    // Two turns later, so that a delay that this very turn has caused is counted.
    setTimeout(() => {
      process.send?.({ stoodStillMs: delay.max / 1e6, busyMs })
      busyMs = 0
      delay.reset()
    }, 3)
  })
  process.send?.({
    url: stack.url,
    authorization: `Bearer ${stack.token({ sub: 'auth0|admin', permissions: [...permissions] })}`,
    applicationToken,
  })
}
