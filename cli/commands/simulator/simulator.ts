import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'
import { z } from 'zod'
import { plans } from '../../../domain/limits/budget.ts'
import type { PlanName } from '../../../domain/limits/budget.ts'
import type { Faults, Simulator } from '../../../simulator/main.ts'
import { Failure } from '../../failure.ts'
import { jsonOption, wholeNumber } from '../../options.ts'
import { untilSignal } from '../../../process/until-signal.ts'
import { print, printError, printJson } from '../../terminal/print.ts'
import { answerOf, textOf } from './printed.ts'
import { codeOf } from '../../../domain/shape.ts'

interface SimulatorFlags {
  readonly port: number
  readonly host: string
  readonly https?: boolean
  readonly caFile?: string
  readonly clients: number
  readonly seed?: string
  readonly limits: PlanName
  readonly fault?: Readonly<Record<string, unknown>>
  readonly log?: boolean
  readonly json?: boolean
}

const valueOf = (raw: string): unknown => {
  try {
    return JSON.parse(raw)
  } catch {
    return raw
  }
}

/** `name=value`, the value as JSON or as a text; several come together. */
const fault = (raw: string, before: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> => {
  const groups = /^(?<name>\w+)=(?<value>.+)$/.exec(raw)?.groups
  if (groups === undefined) throw new InvalidArgumentError('It is written name=value, such as errorShare=0.1.')
  return { ...before, [groups['name'] ?? '']: valueOf(groups['value'] ?? '') }
}

const checkFaults = async (given: Readonly<Record<string, unknown>>): Promise<Faults> => {
  const { faultsSchema } = await import('../../../simulator/tenant/faults.ts')
  const faults = faultsSchema.safeParse(given)
  if (faults.success) return faults.data
  const names = Object.keys(faultsSchema.shape).join(', ')
  throw new Failure(`--fault cannot be read:\n${z.prettifyError(faults.error)}\nThe faults are: ${names}.`, 'usage')
}

/** A login page that the deploy CLI wrote beside its YAML, in `clients/`; undefined where it is not there. */
const pageBeside = (file: string, name: string): string | undefined => {
  const page = join(dirname(file), 'clients', basename(name))
  return existsSync(page) ? readFileSync(page, 'utf8') : undefined
}

/** The clients and users of a file; what is left out of it is told on standard error. */
const readSeedFile = async (file: string) => {
  const { readSeed } = await import('../../../simulator/seed/read.ts')
  const { SeedError } = await import('../../../simulator/seed/problems.ts')
  try {
    const { clients, users, notes } = readSeed(await readFile(file, 'utf8'), (name) => pageBeside(file, name))
    for (const note of notes) printError(`${file}: ${note}`)
    return { seed: clients, users }
  } catch (error) {
    if (error instanceof SeedError) throw new Failure(`--seed ${file} cannot be used:\n${error.message}`)
    const code = codeOf(error)
    if (code !== undefined) throw new Failure(`--seed ${file} cannot be read (${code}).`)
    throw error
  }
}

const start = async (flags: SimulatorFlags): Promise<Simulator> => {
  const faults = await checkFaults(flags.fault ?? {})
  const { startSimulator } = await import('../../../simulator/main.ts')
  const { port, host, clients, limits } = flags
  const { demoUsers } = await import('../../../simulator/sign-in/demo-users.ts')
  const { seed, users } = flags.seed === undefined ? { seed: [], users: undefined } : await readSeedFile(flags.seed)
  try {
    return await startSimulator({
      port,
      host,
      clients,
      seed,
      users: users ?? demoUsers,
      limits,
      faults,
      https: flags.caFile === undefined ? flags.https === true : { caFile: flags.caFile },
      ...(flags.log === true ? { log: printError } : {}),
    })
  } catch (error) {
    const code = codeOf(error)
    if (code === 'EADDRINUSE')
      throw new Failure(`The port ${port} is taken. Choose another with --port, or 0 for any free one.`)
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL')
      throw new Failure(`${host}:${port} cannot be listened on (${code}). Choose others with --host and --port.`)
    throw error
  }
}

const run = async (flags: SimulatorFlags): Promise<void> => {
  const ended = untilSignal()
  const simulator = await start(flags)
  const answer = answerOf(simulator, flags.clients)
  if (flags.json === true) printJson(answer)
  else print(textOf(answer))
  await ended
  await simulator.close()
}

/** `nexus simulator`: a stand-in Auth0 tenant, until it is interrupted. */
export const simulatorCommand = (program: Command): void => {
  program
    .command('simulator')
    .description('run a stand-in Auth0 tenant, for demos, tests and pipelines')
    .option('-p, --port <number>', 'port; 0 takes any free one', wholeNumber(0, 65_535), 4000)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--https', 'https as well, on the same port; the certificate is of its own CA, whose file it prints')
    .option('--ca-file <file>', "where the CA's certificate is written; implies --https")
    .option('--clients <number>', 'sample clients, the same in every run', wholeNumber(0, 100_000), 0)
    .option('--seed <file>', "clients of an export: the Management API's JSON or the deploy CLI's YAML; and users")
    .addOption(new Option('--limits <plan>', 'the rate limits of a plan').choices(plans).default('none'))
    .option('--fault <name=value>', 'something that goes wrong; may be given several times', fault)
    .option('--log', 'print every call on standard error')
    .addOption(jsonOption('print where it is as one line of JSON'))
    .addHelpText(
      'after',
      `
If npm or npx started it, it also exits when they do. Faults can also be changed while it runs: GET, POST and DELETE
/_simulator/faults. They are described in simulator/tenant/faults.ts; a wrong name lists them.

With --https it prints the environment for Terraform's provider and the deploy CLI (AUTH0_DOMAIN, AUTH0_CLIENT_ID,
AUTH0_CLIENT_SECRET, SSL_CERT_FILE, NODE_EXTRA_CA_CERTS); Nexus can stay at http. Both see the same tenant.

A file for --seed is what GET /api/v2/clients answers (a list, or an object with "clients"), or the deploy CLI's YAML. Ids
and members stay as they are; a client without an id gets one that is made from its name, the same in every run. Secrets that
the file lacks are generated. Keywords (##NAME##, @@NAME@@) are not replaced: they stay as they are, or are left out where
only a list or an object can stand. Whatever else the file holds is left out. Standard error says what, and where.

People can sign in to the tenant's applications: /authorize shows a page on which one picks a user. The users are those of
the file for --seed, if it has "users": a list of {sub, name, about, email, picture, permissions, roles, products}, of which
sub and name are required. Otherwise there are seven, from an owner to an administrator.

Examples:
  $ nexus simulator --clients 20
  $ nexus simulator --seed tenant.yaml
  $ nexus simulator --https --ca-file ca.pem --limits self-service
  $ nexus simulator --fault errorShare=0.1 --fault 'latencyMs=[50,200]'
  $ nexus simulator --port 0 --json | head -1 | jq -r .url
  $ nexus simulator --https --json > sandbox.json & until [ -s sandbox.json ]; do sleep 0.1; done
  $ export $(jq -r '.environment | to_entries[] | "\\(.key)=\\(.value)"' sandbox.json) && terraform plan`,
    )
    .action(run)
}
