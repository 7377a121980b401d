import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Remote } from '../adapters/nexus/remote.ts'
import { Snapshot } from '../domain/snapshot.ts'
import { TenantId } from '../domain/vocabulary.ts'
import { SnapshotError } from './errors.ts'

/** @throws SnapshotError with every mistake and its place */
const parseSnapshot = (raw: unknown, origin: string): Snapshot => {
  const parsed = Snapshot.safeParse(raw)
  if (!parsed.success)
    throw new SnapshotError(`${origin} is not a snapshot of this version:\n${z.prettifyError(parsed.error)}`)
  const snapshot = parsed.data
  const twice = repeatedIn(snapshot)
  if (twice !== undefined) throw new SnapshotError(`${origin} is not a snapshot: it has ${twice} twice.`)
  return snapshot
}

const repeatedIn = ({ clients, states }: Snapshot): string | undefined => {
  const client = firstRepeated(clients.map(({ id }) => id))
  if (client !== undefined) return `the client ${client}`
  // Stacks are folders, and some file systems do not tell Prod from prod.
  const state = firstRepeated(states.filter(({ own }) => own).map(({ name }) => name.toLowerCase()))
  return state === undefined ? undefined : `the state ${state} (perhaps in another case)`
}

/** The first that has been there before. */
const firstRepeated = (names: readonly string[]): string | undefined => {
  const seen = new Set<string>()
  return names.find((name) => seen.size === seen.add(name).size)
}

/** @throws SnapshotError */
export const snapshotFromFile = (file: string): Snapshot => {
  const read = (): unknown => {
    try {
      return JSON.parse(readFileSync(file, 'utf8'))
    } catch (error) {
      throw new SnapshotError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      })
    }
  }
  return parseSnapshot(read(), file)
}

/** Asks for the snapshot of a tenant. @throws RemoteError @throws SnapshotError */
export const snapshotFromApi = async (remote: Remote, tenant: string): Promise<Snapshot> => {
  const path = `/v1/tenants/${encodeURIComponent(tenant)}/terraform/snapshot`
  const snapshot = parseSnapshot(await remote.json('GET', path, z.unknown()), `${remote.url}${path}`)
  if (snapshot.tenant === tenant) return snapshot
  throw new SnapshotError(`Nexus gave the snapshot of ${snapshot.tenant}, not of ${tenant}.`)
}

const TenantList = z.object({ tenants: z.array(z.object({ id: TenantId })) })

/** The ids of the tenants that the caller may do anything on. @throws RemoteError */
export const tenantsOf = async (remote: Remote): Promise<string[]> => {
  const { tenants } = await remote.json('GET', '/v1/tenants', TenantList)
  return tenants.map(({ id }) => id)
}
