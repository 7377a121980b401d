import { z } from 'zod'
import { textOf, type Json, type JsonObject } from '../json.ts'
import { seeded } from '../random.ts'

const share = z.number().min(0).max(1).default(0)
const milliseconds = z.number().min(0)

/** What can go wrong, switchable while the simulator runs. Shares are drawn from a seeded generator. */
export const faultsSchema = z.strictObject({
  /** Setting it starts the generator anew. */
  seed: z.int().default(1),
  /** Between arrival and effect: fixed, or drawn from a range. */
  latencyMs: z.union([milliseconds, z.tuple([milliseconds, milliseconds])]).default(0),
  /** A 500, 502, 503 or 504 instead of the effect, and after it. */
  errorShare: share,
  errorAfterShare: share,
  /** The connection is reset, before the write or after it took effect. */
  resetBeforeShare: share,
  resetAfterShare: share,
  /** The write is done, the answer comes after `timeoutMs`, or never (null). */
  timeoutAfterShare: share,
  timeoutMs: milliseconds.nullable().default(null),
  /** The connection is reset at once, and the write takes effect `lateWriteMs` later all the same. */
  lateWriteShare: share,
  lateWriteMs: milliseconds.default(2000),
  /** 429 by chance, or for everybody until a time (epoch ms). */
  tooManyShare: share,
  tooManyUntil: z.number().nullable().default(null),
  /** Another tool of the tenant draws so many calls a second from the same bucket. */
  foreignPerSecond: z.number().min(0).default(0),
  /** Once: every token issued so far is refused. A new one works. Reads back as false. */
  revokeTokens: z.boolean().default(false),
  /** The token endpoint answers 401. */
  refuseCredential: z.boolean().default(false),
  /** Everything is down: connections reset, or a proxy's 503 page. */
  outage: z.enum(['none', 'reset', 'page']).default('none'),
  /** PATCH answers 200, and URL lists are written otherwise than sent. */
  normalise: z.array(z.enum(['trailing-slash', 'lower-case-host'])).default([]),
  /** PATCH answers 200, and these members are not written. */
  ignoreMembers: z.array(z.string()).default([]),
  /** Headers at once, the body so much later. */
  slowBodyMs: milliseconds.default(0),
  /** The methods that faults by chance, latency and slow bodies are for; null means all. */
  methods: z.array(z.string().toUpperCase()).nullable().default(null),
})

export type Faults = z.infer<typeof faultsSchema>

export type Fate = 'error' | 'errorAfter' | 'resetBefore' | 'resetAfter' | 'timeoutAfter' | 'lateWrite' | 'tooMany'

const shareOf: Record<Fate, keyof Faults & `${string}Share`> = {
  tooMany: 'tooManyShare',
  resetBefore: 'resetBeforeShare',
  error: 'errorShare',
  lateWrite: 'lateWriteShare',
  errorAfter: 'errorAfterShare',
  resetAfter: 'resetAfterShare',
  timeoutAfter: 'timeoutAfterShare',
}
// In the order of the draw.
const fates: Fate[] = ['tooMany', 'resetBefore', 'error', 'lateWrite', 'errorAfter', 'resetAfter', 'timeoutAfter']

const statuses = [500, 502, 503, 504]

const urlLists = new Set(['callbacks', 'allowed_logout_urls', 'web_origins', 'allowed_origins'])

const normalisers: Record<Faults['normalise'][number], (url: string) => string> = {
  'trailing-slash': (url) => url.replace(/\/$/, ''),
  'lower-case-host': (url) =>
    url.replace(/^([^:]+:\/\/)([^/?#]+)/, (_all, scheme: string, host: string) => `${scheme}${host.toLowerCase()}`),
}

/** The faults of a running simulator. */
export class FaultBox {
  #faults: Faults = faultsSchema.parse({})
  #random = seeded(1)
  readonly #revoke: () => void

  constructor(revoke: () => void) {
    this.#revoke = revoke
  }

  get current(): Faults {
    return this.#faults
  }

  /** Sets these over `beneath`: over the present ones to change some, over none to begin anew. Throws a ZodError. */
  set(given: unknown, beneath: Partial<Faults> = {}): Faults {
    const sent = z.looseObject({}).parse(given)
    const faults = faultsSchema.parse({ ...beneath, ...sent })
    if (faults.revokeTokens) this.#revoke()
    if (sent['seed'] !== undefined || faults.seed !== this.#faults.seed) this.#random = seeded(faults.seed)
    this.#faults = { ...faults, revokeTokens: false }
    return this.#faults
  }

  concerns(method: string): boolean {
    const { methods } = this.#faults
    return methods === null || methods.includes(method)
  }

  /** One draw decides what befalls a call: shares are parts of all calls, and add up. */
  fate(method: string): Fate | undefined {
    if (this.#faults.tooManyUntil !== null && Date.now() < this.#faults.tooManyUntil) return 'tooMany'
    if (!this.concerns(method) || fates.every((fate) => this.#faults[shareOf[fate]] === 0)) return undefined
    let drawn = this.#random()
    for (const fate of fates) {
      drawn -= this.#faults[shareOf[fate]]
      if (drawn < 0) return fate
    }
    return undefined
  }

  latency(method: string): number {
    const { latencyMs } = this.#faults
    if (!this.concerns(method)) return 0
    if (typeof latencyMs === 'number') return latencyMs
    return latencyMs[0] + this.#random() * (latencyMs[1] - latencyMs[0])
  }

  errorStatus(): number {
    return statuses[Math.floor(this.#random() * statuses.length)] ?? 500
  }

  /** What is written of a PATCH that was accepted. */
  bend(sent: JsonObject): JsonObject {
    const { normalise, ignoreMembers } = this.#faults
    if (normalise.length === 0 && ignoreMembers.length === 0) return sent
    const bent = (name: string, value: Json): Json =>
      urlLists.has(name) && Array.isArray(value)
        ? value.map((url) => normalise.reduce((text, how) => normalisers[how](text), textOf(url)))
        : value
    return Object.fromEntries(
      Object.entries(sent)
        .filter(([name]) => !ignoreMembers.includes(name))
        .map(([name, value]) => [name, bent(name, value)]),
    )
  }
}
