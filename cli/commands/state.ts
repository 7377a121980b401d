import type { Command } from 'commander'
import type { Remote } from '../../adapters/nexus-api/client.ts'
import { confirm } from '../terminal/confirm.ts'
import { printableJson } from '../../domain/texts/printable.ts'
import { endWith } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import {
  configOption,
  credentialsText,
  jsonOption,
  stateArgument,
  tenantArgument,
  urlOption,
  wholeNumber,
  yesOption,
} from '../options.ts'
import { remoteFor } from '../remote.ts'
import type { ApiFlags } from '../remote.ts'
import { showProgress } from '../terminal/progress.ts'
import { countText, shown } from '../terminal/readable.ts'
import { lockLines, Restored, stateLines, States, versionLines, Versions } from '../terraform/state-answers.ts'
import type { State } from '../terraform/state-answers.ts'
import { print, printError, printJson } from '../terminal/print.ts'

interface Flags extends ApiFlags {
  readonly yes?: boolean
}

const pathOf = (tenantId: string, ...rest: readonly string[]): string =>
  ['/v1/tenants', tenantId, 'terraform/states', ...rest].join('/')

const list = async (tenantId: string, flags: Flags): Promise<void> => {
  const remote = await remoteFor(flags)
  const answer = await remote.json('GET', pathOf(tenantId), States)
  if (flags.json === true) return printJson(answer)
  if (answer.states.length === 0)
    return print(`${tenantId} has no Terraform state: none is held, and its configuration names none.`)
  print(stateLines(tenantId, answer.states, shown()).join('\n'))
}

const versions = async (tenantId: string, name: string, flags: Flags): Promise<void> => {
  const remote = await remoteFor(flags)
  const answer = await remote.json('GET', pathOf(tenantId, name, 'versions'), Versions)
  if (flags.json === true) return printJson(answer)
  if (answer.versions.length === 0) throw noSuchState(tenantId, name)
  print(versionLines(answer.versions, shown().width).join('\n'))
}

interface ShowFlags extends Flags {
  readonly version?: number
}

const show = async (tenantId: string, name: string, flags: ShowFlags): Promise<void> => {
  const remote = await remoteFor(flags)
  const path =
    flags.version === undefined ? pathOf(tenantId, name) : pathOf(tenantId, name, `versions/${flags.version}`)
  const { body } = await remote.granted('GET', path)
  if (flags.json !== true) printError('A state holds secrets in plain text: mind where this goes.')
  // Into a file or a pipe it goes byte by byte; at a terminal it is the same JSON, of which nothing is obeyed.
  process.stdout.write(process.stdout.isTTY ? printableJson(body.toString()) : body)
}

const restore = async (tenantId: string, name: string, version: number, flags: Flags): Promise<void> => {
  const remote = await remoteFor(flags)
  const answer = await remote.json('POST', pathOf(tenantId, name, 'restore'), Restored, { body: { version } })
  if (flags.json === true) return printJson(answer)
  print(
    `Version ${answer.restoredFrom} of ${name} is current again, as version ${answer.version} with serial ${answer.serial}.\n` +
      'Auth0 is as it was; `terraform plan` shows what the next apply would do.',
  )
}

/** A state as the list has it. @throws Failure where it has none of that name */
const findState = async (remote: Remote, tenantId: string, name: string): Promise<State> => {
  const { states } = await remote.json('GET', pathOf(tenantId), States)
  const state = states.find((one) => one.name === name)
  if (state === undefined) throw noSuchState(tenantId, name)
  return state
}

const unlock = async (tenantId: string, name: string, flags: Flags): Promise<void> => {
  const remote = await remoteFor(flags)
  const { lock } = await findState(remote, tenantId, name)
  if (lock === null) {
    if (flags.json === true) printJson({ state: name, unlocked: false, was: null })
    else print(`${name} is not locked.`)
    return
  }
  for (const line of lockLines(name, lock, new Date())) printError(line)
  await confirm('Whoever holds the lock can then no longer write this state. Remove it?', flags.yes === true)
  // Named by its id: a lock that somebody else took meanwhile stays.
  await remote.granted('UNLOCK', pathOf(tenantId, name), { query: { ID: lock.id } })
  if (flags.json === true) printJson({ state: name, unlocked: true, was: lock })
  else print(`${name} is unlocked.`)
}

const remove = async (tenantId: string, name: string, flags: Flags): Promise<void> => {
  const remote = await remoteFor(flags)
  const { version, clients } = await findState(remote, tenantId, name)
  if (version === null)
    throw new Failure(
      `The state ${name} of ${tenantId} has no version: it was never written, or it is deleted.`,
      'not-found',
    )
  await confirm(
    `${name} in ${tenantId} is at version ${version} and manages ${countText(clients, 'client')}, which stay in Auth0 and ` +
      'count as manual afterwards. Delete it?',
    flags.yes === true,
  )
  await remote.granted('DELETE', pathOf(tenantId, name))
  if (flags.json === true) printJson({ state: name, deleted: true, version })
  else print(`${name} is deleted. Its versions stay: nexus state restore ${tenantId} ${name} ${version}`)
}

const noSuchState = (tenantId: string, name: string): Failure =>
  new Failure(`${tenantId} has no state ${name}. To list its states: nexus state list ${tenantId}`, 'not-found')

