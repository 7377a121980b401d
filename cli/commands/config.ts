import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import type { Configuration, TenantScope } from '../../adapters/config/configuration.ts'
import { hashToken } from '../../adapters/credentials/application-tokens.ts'
import { endWith } from '../exit-codes.ts'
import { problemOf } from '../failure.ts'
import { configOption, jsonOption } from '../options.ts'
import { redisPlaceText } from '../../domain/redis/place.ts'
import { consoleAddress, placeOf } from '../../domain/texts/web-address.ts'
import { countText } from '../terminal/readable.ts'
import { print, printJson } from '../terminal/print.ts'

/** What is configured, without secrets. */
const summaryOf = ({ server, database, redis, worker, terraform, console, ...rest }: Configuration) => ({
  server: { listen: `${server.host}:${server.port}`, publicUrl: server.publicUrl },
  database: 'url' in database ? placeOf(database.url) : `embedded in ${database.embedded}`,
  queue: redis === null ? 'in the database' : redisPlaceText(redis),
  worker,
  terraform: {
    stateKeys: terraform.stateKeys.length,
    states: Object.fromEntries(rest.tenants.map(({ id, terraformStates }) => [id, terraformStates])),
    otherStates: Object.fromEntries(rest.tenants.map(({ id, otherStates }) => [id, otherStates])),
  },
  console: console && {
    publicUrl: console.publicUrl,
    issuer: console.issuer,
    clientId: console.clientId,
    audience: console.audience,
    sessionKeys: console.sessionKeys.length,
    idleMs: console.idleMs,
    atMostMs: console.atMostMs,
  },
  tenants: rest.tenants.map(({ id, domain, plan, driftPolicy, allowInsecure }) => ({
    id,
    domain,
    plan,
    driftPolicy,
    allowInsecure,
  })),
  issuers: rest.issuers.map(({ issuer, audience, jwksUrl, algorithms, tenants, prefix }) => ({
    issuer,
    audience,
    jwksUrl,
    algorithms,
    tenants,
    prefix,
  })),
  applicationTokens: rest.applicationTokens.tokens.map(({ name, tenants, products, permissions, terraformStates }) => ({
    name,
    tenants,
    products,
    permissions,
    terraformStates,
  })),
  serviceAccounts: rest.serviceAccounts.map(({ name, permissions, roles, products, tenants, terraformStates }) => ({
    name,
    permissions,
    roles,
    products,
    tenants,
    terraformStates,
  })),
})

/** What is allowed, and still probably not meant. */
const warningsOf = (configuration: Configuration): string[] => [
  ...callerWarnings(configuration),
  ...consoleWarnings(configuration),
  ...stateWarnings(configuration),
]

const stateWarnings = ({ terraform, tenants }: Configuration): string[] => {
  const without = terraform.stateKeys.length === 0 ? tenants.filter((one) => one.terraformStates.length > 0) : []
  return without.map(
    ({ id }) =>
      `States of ${id} are to be kept, and terraform.stateKeys is empty: make a key with openssl rand -base64 32.`,
  )
}

/** How long a check waits for the database: it is of the file, and the database need not be there for it. */
const lookMs = 3000

/**
 * States that the database holds and the file does not name. Only a database that is there for itself is looked into; the
 * embedded one is the doctor's to open.
 */
const heldWarnings = async (configuration: Configuration): Promise<string[]> => {
  if (!('url' in configuration.database)) return []
  const { connect } = await import('../../adapters/postgres/database/connect.ts')
  const { unnamedStates } = await import('../../process/unnamed-states.ts')
  const postgres = connect(configuration.database.directUrl ?? configuration.database.url, () => undefined, { size: 1 })
  try {
    const late = sleep(lookMs, [], { ref: false })
    const found = await Promise.race([unnamedStates(postgres.db, configuration).catch(() => []), late])
    return found.map(({ said, remedy }) => `${said} ${remedy}`)
  } finally {
    void postgres.close().catch(() => undefined)
  }
}

const callerWarnings = ({ issuers, applicationTokens, serviceAccounts }: Configuration): string[] => {
  const bearer = issuers.length > 0 && applicationTokens.tokens.length > 0
  if (!bearer && serviceAccounts.length === 0)
    return [
      'Nobody can call the API: configure issuers and applicationTokens, or serviceAccounts. (Unless the database has accounts: nexus accounts list.)',
    ]
  if (issuers.length > 0 && !bearer)
    return [
      'Bearer tokens cannot be used: applicationTokens.tokens is empty. (Unless the database has applications: nexus applications list.)',
    ]
  return []
}

const consoleWarnings = ({ console, applicationTokens }: Configuration): string[] =>
  console === null || applicationTokens.tokens.some(({ sha256 }) => sha256 === hashToken(console.applicationToken))
    ? []
    : [
        'console.applicationToken is the token of no application in this file: nobody can sign in to the console. (Unless the database has it: nexus doctor.)',
      ]

