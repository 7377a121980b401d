import type { Command } from 'commander'
import { z } from 'zod'
import { callerText, jsonOption, urlOption } from '../options.ts'
import { remoteFor } from '../remote.ts'
import type { ApiFlags } from '../remote.ts'
import { print, printJson } from '../terminal/print.ts'
import { labelledLines } from '../terminal/table.ts'

const scope = z.union([z.literal('*'), z.array(z.string())])
const WhoAmI = z.looseObject({
  kind: z.string(),
  id: z.string(),
  application: z.string().nullable(),
  tenants: scope,
  permissions: z.array(z.string()),
  roles: z.array(z.string()),
  products: z.array(z.string()),
  terraformStates: scope,
})

const listed = (values: z.infer<typeof scope>): string => (values === '*' ? 'all' : values.join(', ') || 'none')

const whoAmI = async (flags: ApiFlags): Promise<void> => {
  const answer = await (await remoteFor(flags)).json('GET', '/v1/whoami', WhoAmI)
  if (flags.json === true) return printJson(answer)
  const { kind, id, application, tenants, permissions, roles, products, terraformStates } = answer
  const rows = [
    [kind === 'user' ? 'user' : 'service account', id],
    ...(application === null ? [] : [['application', application] as const]),
    ['tenants', listed(tenants)],
    ['permissions', listed(permissions)],
    ['roles', listed(roles)],
    ['products', listed(products)],
    ['terraform states', listed(terraformStates)],
  ] as const
  print(labelledLines(rows).join('\n'))
}

/** `nexus whoami`. */
export const whoAmICommand = (program: Command): void => {
  program
    .command('whoami')
    .description('print who you are to the API, and what you may do')
    .addOption(urlOption())
    .addOption(jsonOption('print the answer of the API as one line of JSON'))
    .addHelpText(
      'after',
      `
${callerText} No permission is needed.

Examples:
  $ nexus whoami
  $ nexus whoami --json | jq -r '.permissions[]'`,
    )
    .action(whoAmI)
}
