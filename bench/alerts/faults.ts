import type { Fault } from './fault.ts'
import { onAuth0 } from './on-auth0.ts'
import { onProcesses } from './on-processes.ts'
import { onServers } from './on-servers.ts'

export const faults: readonly Fault[] = [...onProcesses, ...onServers, ...onAuth0]
