import type { Command } from 'commander'
import { tenantReport, TenantDifferences } from '../../domain/changes/tenant-report.ts'
import type { TenantReportKind } from '../../domain/changes/tenant-report.ts'
import { differenceLines } from '../clients/differences.ts'
import { endWith } from '../exit-codes.ts'
import { remoteIfMeant } from '../remote.ts'
import type { PlaceFlags } from '../remote.ts'
import { configOption, placeText, jsonOption, tenantArgument, urlOption } from '../options.ts'
import { countText } from '../terminal/readable.ts'
import { print, printJson, printError } from '../terminal/print.ts'

interface Flags extends PlaceFlags {
  readonly detailedExitcode?: boolean
}

/** The words for one way of looking at a tenant's clients. */
interface Words {
  readonly look: TenantReportKind
  readonly description: string
  readonly about: string
  readonly heading: (tenantId: string) => string
  readonly nothing: (tenantId: string) => string
  readonly summary: (some: number, others: number) => string
}

const words: readonly Words[] = [
  {
    look: 'plan',
    description: "print what would be sent to a tenant now, in the manner of Terraform's plan",
    about:
      'What waits is compared with what Auth0 said last. The worker makes its calls from the very same plan. A value that is\n' +
      'sent although Auth0 has it already is not shown: it changes nothing.',
    heading: (tenantId) => `Nexus would send to ${tenantId}:`,
    nothing: (tenantId) => `Nothing waits for ${tenantId}: Auth0 has what is wanted.`,
    summary: (some, others) => `Plan: ${countText(some, 'client')} to change, ${others} unchanged.`,
  },
  {
    look: 'drift',
    description: 'print what was changed in Auth0 outside Nexus: owned fields whose value is not the confirmed one',
    about:
      'From the confirmed value to the one that Auth0 has, as the last scan or reading found it. "reordered" is the same\n' +
      'elements in another order; "terraform" came with an apply; "out-of-band" is another value.',
    heading: (tenantId) => `Changed in ${tenantId}, outside Nexus:`,
    nothing: (tenantId) => `No drift in ${tenantId}: Auth0 has what was last confirmed.`,
    summary: (some, others) => `Drift: ${countText(some, 'client')} drifted, ${others} as confirmed.`,
  },
]

/** What the store of a configuration says. */
const lookInStore = async (
  look: TenantReportKind,
  tenantId: string,
  file: string | undefined,
): Promise<TenantDifferences> => {
  const { loadConfiguration } = await import('../../adapters/config/load.ts')
  const { withStore } = await import('../../process/with-store.ts')
  const configuration = loadConfiguration({ file, env: process.env })
  return withStore(configuration, tenantId, printError, async ({ tenant, clients, tenants }) => {
    const owned = await clients.owned(tenantId)
    const total = (await tenants.health(tenantId))?.clients ?? owned.length
    return tenantReport(look, owned, total, tenant)
  })
}

const show = (
  { heading, nothing, summary }: Words,
  { tenant, clients, unchanged }: TenantDifferences,
  flags: Flags,
): void => {
  if (flags.json === true) printJson({ tenant, clients, unchanged })
  else if (clients.length === 0) print(`${nothing(tenant)}\n${summary(0, unchanged)}`)
  else {
    const lines = differenceLines(clients)
    print([heading(tenant), '', ...lines, summary(clients.length, unchanged)].join('\n'))
  }
  if (flags.detailedExitcode === true && clients.length > 0) endWith('differences')
}

const look = async (kind: Words, tenantId: string, flags: Flags): Promise<void> => {
  const remote = await remoteIfMeant(flags)
  const differences = await (remote === undefined
    ? lookInStore(kind.look, tenantId, flags.config)
    : remote.json('GET', `/v1/tenants/${tenantId}/${kind.look}`, TenantDifferences))
  show(kind, differences, flags)
}

/** `nexus plan` and `nexus drift`. */
export const lookCommands = (program: Command): void => {
  for (const kind of words)
    program
      .command(kind.look)
      .addArgument(tenantArgument())
      .description(kind.description)
      .addOption(configOption())
      .addOption(urlOption())
      .addOption(jsonOption('print it as one line of JSON'))
      .option(
        '--detailed-exitcode',
        'end with 2 if there is something, and with 0 if not (-detailed-exitcode works too)',
      )
      .addHelpText(
        'after',
        `
${kind.about}

${placeText('client.read.all')}

Examples:
  $ nexus ${kind.look} acme
  $ nexus ${kind.look} acme --json | jq '.clients[].name'
  $ nexus ${kind.look} acme -detailed-exitcode || echo "look at it"
  $ nexus ${kind.look} acme --url https://nexus.example.com`,
      )
      .action((tenantId: string, flags: Flags) => look(kind, tenantId, flags))
}
