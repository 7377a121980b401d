/** What one answer said of its bucket. */
export interface Heard {
  /** Calls that are left, by the answer's headers. */
  readonly remaining: number
  /** When it came, in milliseconds of `performance.now()`. */
  readonly at: number
}
