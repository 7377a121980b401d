import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { z } from 'zod'
import { Failure } from '../failure.ts'
import { credentialsText, jsonOption, tenantArgument, urlOption, watchOption, wholeNumber } from '../options.ts'
import { remoteFor } from '../remote.ts'
import type { ApiFlags } from '../remote.ts'
import { Tenant, tenantLines, tenantListLines, Tenants } from '../tenants/tenant-answers.ts'
import { print, printJson } from '../terminal/print.ts'
import { showLine } from '../terminal/progress.ts'
import { countText, shown } from '../terminal/readable.ts'
import { present } from '../terminal/watch.ts'
import type { ViewFlags } from '../terminal/watch.ts'

const list = async (flags: ApiFlags & ViewFlags): Promise<void> => {
  const remote = await remoteFor(flags)
  await present(
    {
      read: () => remote.json('GET', '/v1/tenants', Tenants),
      lines: ({ tenants }) => tenantListLines(tenants, shown()),
    },
    flags,
  )
}

const status = async (tenantId: string, flags: ApiFlags & ViewFlags): Promise<void> => {
  const remote = await remoteFor(flags)
  await present(
    {
      read: () => remote.json('GET', `/v1/tenants/${tenantId}`, Tenant),
      lines: (tenant) => tenantLines(tenant, shown()),
    },
    flags,
  )
}

const Scan = z.looseObject({
  status: z.string(),
  beganAt: z.string().nullable(),
  clients: z.int().nullable(),
  reason: z.string().nullable(),
})

/** Of a request, seconds; the command asks again until the scan is complete. */
const waitAtOnce = 10
/** Between two requests, milliseconds. */
const everyMs = 2000

const scan = async (tenantId: string, flags: ApiFlags & { readonly wait: number }): Promise<void> => {
  const remote = await remoteFor(flags)
  const began = performance.now()
  const left = (): number => flags.wait - (performance.now() - began) / 1000
  const ask = () =>
    remote.json('POST', `/v1/tenants/${tenantId}/scan`, Scan, {
      headers: { prefer: `wait=${Math.max(0, Math.min(waitAtOnce, Math.floor(left())))}` },
    })
  const lastAnswer = async (): Promise<z.infer<typeof Scan>> => {
    let answer = await ask()
    while (answer.status !== 'complete' && left() > 0) {
      showLine(`Waiting while Auth0 is read for ${tenantId}${answer.reason === null ? '' : `: ${answer.reason}`}`)
      await sleep(everyMs)
      answer = await ask()
    }
    return answer
  }
  const answer = await lastAnswer().finally(() => showLine(null))
  if (answer.status !== 'complete')
    throw new Failure(
      `The scan of ${tenantId} is not complete after ${countText(flags.wait, 'second')}: ${answer.reason ?? 'it continues.'}`,
      'retry-later',
    )
  if (flags.json === true) printJson(answer)
  else print(`Auth0 was read: ${tenantId} has ${countText(answer.clients ?? 0, 'client')}.`)
}

/** `nexus tenants`, `nexus status` and `nexus scan`. */
export const tenantCommands = (program: Command): void => {
  program
    .command('tenants')
    .description('list the tenants that you may see, with their health')
    .addOption(urlOption())
    .addOption(watchOption())
    .addOption(jsonOption('print the answer of the API as one line of JSON'))
    .addHelpText(
      'after',
      `
A tenant is held while Auth0 does not accept its credential.

${credentialsText('any permission on a tenant')}

Examples:
  $ nexus tenants
  $ nexus tenants --json | jq -r '.tenants[] | select(.backlog > 0) | .id'`,
    )
    .action(list)
  program
    .command('status')
    .addArgument(tenantArgument())
    .description("print a tenant's health: credential, scans, what waits, what drifted")
    .addOption(urlOption())
    .addOption(watchOption())
    .addOption(jsonOption('print the answer of the API as one line of JSON'))
    .addHelpText(
      'after',
      `
${credentialsText('any permission on the tenant')}

Examples:
  $ nexus status acme
  $ nexus status acme --json | jq .scan`,
    )
    .action(status)
  program
    .command('scan')
    .addArgument(tenantArgument())
    .description('read all clients of a tenant from Auth0 now, and wait until that is done')
    .option('--wait <seconds>', 'how long to wait; 0 only asks for the scan', wholeNumber(0, 3600), 300)
    .addOption(urlOption())
    .addOption(jsonOption('print what came of it as one line of JSON'))
    .addHelpText(
      'after',
      `
The scan begins after the request; all who ask within 30 s share it. It continues if the command stops waiting.

${credentialsText('tenant.admin, client.read.all or client.write.all')}

Examples:
  $ nexus scan acme
  $ nexus scan acme --wait 60 && nexus drift acme --detailed-exitcode`,
    )
    .action(scan)
}
