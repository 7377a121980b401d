import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'
import { syncWords, terraformWords } from '../../domain/clients/listing.ts'
import { fields } from '../../domain/clients/fields.ts'
import { fieldPaths } from '../../domain/vocabulary.ts'
import { tableLines } from '../terminal/table.ts'
import { parseAssignment } from '../clients/assignments.ts'
import type { Assignment } from '../clients/assignments.ts'
import { ChangePage, clientLines, clientListLines, ClientPage, historyLines, Sync } from '../clients/client-answers.ts'
import type { ShownClient } from '../clients/client-answers.ts'
import { clientPath, clientsPath, pages, readClient } from '../clients/clients-api.ts'
import type { PageFlags } from '../clients/clients-api.ts'
import { remoteFor } from '../remote.ts'
import type { ApiFlags } from '../remote.ts'
import { Failure } from '../failure.ts'
import { clientActions } from './client-actions.ts'
import {
  clientArgument,
  credentialsText,
  jsonOption,
  tenantArgument,
  urlOption,
  watchOption,
  wholeNumber,
} from '../options.ts'
import { attempts, setClient } from '../clients/set-client.ts'
import { shown } from '../terminal/readable.ts'
import { followNews } from '../../adapters/nexus-api/news.ts'
import { isSame, present } from '../terminal/watch.ts'
import type { ViewFlags } from '../terminal/watch.ts'

interface ListFlags extends PageFlags, ViewFlags {
  readonly owner?: string
  readonly product?: string
  readonly text?: string
  readonly manual?: boolean
  readonly managed?: boolean
  readonly terraform?: string
  readonly sync?: string
  readonly drifted?: boolean
  readonly sort?: string
}

const filtersOf = ({ owner, product, text, manual, managed, terraform, sync, drifted, sort }: ListFlags) => ({
  owner,
  product,
  text,
  manuallyCreated: manual === true ? 'true' : managed === true ? 'false' : undefined,
  terraform,
  sync,
  drifted: drifted === true ? 'true' : undefined,
  sort,
})

const list = async (tenantId: string, flags: ListFlags): Promise<void> => {
  if (flags.manual === true && flags.managed === true)
    throw new Failure('Use --manual or --managed, not both.', 'usage')
  const remote = await remoteFor(flags)
  const read = (query: Readonly<Record<string, string | undefined>>) =>
    remote.json('GET', clientsPath(tenantId), ClientPage, { query: { ...filtersOf(flags), ...query } })
  await present(
    {
      read: async () => {
        const { items, next } = await pages(read, ({ clients }) => clients, flags)
        return { clients: items, next }
      },
      lines: (page) => clientListLines(page, shown()),
      news: (over) => followNews(remote, tenantId, [], over),
    },
    flags,
  )
}

const history = async (tenantId: string, clientId: string, flags: PageFlags & ViewFlags): Promise<void> => {
  const remote = await remoteFor(flags)
  const path = `${clientPath(tenantId, clientId)}/changes`
  const read = (query: Readonly<Record<string, string | undefined>>) => remote.json('GET', path, ChangePage, { query })
  await present(
    {
      read: async () => {
        const { items, next } = await pages(read, ({ changes }) => changes, flags)
        return { changes: items, next }
      },
      lines: (page) => historyLines(page, shown()),
      news: (over) => followNews(remote, tenantId, [clientId], over),
    },
    flags,
  )
}

const show = async (tenantId: string, clientId: string, flags: ApiFlags & ViewFlags): Promise<void> => {
  const remote = await remoteFor(flags)
  const path = clientPath(tenantId, clientId)
  let last: ShownClient | undefined
  await present<ShownClient>(
    {
      read: async () => {
        // Reading the client may have Auth0 read, and is done again only where something has happened.
        const before = last && (await remote.json('GET', `${path}/sync`, Sync))
        if (last !== undefined && before !== undefined && isSame(last.sync, before)) return last
        const { client, etag, warnings } = await readClient(remote, path)
        last = { client, etag, warnings, sync: await remote.json('GET', `${path}/sync`, Sync) }
        return last
      },
      lines: (answer) => clientLines(answer, shown()),
      news: (over) => followNews(remote, tenantId, [clientId], over),
    },
    flags,
  )
}

const assignmentArgument = (raw: string, before?: readonly Assignment[]): readonly Assignment[] => {
  try {
    return [...(before ?? []), parseAssignment(raw)]
  } catch (error) {
    throw error instanceof Failure ? new InvalidArgumentError(error.message) : error
  }
}

interface Help {
  readonly description: string
  readonly about: string
  readonly needs: string
  readonly examples: readonly string[]
}

const add = (clients: Command, name: string, { description, about, needs, examples }: Help): Command =>
  clients
    .command(name)
    .addArgument(tenantArgument())
    .description(description)
    .addOption(urlOption())
    .addHelpText(
      'after',
      `
${about}

${credentialsText(needs)}

Examples:
${examples.map((example) => `  $ nexus clients ${example}`).join('\n')}`,
    )

/** The fields that can be set. Which keys of client_metadata they have, the tenant's configuration may say otherwise. */
const fieldLines = (): string[] =>
  tableLines(
    [
      { title: 'FIELD', cell: (path) => path },
      { title: 'KIND', cell: (path) => fields[path].kind },
      { title: 'IN AUTH0', cell: (path) => fields[path].place.join('.') },
    ],
    fieldPaths,
    undefined,
  ).map((line) => `  ${line}`)

