import pg from 'pg'
import { Standby } from './no-primary.ts'
import { isGoing } from './sqlstate.ts'

/**
 * Settings that a server tells by itself: as somebody connects, and with the next answer after they have changed.
 * Source: https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-ASYNC (PostgreSQL 14 and later)
 */
const readOnlySettings = ['in_hot_standby', 'default_transaction_read_only'] as const

interface ParameterStatus {
  readonly parameterName: string
  readonly parameterValue: string
}

/** A connection that knows whether its server takes writes. */
export class PrimaryClient extends pg.Client {
  readonly #settings = new Map<string, string>()
  #going = false

  constructor(config: pg.ClientConfig) {
    super(config)
    this.connection.on('parameterStatus', ({ parameterName, parameterValue }: ParameterStatus) => {
      this.#settings.set(parameterName, parameterValue)
    })
    this.connection.on('errorMessage', (message: unknown) => {
      this.#going ||= isGoing(message)
    })
  }

  /** Whether nothing more should be asked of it: its server takes no writes any more, or goes away. */
  get isSpent(): boolean {
    return this.#going || this.#readOnly !== undefined
  }

  /** @throws Standby where the server takes no writes */
  assertWrites(): void {
    if (this.#readOnly !== undefined) throw new Standby(this.#readOnly)
  }

  get #readOnly(): (typeof readOnlySettings)[number] | undefined {
    return readOnlySettings.find((name) => this.#settings.get(name) === 'on')
  }
}
