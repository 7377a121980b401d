import type { Command } from 'commander'
import type { ClientRecord } from '../../adapters/postgres/records.ts'
import { drifts } from '../../domain/drift.ts'
import { planOf } from '../../domain/plan.ts'
import { textOf } from '../../domain/shape.ts'
import type { ClientDifference } from '../differences.ts'
import { differenceLines } from '../differences.ts'
import { configOption, jsonOption, print, printJson } from '../options.ts'
import type { Store } from '../with-store.ts'

interface Flags {
  readonly config?: string
  readonly json?: boolean
  readonly detailedExitcode?: boolean
}

/** One way of looking at a tenant's clients. */
interface Look {
  readonly name: string
  readonly description: string
  readonly about: string
  readonly differenceOf: (record: ClientRecord, tenant: Store['tenant']) => Omit<ClientDifference, 'id' | 'name'>
  readonly heading: (tenantId: string) => string
  readonly nothing: (tenantId: string) => string
  readonly summary: (some: number, others: number) => string
}

const clientsText = (count: number): string => (count === 1 ? '1 client' : `${count} clients`)

const looks: readonly Look[] = [
  {
    name: 'plan',
    description: "print what would be sent to a tenant now, in the manner of Terraform's plan",
    about:
      'What waits is compared with what Auth0 said last. The worker makes its calls from the very same plan. A value that is\n' +
      'sent although Auth0 has it already is not shown: it changes nothing.',
    differenceOf: (record, tenant) => {
      const work = planOf(record, tenant.driftPolicy, tenant.metadataKeys)
      const waiting = record.pending.length
      return {
        fields:
          work.kind === 'nothing' ? [] : work.differences.map(({ path, from, to }) => ({ field: path, from, to })),
        notes: [
          ...(waiting === 0 ? [] : [`${waiting === 1 ? '1 change waits' : `${waiting} changes wait`}, in one call`]),
          ...(record.standstill === null ? [] : [`nothing is sent: ${record.standstill.replace('-', ' is ')}`]),
          ...(record.lastFailure === null ? [] : [`tried ${record.failures} times: ${record.lastFailure}`]),
        ],
      }
    },
    heading: (tenantId) => `Nexus would send to ${tenantId}:`,
    nothing: (tenantId) => `Nothing waits for ${tenantId}: Auth0 has what is wanted.`,
    summary: (some, others) => `Plan: ${clientsText(some)} to change, ${others} unchanged.`,
  },
  {
    name: 'drift',
    description: 'print what was changed in Auth0 past Nexus: owned fields with another value than the confirmed one',
    about:
      'From the confirmed value to the one that Auth0 has, as the last scan or reading found it. "reordered" is the same\n' +
      'elements in another order; "out-of-band" is another value.',
    differenceOf: (record, tenant) => ({
      fields:
        record.pending.length > 0
          ? []
          : drifts(record.base, record.observed, tenant.metadataKeys, record.driftedByState).map((drift) => ({
              field: drift.path,
              from: drift.confirmed,
              to: drift.observed,
              why: drift.class,
            })),
      notes: [
        record.driftedAt === null ? 'not confirmed yet' : `since ${record.driftedAt.toISOString()}`,
        `observed ${record.observedAt.toISOString()}`,
      ],
    }),
    heading: (tenantId) => `Changed in ${tenantId}, past Nexus:`,
    nothing: (tenantId) => `No drift in ${tenantId}: Auth0 has what was last confirmed.`,
    summary: (some, others) => `Drift: ${clientsText(some)} drifted, ${others} as confirmed.`,
  },
]

const look = async (kind: Look, tenantId: string, flags: Flags): Promise<void> => {
  const { loadConfiguration } = await import('../../adapters/config/load.ts')
  const { withStore } = await import('../with-store.ts')
  const configuration = loadConfiguration({ file: flags.config, env: process.env })
  await withStore(configuration, tenantId, async ({ tenant, clients, tenants }) => {
    const owned = await clients.owned(tenantId)
    const total = (await tenants.health(tenantId))?.clients ?? owned.length
    const found = owned.flatMap((record): ClientDifference[] => {
      const { fields, notes } = kind.differenceOf(record, tenant)
      const name = textOf(record.observed['name']) ?? 'without a name'
      return fields.length === 0 ? [] : [{ id: record.key.clientId, name, notes, fields }]
    })
    if (flags.json === true) printJson({ tenant: tenantId, clients: found, unchanged: total - found.length })
    else if (found.length === 0) print(`${kind.nothing(tenantId)}\n${kind.summary(0, total)}`)
    else {
      const coloured = process.stdout.isTTY && process.env['NO_COLOR'] === undefined
      const lines = differenceLines(found, coloured)
      print([kind.heading(tenantId), '', ...lines, kind.summary(found.length, total - found.length)].join('\n'))
    }
    if (flags.detailedExitcode === true && found.length > 0) process.exitCode = 2
  })
}

/** `nexus plan` and `nexus drift`. */
export const lookCommands = (program: Command): void => {
  for (const kind of looks)
    program
      .command(kind.name)
      .argument('<tenant>', 'id of a tenant in the configuration')
      .description(kind.description)
      .addOption(configOption())
      .addOption(jsonOption('print it as one line of JSON'))
      .option('--detailed-exitcode', 'end with 0 for none, 2 for some, 1 for an error (-detailed-exitcode works too)')
      .addHelpText(
        'after',
        `
${kind.about}

Examples:
  $ nexus ${kind.name} acme
  $ nexus ${kind.name} acme --json | jq '.clients[].name'
  $ nexus ${kind.name} acme -detailed-exitcode || echo "look at it"`,
      )
      .action((tenantId: string, flags: Flags) => look(kind, tenantId, flags))
}