/** Seals every version with the newest key: in the store itself, where the keys are. */
const rekey = async ({ config, json }: { readonly config?: string; readonly json?: boolean }): Promise<void> => {
  const { loadConfiguration } = await import('../../adapters/config/load.ts')
  const { createStates } = await import('../../adapters/postgres/terraform/states.ts')
  const { createSealing } = await import('../../adapters/sealing/sealing.ts')
  const { withDatabase } = await import('../../process/with-store.ts')
  const configuration = loadConfiguration({ file: config, env: process.env })
  const { terraform } = configuration
  const progress = showProgress('re-encrypted')
  const { versions, unreadable } = await withDatabase(configuration, printError, (db) =>
    createStates(db, { ...terraform, sealing: createSealing(terraform.stateKeys) }).rekey(progress.at),
  ).finally(progress.end)
  if (unreadable.length > 0) endWith('failed')
  if (json === true) return printJson({ versions, unreadable })
  for (const reason of unreadable) printError(reason)
  if (unreadable.length > 0)
    return print(
      `${countText(versions, 'version')} re-encrypted with the first key, ${unreadable.length} could not be decrypted. Keep the ` +
        'other keys of terraform.stateKeys.',
    )
  print(
    versions === 0
      ? 'Every version is encrypted with the first key already.'
      : `${countText(versions, 'version')} re-encrypted with the first key. The other keys of terraform.stateKeys can be removed.`,
  )
}

interface Help {
  readonly description: string
  readonly about: string
  readonly needs: string
  readonly json: string
  readonly examples: readonly string[]
}

/** A command below `nexus state` that asks the API. */
const add = (state: Command, name: string, { description, about, needs, json, examples }: Help): Command =>
  state
    .command(name)
    .addArgument(tenantArgument())
    .description(description)
    .addOption(urlOption())
    .addOption(jsonOption(json))
    .addHelpText(
      'after',
      `
${about}

${credentialsText(needs)}

Examples:
${examples.map((example) => `  $ nexus state ${example}`).join('\n')}`,
    )

/** `nexus state list|versions|show|restore|unlock|delete|rekey`. */
export const stateCommand = (program: Command): void => {
  const state = program
    .command('state')
    .description('manage the Terraform states that Nexus stores')
    .addHelpText(
      'after',
      '\nExamples:\n  $ nexus state list acme\n  $ nexus state restore acme main 12\n  $ nexus state unlock acme main',
    )
  add(state, 'list', {
    description: 'list the states of a tenant, and who holds their locks',
    about:
      'A state that is marked own is one whose configuration Nexus writes. One that the configuration does not name\n' +
      '(otherStates) is unnamed: what it says of clients changes nothing.',
    needs: 'terraform.state, terraform.state.force-unlock or terraform.read',
    json: 'print the answer of the API as one line of JSON',
    examples: ['list acme', "list acme --json | jq '.states[] | select(.lock != null) | .name'"],
  }).action(list)
  add(state, 'versions', {
    description: 'list the stored versions of a state, newest first',
    about: 'Each write is a version. Deleting a state, or restoring an old version, keeps them all.',
    needs: 'terraform.state',
    json: 'print the answer of the API as one line of JSON',
    examples: ['versions acme main', "versions acme main --json | jq '.versions[0].writtenBy'"],
  })
    .addArgument(stateArgument())
    .action(versions)
  add(state, 'show', {
    description: 'print the text of a state',
    about:
      'The text is printed as it was written. It holds secrets in plain text, and a note on standard error says so.',
    needs: 'terraform.state',
    json: 'leave out the note: the text is JSON already',
    examples: ['show acme main > main.tfstate', 'show acme main --version 12 --json | jq .serial'],
  })
    .addArgument(stateArgument())
    .option('--version <number>', 'this version, not the current one', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .action(show)
  add(state, 'restore', {
    description: 'restore an old version of a state',
    about:
      'It becomes a new version, with a serial above all others; nothing is lost. A state that is locked is not restored. What\n' +
      'is in Auth0 does not change.',
    needs: 'terraform.state',
    json: 'print the answer of the API as one line of JSON',
    examples: ['versions acme main', 'restore acme main 12'],
  })
    .addArgument(stateArgument())
    .argument('<version>', 'number of a version', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .action(restore)
  add(state, 'unlock', {
    description: 'remove the lock of a state, whoever holds it',
    about:
      'It shows who holds the lock and since when, and asks; --yes answers, and is required where there is no terminal. Only\n' +
      'that lock is removed, not one that somebody takes in the meantime. Changes that waited for the apply continue.',
    needs: 'terraform.state.force-unlock',
    json: 'print what was removed as one line of JSON',
    examples: ['unlock acme main', 'unlock acme main --yes'],
  })
    .addArgument(stateArgument())
    .addOption(yesOption())
    .action(unlock)
  add(state, 'delete', {
    description: 'delete a state; its versions stay',
    about:
      'It asks first; --yes answers, and is required where there is no terminal. A locked state is not deleted. Its clients\n' +
      'stay in Auth0 and count as manual from then on.',
    needs: 'terraform.state',
    json: 'print what was deleted as one line of JSON',
    examples: ['delete acme old', 'delete acme old --yes --json'],
  })
    .addArgument(stateArgument())
    .addOption(yesOption())
    .action(remove)
  state
    .command('rekey')
    .description('re-encrypt every state version with the first key, so that older keys can be removed')
    .addOption(configOption())
    .addOption(jsonOption('print how many versions there were as one line of JSON'))
    .addHelpText(
      'after',
      `
It works on the store of the configuration, not through the API. Put a new key first in terraform.stateKeys, restart every
process with it, then run this; afterwards the older keys can be removed. It can be interrupted and run again at any time.

Examples:
  $ nexus state rekey
  $ nexus state rekey --config /etc/nexus/nexus.yaml --json`,
    )
    .action(rekey)
}
