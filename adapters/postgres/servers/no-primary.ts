import { wordsOf } from './sqlstate.ts'

/** By the setting that says it. */
const said = {
  in_hot_standby: 'it is a standby, which takes no writes',
  default_transaction_read_only: 'it takes no writes by default (default_transaction_read_only)',
} as const

/** A server that would only be read from. It may become a primary: whoever asks can try again. */
export class Standby extends Error {
  override readonly name = 'Standby'
  /** read_only_sql_transaction */
  readonly code = '25006'

  constructor(setting: keyof typeof said) {
    super(said[setting])
  }
}

/** What each of several servers had against it; none has the rights of another, and one of them may become the primary. */
export class NoPrimary extends Error {
  override readonly name = 'NoPrimary'
  /** sqlclient_unable_to_establish_sqlconnection */
  readonly code = '08001'
  readonly failures: readonly (readonly [server: string, error: unknown])[]

  /** @param failures by the URL of the server, of which the message tells the host only */
  constructor(failures: readonly (readonly [server: string, error: unknown])[]) {
    super(
      `No server takes writes: ${failures.map(([server, error]) => `${new URL(server).host}: ${wordsOf(error)}`).join('; ')}`,
    )
    this.failures = failures
  }
}
