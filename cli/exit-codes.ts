import type { Command } from 'commander'

/**
 * What a command ends with: the same number for the same reason in every command, so that a pipeline can tell them apart.
 * 2 is Terraform's number for a plan that is not empty; those from 64 on are those of sysexits(3).
 */
export const exits = {
  done: { code: 0, means: 'done' },
  failed: { code: 1, means: 'failed' },
  differences: { code: 2, means: 'Auth0 does not have everything that is wanted' },
  usage: { code: 64, means: 'wrong usage: arguments, options or environment variables' },
  'not-found': { code: 66, means: 'not found: a tenant, a client, or whatever else was named' },
  'retry-later': { code: 75, means: 'not possible at the moment: try again later' },
  refused: { code: 77, means: 'refused: by Nexus, by Auth0, or by a check' },
  configuration: { code: 78, means: 'the configuration has mistakes' },
} as const satisfies Readonly<Record<string, { readonly code: number; readonly means: string }>>

export type Exit = keyof typeof exits

/** Ends the command with this, once it has nothing more to do. */
export const endWith = (exit: Exit): void => {
  process.exitCode = exits[exit].code
}

/** By path of the command, what a code means there more exactly than everywhere; null where it cannot end with it. */
const meanings: Readonly<Record<string, Readonly<Partial<Record<Exit, string | null>>>>> = {
  init: { done: 'the file is written', refused: 'the file exists, or somebody ended the questions' },
  'clients set': {
    done: 'Auth0 has the change, or there was nothing to change; with --dry-run: it would be accepted',
    differences: 'the change is accepted, and waits for Auth0',
  },
  'clients retry': { done: 'Auth0 has it', differences: 'accepted, and waiting for Auth0' },
  'clients revert': { done: 'Auth0 has it', differences: 'accepted, and waiting for Auth0' },
  'clients accept': { done: 'Nexus has the values of Auth0', differences: 'accepted, and waiting' },
  scan: { done: 'the scan is complete', 'retry-later': 'the scan is not complete yet' },
  plan: { differences: 'with --detailed-exitcode: something would be sent' },
  drift: { differences: 'with --detailed-exitcode: something has drifted' },
  adopt: { refused: 'some clients were refused, or the whole request' },
  release: { refused: 'some clients were refused, or the whole request' },
  synth: { failed: 'some stacks could not be made' },
  'check-plan': { done: 'the plan may be applied', refused: 'the plan must not be applied' },
  'config check': { done: 'the configuration can be used', 'retry-later': null },
  doctor: {
    done: 'nothing failed; there may be warnings',
    failed: 'something failed, or the configuration has mistakes',
    'retry-later': null,
    configuration: null,
  },
  backup: { refused: 'there is no embedded database, or there is a file of that name' },
  restore: { refused: 'the backup cannot be restored here; nothing was changed' },
  'after-restore': { refused: 'somebody ended the question' },
  'hash password': { refused: 'somebody ended the question' },
  'hash token': { refused: 'somebody ended the question' },
  start: { done: 'ended by a signal' },
  api: { done: 'ended by a signal' },
  worker: { done: 'ended by a signal' },
  migrate: {
    done: 'the schema is up to date',
    differences: 'with --check: something is to be applied',
    refused: 'with --check: the database is too new for this version',
  },
  demo: { done: 'everything was as it should be', failed: 'something was not, or the demo cannot run' },
  simulator: { done: 'ended by a signal' },
  token: { 'retry-later': 'no simulator answers', refused: 'the simulator refused' },
}

const pathOf = (command: Command): string =>
  command.parent === null ? '' : `${pathOf(command.parent)} ${command.name()}`.trim()

/** What a command can end with: it depends on whom it asks. */
const exitsOf = (command: Command): ReadonlySet<Exit> => {
  const has = (option: string): boolean => command.options.some(({ long }) => long === option)
  const isOfTenant = command.registeredArguments.some((argument) => argument.name() === 'tenant')
  return new Set<Exit>([
    ...(['done', 'failed', 'usage'] as const),
    ...(isOfTenant ? (['not-found'] as const) : []),
    ...(has('--url') ? (['not-found', 'retry-later', 'refused'] as const) : []),
    ...(has('--config') ? (['retry-later', 'configuration'] as const) : []),
  ])
}

/** The commands that do something, those below others included. */
export const leavesOf = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf)

/** Lists at the end of each command's help what it can end with. */
export const addExitCodes = (program: Command): void => {
  const paths = new Set(leavesOf(program).map(pathOf))
  for (const path of Object.keys(meanings)) if (!paths.has(path)) throw new Error(`There is no command ${path}.`)
  for (const command of leavesOf(program)) {
    const own = meanings[pathOf(command)] ?? {}
    const can = exitsOf(command)
    const lines = exitNames
      .filter((exit) => (own[exit] === undefined ? can.has(exit) : own[exit] !== null))
      .map((exit) => `  ${String(exits[exit].code).padEnd(2)}  ${own[exit] ?? exits[exit].means}`)
    command.addHelpText('after', ['', 'Exit codes:', ...lines].join('\n'))
  }
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the names of an object that is written out above
export const exitNames = Object.keys(exits) as Exit[]
