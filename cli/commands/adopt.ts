import type { Command } from 'commander'
import pLimit from 'p-limit'
import { z } from 'zod'
import type { Remote } from '../../adapters/nexus-api/client.ts'
import { RemoteError } from '../../adapters/nexus-api/errors.ts'
import { adoptionSteps, releaseSteps } from '../../domain/terraform/bulk-adoption.ts'
import type { Choice, Left, Step, Steps } from '../../domain/terraform/bulk-adoption.ts'
import { Snapshot } from '../../domain/terraform/snapshot.ts'
import { ClientId, StateName } from '../../domain/vocabulary.ts'
import { endWith } from '../exit-codes.ts'
import { clientPath } from '../clients/clients-api.ts'
import { Failure, problemOf } from '../failure.ts'
import { remoteFor } from '../remote.ts'
import { collect, credentialsText, jsonOption, parsedBy, tenantArgument, urlOption } from '../options.ts'
import { showProgress } from '../terminal/progress.ts'
import { printable } from '../../domain/texts/printable.ts'
import { countText, shown } from '../terminal/readable.ts'
import { tableLines } from '../terminal/table.ts'
import { print, printError, printJson } from '../terminal/print.ts'

interface Flags extends Omit<Choice, 'clients'> {
  readonly url?: string
  readonly all?: boolean
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** How many requests are under way at the same time. */
const atOnce = 4

/** The two directions, with their words. */
interface Direction {
  readonly name: 'adopt' | 'release'
  readonly method: 'PUT' | 'DELETE'
  readonly description: string
  readonly about: string
  readonly state: string
  readonly steps: (snapshot: Snapshot, choice: Choice) => Steps
}

const directions: readonly Direction[] = [
  {
    name: 'adopt',
    method: 'PUT',
    description: 'request the adoption of clients into Terraform',
    about:
      'Adoption is requested only for clients that no state manages. The next synthesis imports them as they are, and the next\n' +
      'apply completes it. If the release of a client is requested, naming its id takes that request back.',
    state: 'the state that is to take them over; needed if the tenant has several',
    steps: adoptionSteps,
  },
  {
    name: 'release',
    method: 'DELETE',
    description: 'request the release of clients from Terraform, without destroying them',
    about:
      'Release is requested only for clients of states whose configuration Nexus writes. The next synthesis takes them out of\n' +
      'the configuration, and the next apply out of the state. An adoption that is not complete yet is taken back.',
    state: 'only clients of this state',
    steps: releaseSteps,
  },
]

const kinds: Readonly<Record<Step['kind'], (state: string | null) => string>> = {
  adopt: (state) => `adoption into ${state}`,
  release: (state) => (state === null ? 'release' : `release from ${state}`),
  keep: (state) => `take back the release from ${state}`,
  leave: (state) => `take back the adoption into ${state}`,
}

/** What came of one client. */
interface Outcome extends Step {
  readonly outcome: 'asked' | 'refused' | 'planned'
  /** Why it was refused. */
  readonly detail?: string
}

const Standing = z.object({ status: z.string() })

/** The choice of the command line. @throws Failure for a command that would mean every client and does not say so */
const choiceOf = (clients: readonly string[], flags: Flags, { name }: Direction): Choice => {
  const { all, product, owner, state } = flags
  const filters = [product, owner, flags.name, name === 'release' ? state : undefined]
  if (clients.length === 0 && filters.every((one) => one === undefined) && all !== true)
    throw new Failure(
      'Say which clients: their ids, a filter (--product, --owner, --name' +
        `${name === 'release' ? ', --state' : ''}), or --all for every client.`,
      'usage',
    )
  return { clients: [...new Set(clients)], product, owner, name: flags.name, state }
}

/**
 * Asks for every step, a few at a time. A refusal is one client's; anything else (nobody answers, the credentials are not
 * good) would be every client's, and ends it.
 */
const askAll = async (
  steps: readonly Step[],
  ask: (step: Step) => Promise<unknown>,
  onDone: (done: number) => void,
): Promise<{ readonly outcomes: readonly Outcome[]; readonly fatal: Error | null }> => {
  let done = 0
  let fatal: Error | null = null
  const outcomes = await pLimit(atOnce).map(steps, async (step): Promise<Outcome | null> => {
    if (fatal !== null) return null
    let outcome: Outcome = { ...step, outcome: 'asked' }
    try {
      await ask(step)
    } catch (error) {
      const own = error instanceof RemoteError && [404, 409, 422].includes(error.status ?? 0)
      if (!own) {
        fatal ??= error instanceof Error ? error : new Error(String(error))
        return null
      }
      outcome = { ...step, outcome: 'refused', detail: error.message }
    }
    done += 1
    onDone(done)
    return outcome
  })
  return { outcomes: outcomes.filter((outcome) => outcome !== null), fatal }
}

const askOf =
  (remote: Remote, { method }: Direction, tenantId: string) =>
  ({ id, state }: Step): Promise<unknown> =>
    remote.json(method, `${clientPath(tenantId, id)}/terraform`, Standing, method === 'PUT' ? { body: { state } } : {})

const columns = [
  { title: 'CLIENT', cell: ({ id }: Step) => id, whole: true },
  { title: 'NAME', cell: ({ name }: Step) => name },
  { title: 'REQUEST', cell: ({ kind, state }: Step) => kinds[kind](state), whole: true },
] as const

const titled = ({ id, name }: Pick<Step, 'id' | 'name'>): string => (name === '' ? id : `${printable(name)} (${id})`)

const leftLines = (left: readonly Left[]): string[] =>
  left.length === 0 ? [] : ['', 'Left alone:', ...left.map((one) => `  ${titled(one)}: ${printable(one.reason)}`)]

const dryLines = (steps: readonly Step[], left: readonly Left[]): string[] => [
  ...(steps.length === 0 ? [] : [...tableLines(columns, steps, shown().width), '']),
  `${countText(steps.length, 'request')} would be made; none was.`,
  ...leftLines(left),
]

const doneLines = (tenantId: string, outcomes: readonly Outcome[], left: readonly Left[]): string[] => {
  const of = (outcome: Outcome['outcome']): Outcome[] => outcomes.filter((one) => one.outcome === outcome)
  const [asked, refused] = [of('asked'), of('refused')]
  const counts = Map.groupBy(asked, ({ kind, state }) => kinds[kind](state))
  return [
    ...[...counts].map(([what, some]) => `Requested: ${what}, ${countText(some.length, 'client')}.`),
    ...(asked.length === 0 ? ['Nothing was requested.'] : []),
    ...(refused.length === 0 ? [] : ['', 'Refused:', ...refused.map((one) => `  ${titled(one)}: ${one.detail ?? ''}`)]),
    ...leftLines(left),
    ...(asked.length === 0
      ? []
      : [
          '',
          `Next: nexus synth ${tenantId}, then terraform init -reconfigure, terraform plan and terraform apply. Nothing changes`,
          'before the apply.',
        ]),
  ]
}

const run = async (direction: Direction, tenantId: string, clients: readonly string[], flags: Flags): Promise<void> => {
  const choice = choiceOf(clients, flags, direction)
  const remote = await remoteFor(flags)
  const snapshot = await remote.json('GET', `/v1/tenants/${tenantId}/terraform/snapshot`, Snapshot)
  const chosen = direction.steps(snapshot, choice)
  if (!chosen.ok) throw new Failure(printable(chosen.detail), 'refused')
  const { steps, left } = chosen
  if (snapshot.incomplete !== null) printError(`Not every client may be known: ${printable(snapshot.incomplete)}`)

  const dryRun = flags.dryRun === true
  const progress = showProgress('requested')
  const { outcomes, fatal } = dryRun
    ? { outcomes: steps.map((step): Outcome => ({ ...step, outcome: 'planned' })), fatal: null }
    : await askAll(steps, askOf(remote, direction, tenantId), (done) => progress.at(done, steps.length))
  if (!dryRun) progress.end()

  if (outcomes.some(({ outcome }) => outcome === 'refused')) endWith('refused')
  const answer = { tenant: tenantId, dryRun, clients: outcomes, left }
  if (fatal === null) {
    if (flags.json === true) printJson(answer)
    else print((dryRun ? dryLines(steps, left) : doneLines(tenantId, outcomes, left)).join('\n'))
    return
  }
  const problem = problemOf(fatal)
  endWith(problem.code)
  if (flags.json === true) return printJson({ ...answer, ...problem })
  print(doneLines(tenantId, outcomes, left).join('\n'))
  printError(
    `nexus ${direction.name} stopped: ${outcomes.length} of ${countText(steps.length, 'client')} were answered.`,
  )
  throw fatal
}

/** `nexus adopt` and `nexus release`. */
export const adoptCommands = (program: Command): void => {
  for (const direction of directions)
    program
      .command(direction.name)
      .addArgument(tenantArgument())
      .argument('[client...]', 'client ids', (raw: string, before?: readonly string[]) =>
        collect(parsedBy(ClientId)(raw), before),
      )
      .description(direction.description)
      .option('--state <name>', direction.state, parsedBy(StateName))
      .option('--product <name>', 'only clients of this product')
      .option('--owner <id>', 'only clients with this role or user among their owners')
      .option('--name <pattern>', 'only clients of this name; * stands for any text, ? for one character')
      .option('--all', 'every client, if no id and no filter says which')
      .option('--dry-run', 'print what would be requested, and request nothing')
      .addOption(urlOption())
      .addOption(jsonOption('print what came of it as one line of JSON'))
      .addHelpText(
        'after',
        `
${direction.about}

Ids and filters combine: a client must fit all of them. Comparison is exact, case included. A client that is refused stops
no other; the exit code is then 77.

${credentialsText('terraform.read and terraform.adopt')}

Examples:
  $ nexus ${direction.name} acme NXKzP2hYdFqLrT1uVwBcEaGs
  $ nexus ${direction.name} acme --product Billing --name 'Shop *' --dry-run
  $ nexus ${direction.name} acme --all --state main --json | jq '.clients[] | select(.outcome == "refused")'`,
      )
      .action((tenantId: string, clients: readonly string[], flags: Flags) => run(direction, tenantId, clients, flags))
}
