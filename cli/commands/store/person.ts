import type { Command } from 'commander'
import { configOption } from '../../options.ts'
import { printError, streamJson } from '../../terminal/print.ts'
import { countText } from '../../terminal/readable.ts'

const exportPerson = async (id: string, { config }: { readonly config?: string }): Promise<void> => {
  const { loadConfiguration } = await import('../../../adapters/config/load.ts')
  const { keptAbout } = await import('../../../adapters/postgres/people.ts')
  const { withDatabase } = await import('../../../process/with-store.ts')
  const configuration = loadConfiguration({ file: config, env: process.env })
  await withDatabase(configuration, printError, async (db) => {
    let rows = 0
    for await (const kept of keptAbout(db, id)) {
      if (!(await streamJson(kept))) return
      rows += 1
    }
    printError(`${countText(rows, 'row')} about ${id}.`)
  })
}

/** `nexus person export`. */
export const personCommand = (program: Command): void => {
  program
    .command('person')
    .description('what is kept about a person')
    .addHelpText('after', "\nExamples:\n  $ nexus person export 'auth0|ann'")
    .command('export')
    .argument('<id>', 'the user id, as it stands in tokens, on owners and in the audit')
    .description('write everything that is kept about a person as lines of JSON')
    .addOption(configOption())
    .addHelpText(
      'after',
      `
Each line names a table, and a row of it. Left out are secrets and what is encrypted: the tokens of a session of the console,
and the text of Terraform states. docs/guides/people.md lists the tables, why and how long they are kept, and what can be
erased. Lines of the log are not included: look for them where you store the log.

Examples:
  $ nexus person export 'auth0|ann' > ann.jsonl
  $ nexus person export 'auth0|ann' | jq -r .table | sort | uniq -c`,
    )
    .action(exportPerson)
}
