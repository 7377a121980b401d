/** How the API comes to its end. Each signal is aborted once, one after the other. */
export interface Ending {
  /** It serves as before, and is to get no more work: whoever distributes requests should go elsewhere. */
  readonly leaving: AbortSignal
  /** It takes no more connections, and answers early what can be answered early. */
  readonly closing: AbortSignal
  /** Nothing is waited for any more: what has not arrived by now is refused. */
  readonly overdue: AbortSignal
}
