import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'
import { longestOverlap, usualOverlap } from '../../domain/access/registered.ts'
import { momentOf } from '../../domain/texts/kept.ts'
import { permissions } from '../../domain/vocabulary.ts'
import type { Flags } from '../callers/callers.ts'
import type { Kind } from '../callers/door.ts'
import { collect, configOption, jsonOption, placeText, urlOption, wholeNumber, yesOption } from '../options.ts'

const kinds: readonly Kind[] = [
  {
    kind: 'application',
    command: 'applications',
    what: 'application',
    one: 'an application',
    secret: 'token',
    how: 'Send it in the header X-Application-Token (unless the configuration names another), next to the Bearer token.',
    permission: 'the most that a user may do through it; may be given several times (no ceiling unless given)',
    example: 'developer-portal --tenant acme --permission client.read --permission client.write',
  },
  {
    kind: 'account',
    command: 'accounts',
    what: 'service account',
    one: 'a service account',
    secret: 'password',
    how: 'Send it with the name as HTTP Basic: curl -u NAME:PASSWORD.',
    permission: 'what it may do; may be given several times',
    example: "admin --tenant '*' --permission tenant.admin --permission client.write.all",
  },
]

/** A time in the future. @throws InvalidArgumentError */
const futureTime = (raw: string): string => {
  const moment = momentOf(raw)
  if (moment === undefined)
    throw new InvalidArgumentError('It must be a time with its zone, such as 2027-01-31T12:00:00Z.')
  if (new Date(moment) <= new Date()) throw new InvalidArgumentError('It is in the past: nobody could use it.')
  return moment
}

const expiryInChange = (raw: string): string => (raw === 'never' ? raw : futureTime(raw))

/** What a command does is loaded when it runs. */
const load = () => import('../callers/callers.ts')

interface Help {
  readonly about?: string
  readonly examples: readonly string[]
}

const grantOptions = (command: Command, { kind, permission }: Kind): Command => {
  if (kind === 'account')
    command.option('--role <name>', 'a role that it is a member of; may be given several times', collect)
  return command
    .addOption(new Option('--permission <name>', permission).choices(permissions).argParser(collect))
    .option('--product <name>', 'a product in its scope; may be given several times', collect)
    .option(
      '--state <name>',
      'a Terraform state that it may be used for; may be given several times (all unless given)',
      collect,
    )
}

/** What all have in common, behind what is their own. */
const finish = (command: Command, { about, examples }: Help): Command =>
  command
    .addOption(configOption())
    .addOption(urlOption())
    .addOption(jsonOption('print one line of JSON'))
    .addHelpText(
      'after',
      ['', ...(about === undefined ? [] : [about, '']), placeText('tenant.admin'), '', 'Examples:']
        .concat(examples.map((example) => `  $ nexus ${example}`))
        .join('\n'),
    )

const tenantText = "a tenant that it may be used for, or '*' for all; may be given several times"

/** `nexus applications …` and `nexus accounts …`: through the API, or by the operator in the store itself. */
export const callerCommands = (program: Command): void => {
  for (const kind of kinds) {
    const { command, what, secret, example } = kind
    const group = program
      .command(command)
      .description(`manage the ${what}s in the database`)
      .addHelpText('after', `\nExamples:\n  $ nexus ${command} list\n  $ nexus ${command} create ${example}`)
    const named = (name: string): Command => group.command(name).argument('<name>', `name of the ${what}`)

    finish(
      group
        .command('list')
        .description(`list the ${what}s of the database and of the configuration, without their ${secret}s`),
      { examples: [`${command} list`, `${command} list --json | jq -r '.${command}[].name'`] },
    ).action(async (flags: Flags) => (await load()).list(kind, flags))

    const creation = group
      .command('create')
      .argument('<name>', 'letters, digits and . _ @ -, at most 63')
      .description(`create ${kind.one}, and print its ${secret} this once`)
      .requiredOption('--tenant <id>', tenantText, collect)
    grantOptions(creation, kind)
    if (kind.kind === 'account') creation.options.find(({ long }) => long === '--permission')?.makeOptionMandatory()
    finish(creation.option('--expires-at <time>', 'when it expires, such as 2027-01-31T12:00:00Z', futureTime), {
      about: `The ${secret} is printed on standard output, everything else on standard error.`,
      examples: [
        `${command} create ${example}`,
        `${command} create ci --tenant acme --permission client.write --product Billing --json | jq -r .${secret}`,
      ],
    }).action(async (name: string, flags: Flags) => (await load()).create(kind, name, flags))

    const changing = named('change')
      .description(`change what the ${what} may be used for, until when, and whether it is disabled`)
      .option('--tenant <id>', tenantText, collect)
    grantOptions(changing, kind)
    finish(
      changing
        .option('--expires-at <time>', 'when it expires, such as 2027-01-31T12:00:00Z; or never', expiryInChange)
        .addOption(new Option('--disable', 'refuse it until it is enabled again').conflicts('enable'))
        .option('--enable', 'accept it again'),
      {
        about: 'An option replaces what there is; what no option names stays as it is.',
        examples: [`${command} change ci --permission client.read`, `${command} change ci --disable`],
      },
    ).action(async (name: string, flags: Flags) => (await load()).change(kind, name, flags))

    finish(
      named('rotate')
        .description(`create another ${secret}, and print it this once; the present one stays valid for a while`)
        .option(
          '--overlap <seconds>',
          'how long both are valid; 0 ends every former one at once',
          wholeNumber(0, longestOverlap),
          usualOverlap,
        ),
      { examples: [`${command} rotate ci`, `${command} rotate ci --overlap 0`] },
    ).action(async (name: string, flags: Flags) => (await load()).rotateSecret(kind, name, flags))

    finish(named('retire').description(`end the overlap of a rotation now: the former ${secret} is no longer valid`), {
      examples: [`${command} retire ci`],
    }).action(async (name: string, flags: Flags) => (await load()).retireSecret(kind, name, flags))

    finish(
      named('revoke').description(`end the ${what} at once, for good; its name stays taken`).addOption(yesOption()),
      {
        about: 'It asks first; --yes answers, and is required where there is no terminal.',
        examples: [`${command} revoke ci`, `${command} revoke ci --yes`],
      },
    ).action(async (name: string, flags: Flags) => (await load()).revokeCaller(kind, name, flags))
  }
}
