import type { Json } from '../json.ts'
import { isObject } from '../json.ts'

const recordedHost = 'tenant.example.auth0.com'
const placeholder = /^\[[a-z]+:\d+\]$/
// Made anew by every tenant.
const generated = new Set(['client_id', 'id', 'kid', 'thumbprint_sha256'])
const dates = new Set(['created_at', 'updated_at'])
const isDate = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/

/** Which of our texts stands for which recorded one, within a cassette. */
export class Names {
  readonly #ours = new Map<string, string>()
  readonly #theirs = new Map<string, string>()
  readonly #host: string

  constructor(host: string) {
    this.#host = host
  }

  /** From now on `theirs` is `ours`; false where one of them already stands for another. */
  bind(theirs: string, ours: string): boolean {
    const known = this.#ours.get(theirs)
    const taken = this.#theirs.get(ours)
    if (known !== undefined || taken !== undefined) return known === ours && taken === theirs
    this.#ours.set(theirs, ours)
    this.#theirs.set(ours, theirs)
    return true
  }

  knows(theirs: string): boolean {
    return this.#ours.has(theirs)
  }

  text(theirs: string): string {
    return (this.#ours.get(theirs) ?? theirs).replaceAll(recordedHost, this.#host)
  }

  /** A recorded value as we send it. */
  translate(value: Json): Json {
    if (typeof value === 'string') {
      // A secret that we send as its placeholder must come back as that.
      if (placeholder.test(value) && !this.knows(value)) this.bind(value, value)
      return this.text(value)
    }
    if (Array.isArray(value)) return value.map((item) => this.translate(item))
    if (!isObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, this.translate(member)]))
  }

  /** Learns the ids and thumbprints that an answer made anew, wherever they stand in it. */
  learn(theirs: Json | undefined, ours: Json | undefined): void {
    if (Array.isArray(theirs) && Array.isArray(ours)) theirs.forEach((item, index) => this.learn(item, ours[index]))
    if (!isObject(theirs) || !isObject(ours)) return
    for (const [name, value] of Object.entries(theirs)) {
      const own = ours[name]
      if (typeof value === 'string' && typeof own === 'string' && generated.has(name)) this.bind(value, own)
      else this.learn(value, own)
    }
  }

  /** Whether our text may stand for the recorded one. `[REDACTED]` says nothing. */
  same(theirs: string, ours: string, member: string): boolean {
    if (theirs === '[REDACTED]') return true
    if (dates.has(member)) return isDate.test(ours)
    if (this.knows(theirs)) return this.text(theirs) === ours
    // A placeholder of a value that we made: the same one must come again.
    if (placeholder.test(theirs)) return this.bind(theirs, ours)
    return this.text(theirs) === ours
  }
}
