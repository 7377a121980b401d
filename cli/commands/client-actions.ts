import type { Command } from 'commander'
import { Argument } from 'commander'
import { z } from 'zod'
import { clientAnswerOf, clientPath } from '../clients/clients-api.ts'
import { endWith } from '../exit-codes.ts'
import { clientArgument, credentialsText, jsonOption, parsedBy, tenantArgument, urlOption } from '../options.ts'
import { remoteFor } from '../remote.ts'
import type { ApiFlags } from '../remote.ts'
import { print, printError, printJson } from '../terminal/print.ts'
import { printable } from '../../domain/texts/printable.ts'

/** What can be done about a client that is not in sync. */
const actions = [
  {
    name: 'retry',
    description: 'try again now what waits for Auth0',
    about: 'Nexus tries by itself, with growing pauses; this is for when the reason is gone.',
  },
  {
    name: 'revert',
    description: "undo drift: put Nexus' values back into Auth0",
    about: 'It replaces what somebody changed in Auth0 outside Nexus. Look at it first: nexus drift TENANT.',
  },
  {
    name: 'accept',
    description: 'accept drift: take over the values that Auth0 has',
    about: 'The values that somebody set in Auth0 outside Nexus become those that Nexus keeps.',
  },
] as const

const act = async (
  action: (typeof actions)[number]['name'],
  tenantId: string,
  clientId: string,
  flags: ApiFlags,
): Promise<void> => {
  const remote = await remoteFor(flags)
  const request = { body: { action } }
  const answer = clientAnswerOf(await remote.granted('POST', `${clientPath(tenantId, clientId)}/sync`, request), remote)
  const isPending = answer.status === 202
  if (isPending) endWith('differences')
  const { change, warnings, client } = answer
  if (flags.json === true) return printJson({ outcome: isPending ? 'pending' : 'done', change, warnings, client })
  for (const warning of warnings) printError(`warning: ${printable(warning)}`)
  const told = change === null ? '' : ` It is change ${change}.`
  print(
    isPending
      ? `Accepted: Auth0 does not have it yet.${told}\nFollow it: nexus clients show ${tenantId} ${clientId} --watch`
      : `Done: Auth0 and Nexus agree on ${clientId}.${told}`,
  )
}

const withdraw = async (tenantId: string, changeId: string, flags: ApiFlags): Promise<void> => {
  await (await remoteFor(flags)).granted('DELETE', `/v1/tenants/${tenantId}/changes/${changeId}`)
  if (flags.json === true) printJson({ change: changeId, status: 'withdrawn' })
  else print(`The change ${changeId} is withdrawn: it is not sent to Auth0.`)
}

const needs = 'client.write and a relation to the client, or client.write.all'

/** `nexus clients retry|revert|accept|withdraw`. */
export const clientActions = (clients: Command): void => {
  for (const { name, description, about } of actions)
    clients
      .command(name)
      .addArgument(tenantArgument())
      .addArgument(clientArgument())
      .description(description)
      .addOption(urlOption())
      .addOption(jsonOption('print {"outcome": …, "change": …, "client": …} as one line of JSON'))
      .addHelpText(
        'after',
        `
${about}

${credentialsText(needs)}

Examples:
  $ nexus clients ${name} acme NXKzP2hYdFqLrT1uVwBcEaGs
  $ nexus clients ${name} acme NXKzP2hYdFqLrT1uVwBcEaGs --json | jq .outcome`,
      )
      .action((tenantId: string, clientId: string, flags: ApiFlags) => act(name, tenantId, clientId, flags))
  clients
    .command('withdraw')
    .addArgument(tenantArgument())
    .addArgument(new Argument('<change>', 'id of a change').argParser(parsedBy(z.uuid('the id of a change is a UUID'))))
    .description('withdraw a change that Auth0 does not have yet')
    .addOption(urlOption())
    .addOption(jsonOption('print {"change": …, "status": "withdrawn"} as one line of JSON'))
    .addHelpText(
      'after',
      `
A change that is being sent, or is settled, cannot be withdrawn.

${credentialsText(needs)}

Examples:
  $ nexus clients history acme NXKzP2hYdFqLrT1uVwBcEaGs
  $ nexus clients withdraw acme 0198c0de-5b1f-7e2a-9d7c-3f1e8a6b4c2d`,
    )
    .action(withdraw)
}