const limitOption = (what: string): Option =>
  new Option('-n, --limit <number>', `the largest number of ${what} to show`)
    .argParser(wholeNumber(1, 100_000))
    .default(100)
const cursorOption = (): Option => new Option('--cursor <text>', 'where to continue: the "next" of an earlier answer')

/** `nexus clients list|show|set|history`, and what can be done about a client. */
export const clientsCommand = (program: Command): void => {
  const clients = program
    .command('clients')
    .description('look at clients and change them, through the API')
    .addHelpText(
      'after',
      '\nExamples:\n  $ nexus clients list acme --owner billing-admins\n' +
        '  $ nexus clients show acme NXKzP2hYdFqLrT1uVwBcEaGs\n' +
        '  $ nexus clients set acme NXKzP2hYdFqLrT1uVwBcEaGs callbackUrls+=https://app.example.com/callback',
    )
  add(clients, 'list', {
    description: 'list the clients of a tenant that you may read',
    about:
      'Filters combine: a client must fit all of them. Owners and products are compared exactly, case included; --text is\n' +
      'searched for in name, id, product and application, in upper and lower case.',
    needs: 'client.read or client.read.all',
    examples: [
      'list acme',
      'list acme --product Billing --drifted',
      "list acme --sync pending --json | jq -r '.clients[].id'",
      'list acme --text shop --watch',
    ],
  })
    .option('--owner <id>', 'only clients with this role or user among their owners')
    .option('--product <name>', 'only clients of this product')
    .option('--text <text>', 'only clients that contain this text')
    .option('--manual', 'only clients that no Terraform state manages')
    .option('--managed', 'only clients that a Terraform state manages')
    .addOption(new Option('--terraform <word>', 'only clients with this Terraform status').choices(terraformWords))
    .addOption(new Option('--sync <word>', 'only clients with this sync status').choices(syncWords))
    .option('--drifted', 'only clients that were changed in Auth0 outside Nexus')
    .option('--sort <field>', 'name, product or updated; with a minus in front, such as -name, in descending order')
    .addOption(limitOption('clients'))
    .addOption(cursorOption())
    .addOption(watchOption())
    .addOption(jsonOption('print {"clients": […], "next": …} as one line of JSON'))
    .action(list)
  add(clients, 'show', {
    description: 'print a client and its state',
    about:
      'Accepted values are shown at once. Below them: what waits for Auth0, what was changed outside Nexus, and what stands in\n' +
      'the way.',
    needs: 'client.read and a relation to the client, or client.read.all',
    examples: [
      'show acme NXKzP2hYdFqLrT1uVwBcEaGs',
      "show acme NXKzP2hYdFqLrT1uVwBcEaGs --json | jq '.client.callbackUrls'",
      'show acme NXKzP2hYdFqLrT1uVwBcEaGs --watch',
    ],
  })
    .addArgument(clientArgument())
    .addOption(watchOption())
    .addOption(jsonOption('print {"client": …, "etag": …, "warnings": […], "sync": …} as one line of JSON'))
    .action(show)
  add(clients, 'set', {
    description: 'change fields of a client',
    about: `Assignments hold from left to right; one client is changed, in one request:

  field=value                 set a text; field= empties it
  field+=element              add to a list, at its end
  field-=element              take away from a list
  field=["first", "second"]   replace a list; field= empties it

${fieldLines().join('\n')}

The client is read first, and changed only if nobody else has changed it since: += and -= never undo what somebody else did.
If somebody has, the client is read again and the change is tried again, ${attempts} times at most; with --if-match it is not.`,
    needs: 'client.write and a relation to the client, or client.write.all',
    examples: [
      'set acme NXKzP2hYdFqLrT1uVwBcEaGs callbackUrls+=https://app.example.com/callback productName=Billing',
      'set acme NXKzP2hYdFqLrT1uVwBcEaGs allowedLogoutUrls-=https://old.example.com --dry-run',
      `set acme NXKzP2hYdFqLrT1uVwBcEaGs 'owners=["billing-admins"]' mobile.ios.team_id= --json`,
    ],
  })
    .addArgument(clientArgument())
    .argument('<assignment...>', 'field=value, field+=element or field-=element', assignmentArgument)
    .option(
      '--if-match <etag>',
      'change it only if this is still its ETag; otherwise the ETag is the one that the command reads',
    )
    .option('--dry-run', 'check the change and print what it would do, without doing it')
    .addOption(jsonOption('print {"outcome": …, "change": …, "fields": […], …} as one line of JSON'))
    .action(setClient)
  add(clients, 'history', {
    description: 'print who changed a client, when, and with what result; newest first',
    about: 'A change is accepted, and then applied, rejected or withdrawn.',
    needs: 'client.read and a relation to the client, or client.read.all',
    examples: [
      'history acme NXKzP2hYdFqLrT1uVwBcEaGs',
      "history acme NXKzP2hYdFqLrT1uVwBcEaGs --limit 1 --json | jq '.changes[0].status'",
    ],
  })
    .addArgument(clientArgument())
    .addOption(limitOption('changes'))
    .addOption(cursorOption())
    .addOption(watchOption())
    .addOption(jsonOption('print {"changes": […], "next": …} as one line of JSON'))
    .action(history)
  clientActions(clients)
}
