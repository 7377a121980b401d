import { RemoteError, remoteOf } from '../adapters/nexus/remote.ts'
import { printable } from '../domain/printable.ts'
import type { Snapshot } from '../domain/snapshot.ts'
import { snapshotFromApi, snapshotFromFile, tenantsOf } from './snapshots.ts'
import { synthesise } from './synthesise.ts'
import type { SynthesisedStack } from './synthesise.ts'

/** What shall be synthesised. What is left out is asked of the environment. */
export interface Order {
  /** Ids of tenants; none means all that the caller may see, or the one of the file. */
  readonly tenants: readonly string[]
  /** A snapshot in a file, instead of the API's: NEXUS_SNAPSHOT. */
  readonly snapshot?: string | undefined
  /** Where Nexus is: NEXUS_URL. */
  readonly url?: string | undefined
  readonly out: string
  /** A folder of declarations: NEXUS_TENANTS_DIR. */
  readonly declarations?: string | undefined
}

export interface Output {
  /** The outcome: one line for each stack. */
  readonly print: (line: string) => void
  /** Progress, warnings and refusals, for a person. */
  readonly note: (line: string) => void
}

const orElse = (given: string | undefined, env: string | undefined): string | undefined =>
  [given, env].find((value) => value !== undefined && value !== '')

/**
 * Synthesises, and says what came of it.
 *
 * @returns whether every stack could be made, and there was one at all
 * @throws RemoteError, SnapshotError, DeclarationError
 */
export const run = async (order: Order, env: NodeJS.ProcessEnv, { print, note }: Output): Promise<boolean> => {
  const url = orElse(order.url, env['NEXUS_URL'])
  const snapshots = await snapshotsOf(order, url, env, note)
  const idle = snapshots.filter(({ states }) => !states.some(({ own }) => own))
  for (const { tenant } of idle)
    note(
      `${tenant} has no state whose configuration Nexus writes. Name one in the configuration of Nexus, at the tenant: terraformStates: [prod]`,
    )
  const { stacks, refused } = await synthesise(snapshots, {
    out: order.out,
    url,
    tenants: orElse(order.declarations, env['NEXUS_TENANTS_DIR']),
  })
  for (const { name, warnings } of stacks) for (const text of warnings) note(`warning: ${name}: ${printable(text)}`)
  for (const stack of stacks) print(lineOf(stack))
  for (const { message } of refused) note(message)
  // Whoever names a tenant expects a stack of it.
  return refused.length === 0 && stacks.length > 0 && (order.tenants.length === 0 || idle.length === 0)
}

const snapshotsOf = async (
  { tenants, snapshot }: Order,
  url: string | undefined,
  env: NodeJS.ProcessEnv,
  note: Output['note'],
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
    snapshots.push(await snapshotFromApi(remote, id))
  }
  return snapshots
}

const lineOf = ({ name, file, counts }: SynthesisedStack): string => {
  const told = Object.entries(counts).map(([what, count]) => `${count} ${what}`)
  return `${name}: ${file}: ${told.join(', ')}`
}
