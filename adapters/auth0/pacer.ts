import { setTimeout as sleep } from 'node:timers/promises'
import { bucketOf, readingBounds } from '../../domain/limits/budget.ts'
import type { Bucket, CallKind, PlanName, Rank } from '../../domain/limits/budget.ts'
import type { Heard } from '../../domain/limits/heard.ts'
import { createLine } from '../../domain/limits/line.ts'
import type { Line } from '../../domain/limits/line.ts'
import type { Reply } from '../../domain/changes/verdict.ts'
import { verdictOf } from '../../domain/changes/verdict.ts'
import type { Budgets } from '../postgres/tenants/budgets.ts'

/** Who waits for a reading of Auth0, and until when. */
export interface Asker {
  /** Callers of different names are served in turn. */
  readonly name: string
  /** Aborted when waiting is of no use any more: the place in the line is given up at once. */
  readonly signal: AbortSignal
}

/** For what a call is made: that decides who goes first, and for requests how many may wait. */
type Purpose =
  | { readonly rank: 'request'; readonly asker: Asker }
  | { readonly rank: Exclude<Rank, 'request'>; readonly signal?: AbortSignal }

/** Keeps every call to Auth0 within the tenant's limits, across all processes. */
export interface Pacer {
  /** Whether the tenant has a limit to keep to. */
  readonly limits: (tenantId: string) => boolean
  /**
   * Resolves when one call may be sent, which is then to be sent at once.
   *
   * @throws NoPlace where nobody waits any more, or too many wait already
   */
  readonly slot: (tenantId: string, kind: CallKind, purpose: Purpose) => Promise<void>
  /**
   * Learns from an answer. A 429 is told to the other processes before it resolves; what else an answer says goes along with
   * the next slot, or follows soon.
   */
  readonly report: (tenantId: string, kind: CallKind, reply: Reply<unknown>) => Promise<void>
}

/** Sends one call in its slot, and learns from its answer. @throws NoPlace with nothing sent */
export const paced = async <Body>(
  pacer: Pick<Pacer, 'slot' | 'report'>,
  tenantId: string,
  kind: CallKind,
  purpose: Purpose,
  send: () => Promise<Reply<Body>>,
): Promise<Reply<Body>> => {
  await pacer.slot(tenantId, kind, purpose)
  const reply = await send()
  await pacer.report(tenantId, kind, reply)
  return reply
}

/** No call may be sent: whoever waited has gone, or the line is full. Nothing is kept of it. */
export class NoPlace extends Error {
  readonly retryAfterMs: number
  constructor(retryAfterMs: number) {
    super("The tenant's rate limit leaves no place for this reading now.")
    this.name = 'NoPlace'
    this.retryAfterMs = retryAfterMs
  }
}

/** A reading for which the tenant's limit left no place has not been made. */
export const orNoPlace = <T>(reading: Promise<T>): Promise<T | undefined> =>
  reading.catch((error: unknown) => {
    if (error instanceof NoPlace) return undefined
    throw error
  })

interface Waiting {
  readonly go: () => void
  readonly refuse: (error: unknown) => void
}

/** One line for each bucket and rank of this process, and the one who asks the database for all in it. */
interface Counter {
  readonly bucket: Bucket
  readonly line: Line<Waiting>
  /** How long it takes to serve all who wait. */
  readonly drainMs: () => number
  asking: boolean
}

const askAgainMs = 5000
/** What answers have said is told after so long, where no slot has been asked for. */
const tellAfterMs = 250
const nameOf = (tenantId: string, bucket: Bucket): string => `${tenantId} ${bucket.name}`
const everybody = { all: Infinity, each: Infinity }

/**
 * @param plans each tenant's subscription
 * @param patienceMs how long a request waits for a reading
 */
