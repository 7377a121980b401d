import type { Auth0 } from '../adapters/auth0/auth0.ts'
import { pageSize } from '../adapters/auth0/page-size.ts'
import type { TenantConfiguration } from '../adapters/config/configuration.ts'
import type { Log } from '../adapters/log/log.ts'
import { orNoPlace, paced } from '../adapters/auth0/pacer.ts'
import type { Pacer } from '../adapters/auth0/pacer.ts'
import type { Scans } from '../adapters/postgres/clients/scans.ts'
import { claimMs } from '../domain/changes/clock.ts'
import { andLeftOut, leftOutOf, nothingLeftOut } from '../domain/clients/left-out.ts'
import { isKeptBeside } from '../domain/clients/untouchable.ts'
import { verdictOf } from '../domain/changes/verdict.ts'
import type { Health } from './health.ts'
import { repeat } from './repeat.ts'

export interface ScanDeps {
  readonly scans: Scans
  readonly auth0: Auth0
  readonly pacer: Pacer
  readonly health: Health
  readonly configurations: ReadonlyMap<string, TenantConfiguration>
  readonly log: Log
}

interface ShorteningDeps {
  readonly scans: Pick<Scans, 'shorten'>
  readonly configurations: ReadonlyMap<string, Pick<TenantConfiguration, 'scanIntervalMs'>>
  readonly log: Pick<Log, 'error'>
}

/** How often is looked whether a scan is due: the due times stand in the database, where no queue can lose them. */
const lookEveryMs = 500
/** A scan that broke off is begun anew after this time, or after the tenant's interval where that is shorter. */
const againMs = 30_000
/** Tries for one page before the scan breaks off. */
const triesPerPage = 5

/**
 * Scans tenants as they fall due, one at a time in this process, and beside them those that somebody waits for: a large
 * tenant's turn is not to keep them waiting.
 *
 * @returns ends it, after the pages under way
 */
export const startScans = (deps: ScanDeps): (() => Promise<void>) => {
  const scans = (onlyAsked: boolean) =>
    repeat(lookEveryMs, 'scan', deps.log, async (stopping) => {
      const tenantIds = [...deps.configurations.keys()]
      while (!stopping.aborted) {
        const claim = await deps.scans.claim(tenantIds, claimMs, onlyAsked)
        if (claim === undefined) return
        await scan(deps, claim, stopping)
      }
    })
  const stops = [startShortening(deps), scans(false), scans(true)]
  return async () => {
    await Promise.all(stops.map((stop) => stop()))
  }
}

/**
 * Has the configuration's interval hold where a longer one has set the next scan: once for each tenant.
 *
 * @returns ends it
 */
export const startShortening = ({ scans, configurations, log }: ShorteningDeps): (() => Promise<void>) => {
  const left = new Map(configurations)
  return repeat(lookEveryMs, 'scan interval', log, async () => {
    for (const [tenantId, { scanIntervalMs }] of left) {
      await scans.shorten(tenantId, scanIntervalMs)
      left.delete(tenantId)
    }
  })
}

/** What is new and what is old could not be told: everything would look as if it had not been seen. */
const clockWentBack = "the database's clock was set back"

type Claim = NonNullable<Awaited<ReturnType<Scans['claim']>>>

/** Lists all clients of a tenant once. A scan that breaks off is incomplete and says so: nothing then counts as gone. */
const scan = async (deps: ScanDeps, { tenantId, startedAt, asked }: Claim, stopping: AbortSignal): Promise<void> => {
  const { scans, configurations, log } = deps
  const tenant = configurations.get(tenantId)
  if (tenant === undefined) return
  let from: string | undefined
  let clients = 0
  let nominated = 0
  let leftOut = nothingLeftOut
  let last = startedAt
  do {
    const askedAt = await scans.beginPage(tenantId, claimMs)
    const page = askedAt < last ? clockWentBack : await readPage(deps, tenantId, from, asked, stopping)
    last = askedAt
    if (typeof page === 'string') {
      log.warn({ tenantId, reason: page, clients }, 'scan incomplete: it stopped early and will start again')
      await scans.finish(tenantId, { problem: page }, Math.min(againMs, tenant.scanIntervalMs))
      return
    }
    const ours = page.clients.filter(isKeptBeside(tenant.credential.clientId))
    nominated += await scans.keepPage(tenantId, askedAt, ours, tenant.metadataKeys)
    leftOut = andLeftOut(leftOut, [
      ...page.leftOut,
      ...ours.flatMap(({ clientId, client }) => leftOutOf(clientId, client, tenant.metadataKeys)),
    ])
    clients += ours.length
    from = page.next
  } while (from !== undefined)
  const unseen = await scans.nominateUnseen(tenantId, startedAt)
  await scans.finish(tenantId, { startedAt, clients, leftOut }, tenant.scanIntervalMs)
  log.info({ tenantId, clients, nominated, unseen, leftOut: leftOut.count }, 'scan complete')
}

/** One page, or why there is none. */
const readPage = async (
  deps: ScanDeps,
  tenantId: string,
  from: string | undefined,
  asked: boolean,
  stopping: AbortSignal,
) => {
  let problem = 'the process is ending'
  for (let attempt = 0; attempt < triesPerPage && !stopping.aborted; attempt += 1) {
    const reply = await listPage(deps, tenantId, from, asked, stopping)
    if (reply === undefined) break
    if (reply.ok) return reply.body
    problem = reply.message
    if (verdictOf(reply).kind === 'probe' && (await deps.health.probe(tenantId, problem)) === 'ill') return problem
  }
  return problem
}

/**
 * Asks for a page in the tenant's budget: behind everybody else, or among the requests where one waits for the scan.
 *
 * @returns undefined where the process is ending
 */
const listPage = (
  { pacer, auth0 }: ScanDeps,
  tenantId: string,
  from: string | undefined,
  asked: boolean,
  stopping: AbortSignal,
) => {
  const list = () => auth0.list(tenantId, from, pageSize)
  const behindAll = () => paced(pacer, tenantId, 'read-clients', { rank: 'background', signal: stopping }, list)
  const asker = { name: 'scan', signal: stopping }
  // So many requests may wait that not even one of each has a place among them.
  return asked
    ? orNoPlace(paced(pacer, tenantId, 'read-clients', { rank: 'request', asker }, list)).then(
        (reply) => reply ?? orNoPlace(behindAll()),
      )
    : orNoPlace(behindAll())
}
