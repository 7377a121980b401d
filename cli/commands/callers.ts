import type { Command } from 'commander'
import { Option } from 'commander'
import { longestOverlap, usualOverlap } from '../../domain/access/registered.ts'
import { permissions } from '../../domain/vocabulary.ts'
import type { Flags, Kind } from '../callers/callers.ts'
import { collect, configOption, jsonOption, wholeNumber } from '../options.ts'

const kinds: readonly Kind[] = [
  {
    kind: 'application',
    command: 'applications',
    what: 'application',
    secret: 'token',
    how: 'Send it in the header X-Application-Token (unless the configuration names another), beside the Bearer token.',
    permission: 'the most that a user may do through it; may be given several times (otherwise no ceiling)',
    example: 'developer-portal --tenant acme --permission client.read --permission client.write',
  },
  {
    kind: 'account',
    command: 'accounts',
    what: 'service account',
    secret: 'password',
    how: 'Send it with the name as HTTP Basic: curl -u NAME:PASSWORD.',
    permission: 'what it may do; may be given several times',
    example: "admin --tenant '*' --permission tenant.admin --permission client.write.all",
  },
]

const json = (): Option => jsonOption('answer one JSON object')

/** What a command does is loaded when it runs. */
const load = () => import('../callers/callers.ts')

/** The switches that need no more than the name. */
const switches = {
  retire: 'end the overlap of a rotation now: the former secret is no longer valid',
  revoke: 'end it at once and for good, in every process; its name stays taken',
} as const

/** `nexus applications …` and `nexus accounts …`, for the operator: on the store itself, without an administrator. */
export const callerCommands = (program: Command): void => {
  for (const kind of kinds) {
    const { command, what, secret, example } = kind
    const group = program
      .command(command)
      .description(`look after the ${what}s in the database`)
      .addHelpText('after', `\nExamples:\n  $ nexus ${command} list\n  $ nexus ${command} create ${example}`)
    group
      .command('list')
      .description(`those of the database and of the configuration, without their ${secret}s`)
      .addOption(configOption())
      .addOption(json())
      .addHelpText(
        'after',
        `\nExamples:\n  $ nexus ${command} list\n  $ nexus ${command} list --json | jq -r '.${command}[].name'`,
      )
      .action(async (flags: Flags) => (await load()).list(kind, flags))
    const creation = group
      .command('create')
      .argument('<name>', 'letters, digits and . _ @ -, at most 63')
      .description(`make a ${secret}, and show it this once`)
      .requiredOption(
        '--tenant <id>',
        "a tenant that it is good for, or '*' for every one; may be given several times",
        collect,
      )
    const permission = new Option('--permission <name>', kind.permission).choices(permissions).argParser(collect)
    creation.addOption(kind.kind === 'account' ? permission.makeOptionMandatory() : permission)
    if (kind.kind === 'account')
      creation.option('--role <name>', 'a role that it is a member of; may be given several times', collect)
    creation
      .option('--product <name>', 'a product in its scope; may be given several times', collect)
      .option(
        '--state <name>',
        'a Terraform state that it is good for; may be given several times (otherwise all)',
        collect,
      )
      .option('--expires-at <time>', 'when it ends, such as 2027-01-31T12:00:00Z')
      .addOption(configOption())
      .addOption(json())
      .addHelpText(
        'after',
        `
The ${secret} is printed on standard output, everything else on standard error.

Examples:
  $ nexus ${command} create ${example}
  $ nexus ${command} create ci --tenant acme --permission client.write --product Billing --json | jq -r .${secret}`,
      )
      .action(async (name: string, flags: Flags) => (await load()).create(kind, name, flags))
    group
      .command('rotate')
      .argument('<name>')
      .description(`make another ${secret}, and show it this once; the present one stays valid for a while`)
      .option(
        '--overlap <seconds>',
        'how long; 0 ends every former one at once',
        wholeNumber(0, longestOverlap),
        usualOverlap,
      )
      .addOption(configOption())
      .addOption(json())
      .addHelpText('after', `\nExamples:\n  $ nexus ${command} rotate ci\n  $ nexus ${command} rotate ci --overlap 0`)
      .action(async (name: string, flags: Flags) => (await load()).rotateSecret(kind, name, flags))
    for (const one of ['retire', 'revoke'] as const)
      group
        .command(one)
        .argument('<name>')
        .description(switches[one])
        .addOption(configOption())
        .addOption(json())
        .addHelpText('after', `\nExamples:\n  $ nexus ${command} ${one} ci`)
        .action(async (name: string, flags: Flags) => (await load()).turn(kind, one, name, flags))
  }
}
