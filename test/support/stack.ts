import { inject } from 'vitest'
import { assembleStack } from './assemble-stack.ts'
import type { Stack, StackOptions } from './assemble-stack.ts'

export {
  applicationToken,
  createDatabase,
  createRole,
  narrowApplicationToken,
  portal,
  sha256Of,
} from './assemble-stack.ts'
export type { Stack, StackOptions } from './assemble-stack.ts'

/** The servers of this run; suites use it with `describe.skipIf(servers === null)`. */
export const servers = inject('servers')

/** Starts a simulated tenant, a database of its own, and Nexus over both. */
export const startStack = (options: StackOptions = {}): Promise<Stack> => {
  if (servers === null) throw new Error('There are no servers for this run.')
  return assembleStack(servers, options)
}
