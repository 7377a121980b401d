import type { Command } from 'commander'
import { endWith } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { credentialsText, wholeNumber } from '../options.ts'
import { showLine } from '../terminal/progress.ts'
import { print, printError } from '../terminal/print.ts'
import { codeOf } from '../../domain/shape.ts'

interface Flags {
  readonly snapshot?: string
  readonly out: string
  readonly tenants?: string
  readonly url?: string
  readonly fresh: boolean
  readonly wait: number
  readonly manualClients?: boolean
}

const synth = async (ids: readonly string[], flags: Flags): Promise<void> => {
  const { snapshot, out, tenants, url, fresh, wait, manualClients } = flags
  const { run } = await import('../../stacks/run.ts').catch((error: unknown) => {
    const code = codeOf(error)
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error
    throw new Failure(
      'nexus synth needs the bindings of the Auth0 provider, which npm ci generates with development dependencies. Run npm ci ' +
        'without --omit=dev and --ignore-scripts, here or in another clone: synth only needs NEXUS_URL to reach Nexus.',
      'failed',
      { cause: error },
    )
  })
  const request = { tenants: ids, snapshot, url, out, fresh, wait, declarations: tenants, manualClients }
  const complete = await run(request, process.env, { print, note: printError, progress: showLine })
  if (!complete) endWith('failed')
}

/** `nexus synth`: Terraform stacks, made from what Nexus knows. */
export const synthCommand = (program: Command): void => {
  program
    .command('synth')
    .argument('[tenant...]', 'ids of tenants; without one, all that the caller may see')
    .description('write the Terraform stacks of tenants: one for each state whose configuration Nexus writes')
    .option('-s, --snapshot <file>', 'make them from a snapshot in a file, without asking Nexus (also: NEXUS_SNAPSHOT)')
    .option('-o, --out <dir>', 'where they are written', 'cdktf.out')
    .option(
      '-t, --tenants <dir>',
      'folder of declarations, <tenant>.ts (also: NEXUS_TENANTS_DIR; otherwise stacks/tenants)',
    )
    .option('-u, --url <url>', 'where this command and Terraform reach Nexus (also: NEXUS_URL)')
    .option(
      '--manual-clients',
      'add an output that lists the clients that are in no state (also: NEXUS_MANUAL_CLIENTS=true)',
    )
    .option('--no-fresh', 'make them from the last scan, without reading Auth0 first')
    .option('--wait <seconds>', 'how long to wait for a tenant to be read', wholeNumber(0, 3600), 300)
    .addHelpText(
      'after',
      `
${credentialsText('terraform.read')} No credential is written into a stack: Terraform takes TF_HTTP_USERNAME,
TF_HTTP_PASSWORD, AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET from the environment.

Nexus reads all clients of the tenant from Auth0 before it answers, so that a client that was just deleted is not made a
second time. A declaration that takes over an existing client is refused while it would replace what Auth0 holds: what
it would replace is printed, with what to declare where that is meant.

The versions of providers are those of .terraform.lock.hcl in the folder of declarations, which each stack gets a copy of;
without that file, terraform init takes the newest ones that fit.

Prints a line for each stack: its name, its file, and how many clients are managed, how many of these are declared and
how many to be adopted; and how many are released or, because Auth0 no longer has them, forgotten. Where a stack cannot
be made, the reason is printed with the command that clears it, the other stacks are written, and the exit code is 1.

Examples:
  $ nexus synth acme --url https://nexus.example.com
  $ cd cdktf.out/stacks/acme.prod && terraform init -reconfigure && terraform plan
  $ nexus synth --snapshot snapshot.json --out /tmp/stacks
  $ NEXUS_URL=https://nexus.example.com npx cdktn synth`,
    )
    .action(synth)
}
