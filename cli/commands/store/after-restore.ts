import type { Command } from 'commander'
import type { AfterRestore, ComparedTenant } from '../../../process/after-restore.ts'
import type { Fate } from '../../../domain/changes/restored.ts'
import type { ClientDifference } from '../../../domain/changes/tenant-report.ts'
import { differenceLines } from '../../clients/differences.ts'
import { Failure } from '../../failure.ts'
import { operator } from '../../operator.ts'
import { configOption, jsonOption, tenantArgument, yesOption } from '../../options.ts'
import { confirm } from '../../terminal/confirm.ts'
import { print, printError, printJson } from '../../terminal/print.ts'
import { countText } from '../../terminal/readable.ts'

interface Flags {
  readonly config?: string
  readonly pause?: boolean
  readonly settle?: boolean
  readonly withdrawWaiting?: boolean
  readonly yes?: boolean
  readonly json?: boolean
}

const fates: Readonly<Record<Fate, string>> = {
  there: 'Auth0 has it',
  untouched: 'Auth0 does not have it, nor anything newer',
  overtaken: 'Auth0 has something newer: it is withdrawn',
}

const differenceOf = ({ id, name, newer, waited }: ComparedTenant['clients'][number]): ClientDifference => ({
  id,
  name,
  fields: newer.map(({ path, from, to }) => ({ field: path, from, to })),
  notes: waited.map(({ change, fate }) => `change ${change.id} waited: ${fates[fate]}`),
})

const linesOf = ({ tenant, clients, created, gone, unchanged }: ComparedTenant): string[] => [
  clients.length === 0
    ? `Nothing in ${tenant} is newer than the backup.`
    : `From the backup to what Auth0 has, in ${tenant}:`,
  '',
  ...differenceLines(clients.map(differenceOf)),
  ...(created.length === 0 ? [] : [`Only in Auth0: ${created.join(', ')}`]),
  ...(gone.length === 0 ? [] : [`Only in the backup: ${gone.join(', ')}`]),
  `Compared: ${countText(clients.length, 'client')} differ, ${unchanged} as in the backup.`,
]

const jsonOf = ({ clients, ...rest }: ComparedTenant, settled: boolean) => ({
  ...rest,
  settled,
  clients: clients.map(({ id, name, newer, waited }) => ({
    id,
    name,
    newer: newer.map(({ path, from, to }) => ({ field: path, from, to })),
    waited: waited.map(({ change, fate }) => ({ change: change.id, fate })),
  })),
})

const run = async (tenantId: string | undefined, flags: Flags): Promise<void> => {
  const { loadConfiguration } = await import('../../../adapters/config/load.ts')
  const { createLog } = await import('../../../adapters/log/log.ts')
  const { restoredTenants, stopRestored } = await import('../../../adapters/postgres/tenants/restored.ts')
  const { createAfterRestore } = await import('../../../process/after-restore.ts')
  const { migrateAll } = await import('../../../process/database.ts')
  const { withDatabase } = await import('../../../process/with-store.ts')
  const { tenantNamed } = await import('../../../process/known-tenants.ts')
  const configuration = loadConfiguration({ file: flags.config, env: process.env })
  if (tenantId !== undefined) tenantNamed(tenantId, configuration)
  await withDatabase(
    configuration,
    printError,
    async (db) => {
      if (flags.pause === true) await stopRestored(db, operator())
      const stopped = (await restoredTenants(db)).filter((one) => tenantId === undefined || one.tenantId === tenantId)
      if (stopped.length === 0) {
        if (flags.json === true) return
        return print(
          `${tenantId ?? 'No tenant'} ${tenantId === undefined ? 'waits' : 'does not wait'} for a comparison. After a restore that ` +
            'Nexus cannot notice, such as to a point in time, pause all tenants first: nexus after-restore --pause',
        )
      }
      const after = createAfterRestore(db, configuration, operator())
      for (const { tenantId: id, pausedBefore } of stopped) {
        const tenant = configuration.tenants.find((one) => one.id === id)
        if (tenant === undefined) {
          printError(`${id} is not in the configuration: it stays paused.`)
          continue
        }
        const compared = await (flags.settle === true
          ? settle(after, tenant, pausedBefore, flags)
          : after.compare(tenant))
        if (flags.json === true) printJson(jsonOf(compared, flags.settle === true))
        else print([...linesOf(compared), '', endOf(id, flags, pausedBefore), ''].join('\n'))
      }
    },
    (database) => migrateAll(database, configuration, createLog('error')),
  )
}

const endOf = (id: string, { settle: settled }: Flags, pausedBefore: boolean): string => {
  if (settled !== true)
    return `Nothing was changed. To take over what is newer in Auth0, and resume ${id}: nexus after-restore ${id} --settle`
  return pausedBefore ? `${id} is settled, and paused as it was in the backup.` : `${id} is settled and resumed.`
}

type Tenant = Parameters<AfterRestore['settle']>[0]

/** @throws Failure where somebody says no */
const settle = async (
  after: AfterRestore,
  tenant: Tenant,
  pausedBefore: boolean,
  { yes, withdrawWaiting }: Flags,
): Promise<ComparedTenant> => {
  if (yes !== true) {
    print([...linesOf(await after.compare(tenant)), ''].join('\n'))
    await confirm(`What is newer in Auth0 becomes what Nexus confirms, and ${tenant.id} is resumed.`, false)
  }
  return after.settle(tenant, { pausedBefore, waiting: withdrawWaiting === true ? 'withdraw' : 'send' })
}

/** `nexus after-restore`. */
export const afterRestoreCommand = (program: Command): void => {
  program
    .command('after-restore')
    .addArgument(tenantArgument().argOptional())
    .description('compare a restored database with Auth0, and take over what is newer there')
    .addOption(configOption())
    .option('--pause', 'first pause every tenant: for a restore that Nexus cannot notice')
    .option('--settle', 'take over what is newer in Auth0, and resume the tenant')
    .option('--withdraw-waiting', 'with --settle: withdraw the changes that waited and that Auth0 does not have')
    .addOption(yesOption())
    .addOption(jsonOption('print a line of JSON for each tenant'))
    .addHelpText(
      'after',
      `
A backup is older than Auth0. nexus restore, and the first start after a dump was restored, pause every tenant, and resume
refuses to lift that. This command reads all clients from Auth0 and shows what is newer there. With --settle, these values
become the confirmed ones, a change that waited in the backup counts as applied if Auth0 has it, and is withdrawn if Auth0 has
something newer; what Auth0 does not have is sent once the tenant is resumed. Nothing newer is overwritten.

Without a tenant, it works on each one that waits. docs/guides/backup.md has the whole procedure.

Examples:
  $ nexus after-restore
  $ nexus after-restore acme --json | jq '.clients[].name'
  $ nexus after-restore acme --settle
  $ nexus after-restore --pause`,
    )
    .action((tenantId: string | undefined, flags: Flags) => {
      if (flags.withdrawWaiting === true && flags.settle !== true)
        throw new Failure('--withdraw-waiting goes with --settle.', 'usage')
      return run(tenantId, flags)
    })
}
