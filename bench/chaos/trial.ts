import { setTimeout as sleep } from 'node:timers/promises'
import { assembleStack } from '../../test/support/assemble-stack.ts'
import type { Stack } from '../../test/support/assemble-stack.ts'
import type { Servers } from '../../test/support/servers.ts'
import { calls, untilSettled } from '../fleet.ts'
import type { Scenario } from './scenario.ts'
import { startWorkers } from './workers.ts'

/** What a scenario left behind. `lost`, `wrong`, `overlapping` and `outdated` must be 0. */
export interface Verdict {
  readonly scenario: string
  readonly seed: number
  readonly accepted: number
  /** Accepted, and not applied in the end. */
  readonly lost: number
  /** Clients that Auth0 does not hold as the last accepted change wants them. */
  readonly wrong: number
  /** PATCHes of one client that were under way at once, from arrival to effect. */
  readonly overlapping: number
  /** Older values written after newer ones. */
  readonly outdated: number
  readonly calls: number
  readonly seconds: number
  /**
   * Seconds from the end of the fault until everything was settled; from the last change on, where the fault lasts longer
   * than that or ended before.
   */
  readonly recover: number
  /** Seconds from the end of the fault until the next change was accepted; null where none was sent after it. */
  readonly accepting: number | null
  /** The longest that a change waited from being accepted until Auth0 had it, seconds. */
  readonly longest: number
  readonly sound: boolean
}

/** Scaled: a call's deadline is a second, so that what takes minutes in the field takes seconds here. */
const callMs = 1000
const httpTimeout = `${callMs}ms`
const clientCount = 100
const withinMs = 180_000

/** Runs one scenario to its end, and looks at the world. */
export const trial = async (
  common: Servers,
  scenario: Scenario,
  { seed, changes }: { readonly seed: number; readonly changes: number },
): Promise<Verdict> => {
  const world = await scenario.world?.(common)
  const stack = await assembleStack(world?.servers ?? common, {
    ...(world?.embedded === undefined ? {} : { embedded: world.embedded }),
    roles: { api: true, worker: false },
    file: {
      worker: { httpTimeout, concurrency: 8 },
      ...(world?.redis === undefined ? {} : { redis: { ...world.redis, prefix: 'chaos' } }),
    },
    ...(scenario.plan === undefined ? {} : { simulator: { limits: scenario.plan } }),
    tenant: { scanInterval: '24h', freshness: '24h', plan: scenario.plan ?? 'none' },
  })
  const stopping = new AbortController()
  try {
    await stack.query(`update nexus.tenants set next_scan_at = now() + interval '1 day'`)
    const ids = Array.from({ length: clientCount }, (_, index) =>
      stack.simulator.seed({ name: `Chaos ${index}`, client_metadata: { owners: '["auth0|tester"]' } }),
    )
    const start = performance.now()
    // The API reads each client once; what goes wrong begins after that.
    await send(stack, ids, ids.length, seed)
    stack.simulator.setFaults({ seed, ...scenario.faults })
    const workers = await startWorkers(stack, scenario.workers)
    let faultEnded = 0
    const meddling = (world ?? scenario).meddle?.(stack, workers, stopping.signal).then(() => {
      faultEnded = performance.now()
    })
    const taken = await send(stack, ids, changes - ids.length, seed + 1, scenario)
    const sent = performance.now()
    if (scenario.lasts !== true) await meddling
    const left = await untilSettled(stack, withinMs)
    const recover = (performance.now() - Math.max(sent, faultEnded)) / 1000
    const next = faultEnded === 0 ? undefined : taken.find((at) => at > faultEnded)
    // What may still be written late is written, found and repaired: a process that stood still had a call under way.
    await sleep(2 * callMs)
    await untilVerified(stack, 30_000)
    stopping.abort()
    await meddling
    await workers.close()
    const seconds = (performance.now() - start) / 1000
    const looked = await look(stack, ids)
    // Where a change was answered 503 and kept all the same, there is one more than were sent.
    const lost = Math.max(0, changes - left.applied)
    return {
      scenario: scenario.name,
      seed,
      accepted: changes,
      lost,
      ...looked,
      calls: calls(stack),
      seconds,
      recover,
      accepting: next === undefined ? null : (next - faultEnded) / 1000,
      longest: await longestWait(stack),
      sound: lost + looked.wrong === 0 && (looked.overlapping + looked.outdated === 0 || writesLate(scenario)),
    }
  } finally {
    stopping.abort()
    await stack.close()
    await world?.close()
  }
}

