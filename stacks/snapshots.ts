import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { jsonOf } from '../adapters/http/answer.ts'
import { parsedAs } from '../adapters/nexus-api/answer.ts'
import { RemoteError } from '../adapters/nexus-api/errors.ts'
import type { Remote } from '../adapters/nexus-api/client.ts'
import { Snapshot } from '../domain/terraform/snapshot.ts'
import { printable } from '../domain/texts/printable.ts'
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

/** How the API is asked for a snapshot. */
export interface Asking {
  /** Whether Auth0 shall be read first; otherwise the snapshot is of the last scan. */
  readonly fresh: boolean
  /** How long that may take, milliseconds. */
  readonly waitMs: number
  /** Told while it takes: since when, seconds. */
  readonly waiting: (seconds: number) => void
  readonly warn: (text: string) => void
}

/** Asks for the snapshot of a tenant. @throws RemoteError @throws SnapshotError */
export const snapshotFromApi = async (remote: Remote, tenant: string, asking: Asking): Promise<Snapshot> => {
  const path = `/v1/tenants/${encodeURIComponent(tenant)}/terraform/snapshot`
  const body = await readFor(remote, path, tenant, asking)
  const snapshot = parseSnapshot(body, `${remote.url}${path}`)
  if (snapshot.tenant === tenant) return snapshot
  throw new SnapshotError(`Nexus gave the snapshot of ${snapshot.tenant}, not of ${tenant}.`)
}

/** The snapshot's JSON. A server of before knows no parameters, and refuses them. */
const readFor = async (remote: Remote, path: string, tenant: string, asking: Asking): Promise<unknown> => {
  try {
    return await readWhenReady(remote, path, { tenant, ...asking })
  } catch (error) {
    if (!(error instanceof RemoteError) || error.status !== 400) throw error
    asking.warn(
      `${tenant}: this Nexus is older than the command: the snapshot is of its last scan, and says nothing of what Auth0 holds. ` +
        'A client that was deleted since would be made again, and takeovers are refused. Upgrade the server.',
    )
    return remote.json('GET', path, z.unknown())
  }
}

/** Bounds of one pause between two questions, whatever the answer says, milliseconds. */
const [leastPauseMs, mostPauseMs] = [250, 30_000]

const pauseIn = ({ headers }: { readonly headers: Headers }): number => {
  const seconds = Number(headers.get('retry-after') ?? 2)
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds * 1000, leastPauseMs), mostPauseMs) : 2000
}

/** How long something may stand in the way before somebody must see to it, such as a paused tenant, milliseconds. */
const obstacleMs = 30_000

const readWhenReady = async (
  remote: Remote,
  path: string,
  { tenant, fresh, waitMs, waiting }: Asking & { readonly tenant: string },
): Promise<unknown> => {
  const since = Date.now()
  const query = { fresh: fresh ? 'true' : undefined, observed: 'true' }
  let unobstructed = since
  for (;;) {
    const answer = await remote.granted('GET', path, { query })
    if (answer.status !== 202) return parsedAs(z.looseObject({}), answer, `${remote.url}${path}`)
    const reason = reasonIn(answer)
    if (reason === '') unobstructed = Date.now()
    const next = Date.now() + pauseIn(answer)
    if (next > since + waitMs || next > unobstructed + obstacleMs)
      throw new RemoteError(
        'timeout',
        `Nexus has not read ${tenant} anew within ${Math.round((Date.now() - since) / 1000)} s${reason}. Wait longer with --wait, or look at the tenant's ` +
          `health: nexus status ${tenant}. With --no-fresh the stacks are made from the last scan, and a client that was deleted since is made again.`,
        { status: answer.status },
      )
    waiting((Date.now() - since) / 1000)
    await sleep(next - Date.now())
  }
}

const Waiting = z.object({ reason: z.string().nullable() })

/** What keeps the scan from beginning, where the answer says. */
const reasonIn = (answer: Parameters<typeof jsonOf>[0]): string => {
  const reason = Waiting.safeParse(jsonOf(answer)).data?.reason ?? null
  return reason === null ? '' : `: ${printable(reason).replace(/\.$/, '')}`
}

const TenantList = z.object({ tenants: z.array(z.object({ id: TenantId })) })

/** The ids of the tenants that the caller may do anything on. @throws RemoteError */
export const tenantsOf = async (remote: Remote): Promise<string[]> => {
  const { tenants } = await remote.json('GET', '/v1/tenants', TenantList)
  return tenants.map(({ id }) => id)
}
