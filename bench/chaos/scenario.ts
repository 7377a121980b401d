import { setTimeout as sleep } from 'node:timers/promises'
import type { PlanName } from '../../domain/limits/budget.ts'
import type { Faults } from '../../simulator/main.ts'
import type { Stack } from '../../test/support/assemble-stack.ts'
import type { Servers } from '../../test/support/servers.ts'
import type { Workers } from './workers.ts'

/** On what Nexus keeps what it knows. */
export type Storage = 'embedded' | 'postgresql+redis'
export const everywhere: readonly Storage[] = ['embedded', 'postgresql+redis']

/**
 * What happens while the changes go in and are worked on. It resolves when the fault has ended; one that lasts goes on
 * until `stopping`, when everything is settled.
 */
type Meddle = (stack: Stack, workers: Workers, stopping: AbortSignal) => Promise<void>

/** Servers for one trial alone, which can be broken. */
export interface World {
  readonly servers: Servers
  /** What stands under `redis` in the configuration, where it is no plain URL. */
  readonly redis?: Record<string, unknown>
  /** Where Nexus is to start an embedded PostgreSQL of its own. */
  readonly embedded?: string
  readonly meddle: Meddle
  readonly close: () => Promise<void>
}

/** One way in which things go wrong. */
export interface Scenario {
  readonly name: string
  readonly about: string
  readonly workers: number
  /** Where it can happen. */
  readonly storages: readonly Storage[]
  /** What the tenant does from the start. */
  readonly faults?: Partial<Faults>
  /** The tenant's subscription, where it is to have limits. */
  readonly plan?: PlanName
  readonly meddle?: Meddle
  /** Makes servers for this trial; otherwise it has those of the whole run. */
  readonly world?: (common: Servers) => Promise<World>
  /** Whether changes may be answered 503 meanwhile: who sends them then tries again. */
  readonly patient?: true
  /** Milliseconds between two changes, where they are to flow for as long as the fault lasts; otherwise none. */
  readonly everyMs?: number
  /** Whether `meddle` goes on until it is stopped. */
  readonly lasts?: true
}

export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => undefined)