const scopeText = (tenants: TenantScope): string => (tenants === '*' ? 'every tenant' : tenants.join(', '))

/** What credentials are good for; of states only where they are limited. */
const goodFor = (tenants: TenantScope, states: readonly string[] | '*'): string => {
  const limit = states === '*' ? '' : `, Terraform states: ${states.join(', ') || 'none'}`
  return `good for ${scopeText(tenants)}${limit}`
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0
    ? [`${title.padEnd(20)}none`]
    : lines.map((line, index) => `${(index === 0 ? title : '').padEnd(20)}${line}`)

const minutesText = (ms: number): string => countText(Math.round(ms / 60_000), 'minute')

const consoleLines = (console: ReturnType<typeof summaryOf>['console']): string[] =>
  console === null
    ? []
    : [
        `${consoleAddress(console)}, signed in to at ${console.issuer} as ${console.clientId} for ${console.audience}`,
        `a session ends after ${minutesText(console.idleMs)} without use, and after ${minutesText(console.atMostMs)} at most`,
      ]

const linesOf = (summary: ReturnType<typeof summaryOf>): string[] => {
  const { server, terraform, tenants, issuers, applicationTokens, serviceAccounts } = summary
  return [
    ...section('server', [server.listen + (server.publicUrl === null ? '' : `, reached at ${server.publicUrl}`)]),
    ...section('database', [summary.database]),
    ...section('queue', [summary.queue]),
    ...section(
      'tenants',
      tenants.map(({ id, domain, plan, driftPolicy, allowInsecure }) =>
        [id, domain, `plan ${plan}`, `drift: ${driftPolicy}`, ...(allowInsecure ? ['insecure'] : [])].join(', '),
      ),
    ),
    ...section('terraform', [
      terraform.stateKeys === 0
        ? 'no key: no state can be kept'
        : `${countText(terraform.stateKeys, 'key')} to seal states with`,
      ...Object.entries(terraform.states).map(([id, states]) => {
        const others = terraform.otherStates[id] ?? []
        const own = states.length === 0 ? 'no states of its own' : states.join(', ')
        return `${id}: ${own}${others.length === 0 ? '' : `; written by others: ${others.join(', ')}`}`
      }),
    ]),
    ...section('console', consoleLines(summary.console)),
    ...section(
      'issuers',
      issuers.map(
        ({ issuer, audience, tenants, prefix }) =>
          `${issuer} for ${audience.join(', ')}; good for ${scopeText(tenants)}${prefix === null ? '' : `; prefix '${prefix}'`}`,
      ),
    ),
    ...section(
      'application tokens',
      applicationTokens.map(({ name, tenants, terraformStates }) => `${name}; ${goodFor(tenants, terraformStates)}`),
    ),
    ...section(
      'service accounts',
      serviceAccounts.map(
        ({ name, permissions, tenants, terraformStates }) =>
          `${name}: ${permissions.join(', ')}; ${goodFor(tenants, terraformStates)}`,
      ),
    ),
  ]
}

const check = async ({ config, json }: { config?: string; json?: boolean }): Promise<void> => {
  const { configurationPath, loadConfiguration } = await import('../../adapters/config/load.ts')
  const { ConfigurationError } = await import('../../adapters/config/problems.ts')
  const file = configurationPath(config, process.env)
  try {
    const configuration = loadConfiguration({ file, env: process.env })
    const summary = summaryOf(configuration)
    const warnings = [...warningsOf(configuration), ...(await heldWarnings(configuration))]
    if (json === true) return printJson({ ok: true, file, warnings, ...summary })
    print(
      [`${file} is fine.`, '', ...linesOf(summary), ...warnings.map((warning) => `\nwarning: ${warning}`)].join('\n'),
    )
  } catch (error) {
    if (json !== true || !(error instanceof ConfigurationError)) throw error
    const problem = problemOf(error)
    printJson({ ok: false, file, problems: error.problems, ...problem })
    endWith(problem.code)
  }
}

/** `nexus config check`: every mistake of the configuration, or what it comes to. */
export const configCommand = (program: Command): void => {
  const config = program
    .command('config')
    .description('work with the configuration')
    .addHelpText('after', '\nExamples:\n  $ nexus config check\n  $ nexus config check --config nexus.yaml --json')
  config
    .command('check')
    .description('list every mistake in the configuration and how to fix it; without mistakes, show the result')
    .addOption(configOption())
    .addOption(jsonOption('answer one JSON object: {"ok": …, "problems": […]}'))
    .addHelpText(
      'after',
      `
Environment variables must be set as for \`nexus start\`; their values are never printed.

Examples:
  $ nexus config check
  $ nexus config check --config docs/examples/nexus.yaml
  $ nexus config check --json | jq '.problems[] | .path + ": " + .message'`,
    )
    .action(check)
}
