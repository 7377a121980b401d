import { servers } from '../../../support/stack.ts'
import { assembleWorld } from './assemble-world.ts'
import type { client, World, WorldOptions } from './assemble-world.ts'

export { client, isShown, signIn, signInAgain } from './assemble-world.ts'
export type { World } from './assemble-world.ts'

/** The same over the servers of this run. */
export const startWorld = (
  clients: readonly ReturnType<typeof client>[],
  options: WorldOptions = {},
): Promise<World> => {
  if (servers === null) throw new Error('There are no servers for this run.')
  return assembleWorld(servers, clients, options)
}
