import { existsSync } from 'node:fs'
import { remoteOf } from '../adapters/nexus-api/client.ts'
import { RemoteError } from '../adapters/nexus-api/errors.ts'
import { shell } from '../domain/terraform/shell.ts'
import { printable } from '../domain/texts/printable.ts'
import type { Snapshot } from '../domain/terraform/snapshot.ts'
import { ownDirectory } from './declarations.ts'
import { snapshotFromApi, snapshotFromFile, tenantsOf } from './snapshots.ts'
import { synthesise } from './synthesise.ts'
import type { SynthesisedStack } from './synthesise.ts'

/** What shall be synthesised. What is left out is asked of the environment. */
export interface SynthesisRequest {
  /** Ids of tenants; none means all that the caller may see, or the one of the file. */
  readonly tenants: readonly string[]
  /** A snapshot in a file, instead of the API's: NEXUS_SNAPSHOT. */
  readonly snapshot?: string | undefined
  /** Where Nexus is: NEXUS_URL. */
  readonly url?: string | undefined
  readonly out: string
  /** Whether Auth0 is read before the API answers: yes, unless something else is said. */
  readonly fresh?: boolean | undefined
  /** How long that may take for each tenant, seconds. */
  readonly wait?: number | undefined
  /** A folder of declarations: NEXUS_TENANTS_DIR. */
  readonly declarations?: string | undefined
  /** Whether an output lists the manual clients: NEXUS_MANUAL_CLIENTS=true. */
  readonly manualClients?: boolean | undefined
}

export interface Output {
  /** The outcome: one line for each stack. */
  readonly print: (line: string) => void
  /** Progress, warnings and refusals, for a person. */
  readonly note: (line: string) => void
  /** Shows at a terminal how far something is; null takes it away. */
  readonly progress?: (line: string | null) => void
}

/** How long a tenant may take to be read, seconds: at the least of rates a thousand clients take ten calls. */
export const usualWait = 300

const orElse = (given: string | undefined, env: string | undefined): string | undefined =>
  [given, env].find((value) => value !== undefined && value !== '')

/**
 * Synthesises, and says what came of it.
 *
 * @returns whether every stack could be made, and there was one at all
 * @throws RemoteError, SnapshotError, DeclarationError
 */
export const run = async (request: SynthesisRequest, env: NodeJS.ProcessEnv, output: Output): Promise<boolean> => {
  const { print, note } = output
  const url = orElse(request.url, env['NEXUS_URL'])
  const snapshots = await snapshotsOf(request, url, env, output)
  const idle = snapshots.filter(({ states }) => !states.some(({ own }) => own))
  for (const { tenant } of idle)
    note(
      `${tenant} has no state whose configuration Nexus writes. Name one in the configuration of Nexus, at the tenant: terraformStates: [prod]`,
    )
  const declarations = orElse(request.declarations, env['NEXUS_TENANTS_DIR'])
  if (declarations === undefined && !existsSync(ownDirectory))
    note(`There is no folder ${ownDirectory}, so no client is declared. --tenants names another.`)
  const { stacks, refused, lockFileToTake } = await synthesise(snapshots, {
    out: request.out,
    url,
    tenants: declarations,
    manualClients: request.manualClients ?? env['NEXUS_MANUAL_CLIENTS'] === 'true',
  })
  for (const { name, warnings } of stacks)
    for (const text of warnings) note(`warning: ${name}: ${text.replaceAll('\n', '\n  ')}`)
  for (const stack of stacks) print(lineOf(stack))
  for (const { message } of refused) note(message)
  if (lockFileToTake !== undefined)
    note(
      'Terraform has chosen versions of the providers, and will choose again elsewhere. To pin them, commit its choice:\n  ' +
        shell('cp', lockFileToTake.written, lockFileToTake.pinned),
    )
  // Whoever names a tenant expects a stack of it.
  return refused.length === 0 && stacks.length > 0 && (request.tenants.length === 0 || idle.length === 0)
}

const snapshotsOf = async (
  { tenants, snapshot, fresh = true, wait = usualWait }: SynthesisRequest,
  url: string | undefined,
  env: NodeJS.ProcessEnv,
  { note, progress = () => undefined }: Output,
): Promise<Snapshot[]> => {
  const file = orElse(snapshot, env['NEXUS_SNAPSHOT'])
  if (file !== undefined) {
    const found = snapshotFromFile(file)
    const others = tenants.filter((id) => id !== found.tenant)
    if (others.length === 0) return [found]
    throw new RemoteError(
      'not-configured',
      `${file} is a snapshot of ${found.tenant}. To ask Nexus for ${others.join(', ')}, leave the file out.`,
    )
  }
  const remote = remoteOf(env, url)
  const ids = tenants.length > 0 ? tenants : await tenantsOf(remote)
  if (ids.length === 0) note(`${remote.url} knows no tenant that the caller may see.`)
  const snapshots: Snapshot[] = []
  for (const id of new Set(ids)) {
    note(`Asking ${remote.url} for the snapshot of ${id} …`)
    const waiting = (seconds: number): void =>
      progress(`Waiting while Auth0 is read for ${id}: ${Math.round(seconds)} s of at most ${wait} s`)
    const warn = (text: string): void => note(`warning: ${printable(text)}`)
    snapshots.push(
      await snapshotFromApi(remote, id, { fresh, waitMs: wait * 1000, waiting, warn }).finally(() => progress(null)),
    )
  }
  return snapshots
}

const lineOf = ({ name, file, counts }: SynthesisedStack): string => {
  const told = Object.entries(counts).map(([what, count]) => `${count} ${what}`)
  return `${name}: ${file}: ${told.join(', ')}`
}
