import type { Command } from 'commander'
import { ClientId } from '../../domain/vocabulary.ts'
import { Failure } from '../failure.ts'
import { configOption } from '../options.ts'
import { print, printError } from '../terminal/print.ts'

/** The two directions of one switch. */
const directions = [
  { name: 'pause', paused: true, description: 'stop sending to a tenant, or for one of its clients', past: 'paused' },
  { name: 'resume', paused: false, description: 'start sending again', past: 'resumed' },
] as const

const turn = async (
  { name, paused, past }: (typeof directions)[number],
  tenantId: string,
  clientId: string | undefined,
  { config }: { readonly config?: string },
): Promise<void> => {
  const { loadConfiguration } = await import('../../adapters/config/load.ts')
  const { withStore } = await import('../../process/with-store.ts')
  const { operatorRecord } = await import('../operator.ts')
  const configuration = loadConfiguration({ file: config, env: process.env })
  await withStore(configuration, tenantId, printError, async ({ clients, tenants }) => {
    if (clientId === undefined) {
      await tenants.pause(tenantId, paused, operatorRecord(name, tenantId, null))
      print(`${tenantId} is ${past}.`)
      return
    }
    const key = { tenantId, clientId }
    if (!ClientId.safeParse(clientId).success || (await clients.load(key)) === undefined)
      throw new Failure(`Nexus knows no client ${clientId} in ${tenantId}.`, 'not-found')
    await clients.pause(key, paused, operatorRecord(name, tenantId, clientId))
    print(`${clientId} in ${tenantId} is ${past}.`)
  })
}

/** `nexus pause` and `nexus resume`. */
export const pauseCommands = (program: Command): void => {
  for (const direction of directions)
    program
      .command(direction.name)
      .argument('<tenant>', 'id of a tenant in the configuration')
      .argument('[client]', 'client id; without it the whole tenant')
      .description(direction.description)
      .addOption(configOption())
      .addHelpText(
        'after',
        `
Changes are accepted all the while, answered with 202, and sent when it is resumed: a worker notices within seconds.

Examples:
  $ nexus ${direction.name} acme
  $ nexus ${direction.name} acme NXKzP2hYdFqLrT1uVwBcEaGs`,
      )
      .action((tenantId: string, clientId: string | undefined, flags: { readonly config?: string }) =>
        turn(direction, tenantId, clientId, flags),
      )
}
