import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { freePort } from '../../adapters/embedded-postgres/free-port.ts'
import { startNexus } from '../installation/programs.ts'
import type { Program } from '../installation/programs.ts'

/** A process of Nexus with addresses that it keeps when it is started again. */
export interface Process {
  readonly role: 'api' | 'worker'
  readonly port: number
  readonly metricsPort: number
  readonly start: () => Promise<void>
  readonly signal: (name: NodeJS.Signals) => void
  /** SIGTERM, and waits until it has ended. */
  readonly stop: () => Promise<void>
}

/** @param configuration of all of them, without `server` */
export const createProcess = async (
  role: Process['role'],
  name: string,
  directory: string,
  configuration: Record<string, unknown>,
): Promise<Process> => {
  const [port, metricsPort] = [await freePort(), await freePort()]
  const configFile = path.join(directory, `${name}.json`)
  await writeFile(configFile, JSON.stringify({ ...configuration, server: { host: '127.0.0.1', port, metricsPort } }))
  let running: Program | undefined
  return {
    role,
    port,
    metricsPort,
    start: async () => {
      running = await startNexus(role, { configFile, log: path.join(directory, `${name}.log`) })
    },
    signal: (signal) => {
      if (running !== undefined) process.kill(running.pid, signal)
    },
    stop: async () => {
      await running?.close()
      running = undefined
    },
  }
}
