import { setTimeout as sleep } from 'node:timers/promises'
import type { Configuration } from '../adapters/config/configuration.ts'
import type { Log } from '../adapters/log/log.ts'
import { createHttp } from '../adapters/http/http.ts'
import type { Http } from '../adapters/http/http.ts'
import { traceHttp } from '../adapters/traces/traced.ts'
import type { Traces } from '../adapters/traces/traces.ts'
import { pathTemplateOf } from '../adapters/auth0/path-template.ts'
import { closingTimes, createHoldings, endWithin } from './parts/closing.ts'
import { createCore } from './parts/core.ts'
import { settleConfiguration } from './database.ts'
import { compare, effective } from './reload/compare.ts'
import type { Changes } from './reload/compare.ts'
import { openResources } from './parts/resources.ts'
import { readPatienceMs, serveApi } from './parts/serve-api.ts'
import { tellProxies } from './tell-proxies.ts'
import { tellReplication } from './tell-replication.ts'
import { unnamedStates } from './unnamed-states.ts'
import { startWork } from './parts/work.ts'
import type { Work } from './parts/work.ts'

/** What a process of Nexus does. */
export interface Roles {
  readonly api: boolean
  readonly worker: boolean
  /** The tenants that its worker serves; where it is left out, all of the configuration. The API is for all of them. */
  readonly tenants?: readonly string[]
}

/** What a process has of the outside, where it is not the usual. */
export interface Outside {
  /** What calls go out by: through the proxies of the environment, unless told otherwise. */
  readonly http?: Http
  /** Where its traces are kept; null, as usual, for nowhere. It closes them. */
  readonly traces?: Traces | null
}

export interface Running {
  /** Where the API listens; null in a process without it. */
  readonly url: string | null
  /**
   * Goes on with another configuration: requests under way are answered by the former, the next by this.
   *
   * @returns what has changed by it, and what does not take effect in a running process
   * @throws where it cannot be used; the former then stays
   */
  readonly reload: (configuration: Configuration) => Promise<Changes>
  /**
   * Takes no more work, answers what was taken, ends what is under way, and lets go of everything: within 15 s, whatever
   * hangs.
   *
   * @param delayMs how long requests are still taken, for load balancers to notice that /readyz says no
   */
  readonly close: (delayMs?: number) => Promise<void>
}

/**
 * Starts a process by its configuration. What it holds for as long as it lives is opened once (`parts/resources.ts`); what
 * follows from the configuration is made of it, and made anew when that changes (`core.ts`, `work.ts` and `serve-api.ts`
 * there).
 *
 * @param onStuck what a process does that can no longer work, as it gets no jobs or has lost its database: it ends
 * @throws with a remedy when something that it needs is not there; what was started is closed again
 */
export const run = async (
  first: Configuration,
  roles: Roles,
  log: Log,
  onStuck: () => void = () => undefined,
  { http: plain = createHttp(process.env), traces = null }: Outside = {},
): Promise<Running> => {
  let configuration = first
  const http = traces === null ? plain : traceHttp(plain, traces, pathTemplateOf)
  const holdings = createHoldings(log)
  if (traces !== null) holdings.add('traces', traces.close)
  const overdue = new AbortController()
  let work: Work | null = null
  try {
    const resources = await openResources(() => configuration, { http, traces, log, holdings, onStuck })
    for (const { tenantId, said, remedy } of await unnamedStates(resources.postgres.db, configuration))
      log.warn({ tenantId, remedy }, said)
    if ('url' in configuration.database) await tellReplication(resources.postgres.db, log)
    tellProxies(http, configuration, log)
    const coreOf = createCore(resources, { patienceMs: readPatienceMs, overdue: overdue.signal })
    const core = coreOf(configuration)
    work = roles.worker ? startWork(resources, { core, configuration, tenantIds: roles.tenants, onStuck }) : null
    const api = roles.api ? await serveApi(resources, { core, configuration, holdings, overdue: overdue.signal }) : null
    let isEnding = false
    let reloading: Promise<unknown> = Promise.resolve()
    const reload = async (next: Configuration): Promise<Changes> => {
      if (isEnding) throw new Error('this process is ending')
      const changes = compare(configuration, next)
      const usable = effective(configuration, next)
      await settleConfiguration(resources.database, usable, log)
      const nextCore = coreOf(usable)
      await api?.replace(nextCore, usable)
      work?.replace(nextCore, usable)
      configuration = usable
      return changes
    }
    return {
      url: api?.url ?? null,
      reload: (next) => {
        const changes = reload(next)
        reloading = changes.catch(() => undefined)
        return changes
      },
      close: async (delayMs = 0) => {
        api?.leave()
        isEnding = true
        const until = performance.now() + (api === null ? 0 : delayMs)
        /** How long it is until then, from when nothing more is taken. */
        const left = (ms: number): number => Math.max(0, until + ms - performance.now())
        // What it replaces would not be closed.
        await endWithin(reloadTakesMs, 'the reload of the configuration', reloading, log)
        const resting = work?.close(left(closingTimes.cutMs))
        await sleep(left(0))
        const end = performance.now() + left(closingTimes.endMs)
        const timers = [
          setTimeout(() => overdue.abort(), left(closingTimes.overdueMs)),
          setTimeout(() => api?.cut(), left(closingTimes.cutMs)),
        ]
        const inTime = left(closingTimes.cutMs + cutTakesMs)
        await Promise.all([
          endWithin(inTime, 'the worker', Promise.resolve(resting), log),
          endWithin(inTime, 'the API', Promise.resolve(api?.close()), log),
        ])
        for (const timer of timers) clearTimeout(timer)
        await holdings.close(end)
      },
    }
  } catch (error) {
    await work?.close(0)
    await holdings.close(performance.now() + closingTimes.endMs)
    throw error
  }
}

/** How long a reload may take that is under way at the end, milliseconds. It asks the database a few questions. */
const reloadTakesMs = 5000

/** How long what was cut off takes to be gone, milliseconds. */
const cutTakesMs = 500
