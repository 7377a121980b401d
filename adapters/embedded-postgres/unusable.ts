/** The embedded PostgreSQL cannot be used; the message says why, and what to do. */
export class EmbeddedUnusable extends Error {
  override readonly name = 'EmbeddedUnusable'
  /** Whether the same may well work later. */
  readonly passing: boolean

  constructor(message: string, options: { readonly passing?: boolean; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.passing = options.passing ?? false
  }
}