/**
 * A write that takes effect after its connection was lost comes when it comes: nobody can hinder it, so only the end
 * counts, when it has been found and repaired.
 */
const writesLate = ({ faults = {} }: Scenario): boolean => (faults.lateWriteShare ?? 0) > 0

/** Values rise with each change, so that an older one is known by its number. */
let counter = 0
const valueOf = (): string => `https://app.example.com/${(counter += 1)}`
const numberIn = (url: unknown): number => Number(/\/(\d+)$/.exec(String(url))?.[1] ?? 0)

/** @returns when each change was accepted */
const send = async (
  stack: Stack,
  ids: readonly string[],
  count: number,
  seed: number,
  { patient, everyMs = 0 }: Pick<Scenario, 'patient' | 'everyMs'> = {},
): Promise<number[]> => {
  const taken: number[] = []
  const random = mulberry(seed)
  const as = stack.token()
  const queue = Array.from({ length: count }, (_, index) =>
    count === ids.length ? ids[index] : ids[Math.floor(random() * ids.length)],
  )
  // One sender: the order of acceptance is the order of the numbers.
  for (const id of queue) {
    if (id === undefined) continue
    const body = { callbackUrls: [valueOf()] }
    for (const last = performance.now() + withinMs; ; await sleep(100)) {
      const answer = await stack.patch(id, body, { as, headers: { prefer: 'respond-async' } })
      await answer.text()
      if (answer.status === 202 || (patient === true && answer.status === 200)) break
      if (patient !== true || answer.status !== 503 || performance.now() > last)
        throw new Error(`Nexus answered ${answer.status}.`)
    }
    taken.push(performance.now())
    if (everyMs > 0) await sleep(everyMs)
  }
  return taken
}

const untilVerified = async (stack: Stack, ms: number): Promise<void> => {
  const last = performance.now() + ms
  while (performance.now() < last) {
    const [row] = await stack.query<{ open: number }>(
      `select count(*)::int as open from nexus.clients where verify_at is not null or attempt_deadline is not null`,
    )
    if (row?.open === 0) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

const longestWait = async (stack: Stack): Promise<number> => {
  const [row] = await stack.query<{ seconds: number }>(
    `select coalesce(extract(epoch from max(settled_at - accepted_at)), 0)::float8 as seconds from nexus.changes`,
  )
  return row?.seconds ?? 0
}

const look = async (stack: Stack, ids: readonly string[]) => {
  const wanted = await stack.query<{ client_id: string; url: string }>(
    `select distinct on (client_id) client_id, "values"->'callbackUrls'->>0 as url
     from nexus.changes where status in ('accepted', 'applied') and "values" ? 'callbackUrls'
     order by client_id, generation desc`,
  )
  const wrong = wanted.filter(({ client_id: id, url }) => {
    const callbacks = stack.simulator.clients.get(id)?.['callbacks']
    return !Array.isArray(callbacks) || callbacks[0] !== url
  }).length
  let overlapping = 0
  let outdated = 0
  for (const id of ids) {
    const writes = stack.simulator.stats.writes
      .filter((write) => write.clientId === id && write.effectAt !== null)
      .toSorted((a, b) => (a.effectAt ?? 0) - (b.effectAt ?? 0))
    let newest = 0
    let ended = 0
    for (const { arrivedAt, effectAt, sent } of writes) {
      if (arrivedAt < ended) overlapping += 1
      ended = Math.max(ended, effectAt ?? 0)
      const callbacks: unknown = sent['callbacks']
      const value = Array.isArray(callbacks) ? numberIn(callbacks[0]) : 0
      if (value < newest) outdated += 1
      newest = Math.max(newest, value)
    }
  }
  return { wrong, overlapping, outdated }
}

/** A small seeded generator (mulberry32). */
const mulberry = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}
