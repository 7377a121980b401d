import type { JsonObject } from '../json.ts'

/**
 * One call that was to change a client. Times are epoch ms with fractions. `effectAt` is null where nothing was changed;
 * `endedAt` is when the answer was sent or the connection closed, null while it is under way.
 */
export type Write = {
  clientId: string | null
  method: string
  route: string
  arrivedAt: number
  effectAt: number | null
  endedAt: number | null
  /** The status answered; null where the connection broke instead. */
  status: number | null
  /** The caller's `X-Correlation-ID`. */
  correlationId: string | null
  /** What was sent, without secrets. */
  sent: JsonObject
}

export type Counts = {
  calls: number
  /** By "METHOD route status"; the status of a broken connection is "none". */
  byRoute: Record<string, number>
  tooMany: number
}

/** Wall clock in ms, with fractions: calls of the same millisecond keep their order. */
export const now = (): number => performance.timeOrigin + performance.now()

// Enough for the longest chaos run; the oldest go first.
const mostWrites = 200_000

/** What has happened since the start or the last reset. */
export class Stats {
  #calls = 0
  #tooMany = 0
  #byRoute = new Map<string, number>()
  #writes: Write[] = []

  count(method: string, route: string, status: number | null): void {
    const key = `${method} ${route} ${status ?? 'none'}`
    this.#calls += 1
    if (status === 429) this.#tooMany += 1
    this.#byRoute.set(key, (this.#byRoute.get(key) ?? 0) + 1)
  }

  write(write: Write): void {
    if (this.#writes.length >= mostWrites) this.#writes.splice(0, mostWrites / 10)
    this.#writes.push(write)
  }

  get counts(): Counts {
    return { calls: this.#calls, byRoute: Object.fromEntries(this.#byRoute), tooMany: this.#tooMany }
  }

  get writes(): readonly Write[] {
    return this.#writes
  }

  reset(): void {
    this.#calls = 0
    this.#tooMany = 0
    this.#byRoute = new Map()
    this.#writes = []
  }
}
