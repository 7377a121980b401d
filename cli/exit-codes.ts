import type { Command } from 'commander'

const lost = 'jobs no longer came, or the embedded PostgreSQL could not be started again: start it again'

/** What a command ends with, by its path; what is said there of 0 and 1 is said in the place of what holds everywhere. */
const ends: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  init: { 0: 'the file is written' },
  'clients set': {
    0: 'Auth0 has it, or there was nothing to change; with --dry-run: it would be accepted',
    2: 'accepted, and waiting for Auth0',
  },
  plan: { 2: 'with --detailed-exitcode: something would be sent' },
  drift: { 2: 'with --detailed-exitcode: something drifted' },
  adopt: { 1: 'some clients were refused, or it could not be done' },
  release: { 1: 'some clients were refused, or it could not be done' },
  synth: { 1: 'some stacks could not be made' },
  'check-plan': { 0: 'the plan may be applied', 1: 'it must not be, or it cannot be read' },
  'config check': { 0: 'the configuration can be used', 1: 'it has mistakes' },
  doctor: { 0: 'nothing failed; there may be warnings', 1: 'something failed' },
  start: { 0: 'ended by a signal', 75: lost },
  api: { 0: 'ended by a signal', 75: lost },
  worker: { 0: 'ended by a signal', 75: lost },
  simulator: { 0: 'ended by a signal' },
}
const everywhere = { 0: 'it is done', 1: 'it could not be done, or the command is not as it should be' }

const pathOf = (command: Command): string =>
  command.parent === null ? '' : `${pathOf(command.parent)} ${command.name()}`.trim()

/** The commands that do something, those below others included. */
export const leavesOf = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf)

/** Says at the end of each command's help what it ends with. */
export const addExitCodes = (program: Command): void => {
  const paths = new Set(leavesOf(program).map(pathOf))
  for (const path of Object.keys(ends)) if (!paths.has(path)) throw new Error(`There is no command ${path}.`)
  for (const command of leavesOf(program)) {
    const codes = Object.entries({ ...everywhere, ...ends[pathOf(command)] })
    command.addHelpText(
      'after',
      ['', 'Exit codes:', ...codes.map(([code, what]) => `  ${code.padEnd(2)}  ${what}`)].join('\n'),
    )
  }
}
