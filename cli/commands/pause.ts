import type { Command } from 'commander'
import { clientPath } from '../clients/clients-api.ts'
import { Failure } from '../failure.ts'
import { clientArgument, configOption, jsonOption, placeText, tenantArgument, urlOption } from '../options.ts'
import { remoteIfMeant } from '../remote.ts'
import type { PlaceFlags } from '../remote.ts'
import { print, printError, printJson } from '../terminal/print.ts'

/** The two directions of one switch. */
const directions = [
  { name: 'pause', paused: true, description: 'stop sending to a tenant, or for one of its clients', past: 'paused' },
  { name: 'resume', paused: false, description: 'start sending again', past: 'resumed' },
] as const
type Direction = (typeof directions)[number]

const turnInStore = async (
  { name, paused }: Direction,
  tenantId: string,
  clientId: string | undefined,
  file: string | undefined,
): Promise<void> => {
  const { loadConfiguration } = await import('../../adapters/config/load.ts')
  const { withStore } = await import('../../process/with-store.ts')
  const { operatorRecord } = await import('../operator.ts')
  const configuration = loadConfiguration({ file, env: process.env })
  await withStore(configuration, tenantId, printError, async ({ clients, tenants }) => {
    if (clientId === undefined) return tenants.pause(tenantId, paused, operatorRecord(name, tenantId, null))
    const key = { tenantId, clientId }
    if ((await clients.load(key)) === undefined)
      throw new Failure(`${tenantId} has no client ${clientId} that Nexus knows.`, 'not-found')
    await clients.pause(key, paused, operatorRecord(name, tenantId, clientId))
  })
}

const turn = async (
  direction: Direction,
  tenantId: string,
  clientId: string | undefined,
  flags: PlaceFlags,
): Promise<void> => {
  const remote = await remoteIfMeant(flags)
  if (remote === undefined) await turnInStore(direction, tenantId, clientId, flags.config)
  else {
    const path = clientId === undefined ? `/v1/tenants/${tenantId}` : clientPath(tenantId, clientId)
    await remote.granted('POST', `${path}/${direction.name}`)
  }
  if (flags.json === true) printJson({ tenant: tenantId, client: clientId ?? null, paused: direction.paused })
  else print(`${clientId === undefined ? tenantId : `${clientId} in ${tenantId}`} is ${direction.past}.`)
}

/** `nexus pause` and `nexus resume`. */
export const pauseCommands = (program: Command): void => {
  for (const direction of directions)
    program
      .command(direction.name)
      .addArgument(tenantArgument())
      .addArgument(clientArgument('[client]', 'id of a client; without it the whole tenant'))
      .description(direction.description)
      .addOption(configOption())
      .addOption(urlOption())
      .addOption(jsonOption('print what is paused as one line of JSON'))
      .addHelpText(
        'after',
        `
While it is paused, changes are still accepted (202). They are sent within seconds after it is resumed.

${placeText('tenant.admin')}

Examples:
  $ nexus ${direction.name} acme
  $ nexus ${direction.name} acme NXKzP2hYdFqLrT1uVwBcEaGs --url https://nexus.example.com`,
      )
      .action((tenantId: string, clientId: string | undefined, flags: PlaceFlags) =>
        turn(direction, tenantId, clientId, flags),
      )
}