export const createPacer = (
  budgets: Budgets,
  plans: ReadonlyMap<string, PlanName>,
  { patienceMs = 5000 }: { readonly patienceMs?: number } = {},
): Pacer => {
  const counters = new Map<string, Counter>()
  /** By bucket, what the database does not know yet, and what tells it where no slot takes it along. */
  const untold = new Map<string, { readonly heard: Heard[]; readonly timer: NodeJS.Timeout }>()
  const toTell = (tenantId: string, bucket: Bucket): readonly Heard[] => {
    const name = nameOf(tenantId, bucket)
    const known = untold.get(name)
    clearTimeout(known?.timer)
    untold.delete(name)
    return known?.heard ?? []
  }
  const bucketFor = (tenantId: string, kind: CallKind) => bucketOf(plans.get(tenantId) ?? 'free', kind)
  const counterFor = (tenantId: string, bucket: Bucket, rank: Rank): Counter => {
    const name = `${nameOf(tenantId, bucket)} ${rank}`
    const known = counters.get(name)
    if (known !== undefined) return known
    const line = createLine<Waiting>(rank === 'request' ? readingBounds(bucket, patienceMs) : everybody)
    const counter = { bucket, line, drainMs: () => Math.max(1000, line.size() * bucket.intervalMs), asking: false }
    counters.set(name, counter)
    return counter
  }

  /** Asks for as many places as are waited for, until nobody waits. */
  const serve = async (counter: Counter, tenantId: string, rank: Rank): Promise<void> => {
    const { bucket, line } = counter
    counter.asking = true
    try {
      while (line.size() > 0) {
        const { granted, waitMs } = await budgets.take(tenantId, bucket, rank, line.size(), toTell(tenantId, bucket))
        const served = Array.from({ length: granted }, line.next).filter((next) => next !== undefined)
        for (const { go } of served) go()
        if (served.length < granted) await budgets.giveBack(tenantId, bucket, granted - served.length)
        // The times of the database can change meanwhile: so it is asked again now and then, however long it said.
        if (line.size() > 0 && waitMs > 0)
          await sleep(Math.ceil(Math.min(waitMs, askAgainMs)), undefined, { ref: false })
      }
    } catch (error) {
      for (let next = line.next(); next !== undefined; next = line.next()) next.refuse(error)
    } finally {
      counter.asking = false
    }
  }

  const hear = (tenantId: string, bucket: Bucket, heard: Heard): void => {
    const name = nameOf(tenantId, bucket)
    const known = untold.get(name)
    if (known !== undefined) {
      known.heard.push(heard)
      return
    }
    const tell = async (): Promise<void> => {
      // Without a database nothing is sent either, and later answers say what is left then.
      await budgets.learn(tenantId, bucket, toTell(tenantId, bucket)).catch(() => undefined)
    }
    untold.set(name, { heard: [heard], timer: setTimeout(() => void tell(), tellAfterMs).unref() })
  }

  return {
    limits: (tenantId) => bucketFor(tenantId, 'other') !== undefined,
    slot: async (tenantId, kind, purpose) => {
      const bucket = bucketFor(tenantId, kind)
      if (bucket === undefined) return
      const { rank } = purpose
      const counter = counterFor(tenantId, bucket, rank)
      const { name, signal } = purpose.rank === 'request' ? purpose.asker : { name: '', signal: purpose.signal }
      if (signal?.aborted === true) throw new NoPlace(counter.drainMs())
      await new Promise<void>((resolve, reject) => {
        const leave = (): void => {
          if (counter.line.leave(name, waiting)) waiting.refuse(new NoPlace(counter.drainMs()))
        }
        const waiting: Waiting = {
          go: () => {
            signal?.removeEventListener('abort', leave)
            resolve()
          },
          refuse: (error) => {
            signal?.removeEventListener('abort', leave)
            reject(error instanceof Error ? error : new Error(String(error)))
          },
        }
        signal?.addEventListener('abort', leave, { once: true })
        counter.line.enter(name, waiting)?.refuse(new NoPlace(counter.drainMs()))
        if (!counter.asking) void serve(counter, tenantId, rank)
      })
    },
    report: async (tenantId, kind, reply) => {
      const bucket = bucketFor(tenantId, kind)
      if (bucket === undefined) return
      const verdict = verdictOf(reply)
      if (verdict.kind === 'again') {
        // It says more than what was heard before.
        toTell(tenantId, bucket)
        await budgets.block(tenantId, bucket, verdict.afterMs)
      } else if (reply.rate.remaining !== null)
        hear(tenantId, bucket, { remaining: reply.rate.remaining, at: performance.now() })
    },
  }
}
