import { callbackify } from 'node:util'
import pg from 'pg'
import { eachServer, parameterOf } from '../../../domain/texts/database-url.ts'
import { NoPrimary } from './no-primary.ts'
import { PrimaryClient } from './primary-client.ts'
import { isRefused } from './sqlstate.ts'

type Told = (error: Error) => void

/** The way to the server of a database's URL that takes writes: every connection of the program is made here. */
export interface Connector {
  /**
   * Opens one connection. Who gets it ends it.
   *
   * @param onError told when it is lost, which may be at any time
   * @throws Standby or NoPrimary where no server takes writes; otherwise the network's or the server's error
   */
  readonly open: (settings: pg.ClientConfig, onError: Told) => Promise<PrimaryClient>
  /**
   * A pool of such connections, which takes none back whose server takes no writes any more.
   *
   * @param onError told when one is lost, whoever has it; the pool makes new ones by itself
   */
  readonly pool: (settings: pg.PoolConfig, onError: Told) => pg.Pool
}

/** How long a server may take to let somebody in, milliseconds: the only one, and one of several. */
const patience = { only: 5000, oneOfSeveral: 2000 }

/**
 * @param url `postgres://user:password@host:port/database`, or with several servers: they are tried in turn, beginning with
 *   the one that took writes last. One that is in recovery, or lets nobody write by default, is not taken
 *   (`target_session_attrs=read-write`)
 */
export const createConnector = (url: string): Connector => {
  const servers = eachServer(pinned(url))
  const only = servers.length === 1
  const withinMs = only ? patience.only : patience.oneOfSeveral
  let last = 0

  const open: Connector['open'] = async (settings, onError) => {
    const failures: [server: string, error: unknown][] = []
    for (const index of servers.keys()) {
      const at = (last + index) % servers.length
      const server = servers[at] ?? url
      try {
        const client = await enter(
          { connectionTimeoutMillis: withinMs, ...settings, connectionString: server },
          onError,
        )
        last = at
        return client
      } catch (error) {
        // A server that answers who may enter answers for all of them.
        if (only || isRefused(error)) throw error
        failures.push([server, error])
      }
    }
    throw new NoPrimary(failures)
  }

  /** Where the server is that takes writes: looked for again when a connection to it could not be had, or was lost. */
  let place: Promise<Place> | undefined
  const forget = (): void => {
    place = undefined
  }
  const look = async (settings: pg.ClientConfig): Promise<Place> => {
    const client = await open({ ...settings, connectionTimeoutMillis: withinMs }, forget)
    letGo(client)
    return { host: client.host, port: client.port }
  }

  /** A pool makes its connections itself: where they lead is decided when each of them is opened. */
  class PooledClient extends PrimaryClient {
    readonly #settings: pg.ClientConfig

    constructor(settings: pg.ClientConfig = {}) {
      super(settings)
      this.#settings = settings
      this.on('error', forget)
    }

    override connect(): Promise<pg.Client>
    override connect(callback: Called): void
    override connect(callback?: Called): Promise<pg.Client> | undefined {
      if (callback === undefined) return this.#enter()
      callbackify(() => this.#enter())(callback)
      return undefined
    }

    async #enter(): Promise<pg.Client> {
      try {
        if (!only) Object.assign(this, await (place ??= look(this.#settings)))
        await super.connect()
        this.assertWrites()
        return this
      } catch (error) {
        forget()
        letGo(this)
        throw error
      }
    }
  }

  const pool: Connector['pool'] = (settings, onError) => {
    const made = new pg.Pool({
      // Of several servers, one may be asked after the other, and then the one that was found.
      connectionTimeoutMillis: only ? withinMs : withinMs * (servers.length + 1),
      ...settings,
      connectionString: servers[0],
      Client: PooledClient,
    })
    made.on('error', onError)
    // Lost while somebody has it, a connection says so itself; unheard, that would end the process.
    made.on('connect', (client) => {
      client.on('error', onError)
    })
    made.on('release', (_, client) => {
      // Ended here, it is not kept.
      if (!(client instanceof PrimaryClient && client.isSpent)) return
      forget()
      letGo(client)
    })
    return made
  }
  return { open, pool }
}

type Place = Pick<pg.Client, 'host' | 'port'>
type Called = (error: Error | null, client?: pg.Client) => void

/** Ends a connection; nobody waits for a server that may not answer. */
const letGo = (client: pg.Client): void => {
  client.end().catch(() => undefined)
}

const enter = async (settings: pg.ClientConfig, onError: Told): Promise<PrimaryClient> => {
  const client = new PrimaryClient(settings)
  client.on('error', onError)
  try {
    await client.connect()
    client.assertWrites()
    return client
  } catch (error) {
    letGo(client)
    throw error
  }
}

/**
 * The same with what a mode of TLS means here: that the server's certificate and its name are verified. So it is in the pg
 * of today, which warns that it will mean less. Who wants what libpq means by a mode says `uselibpqcompat=true`.
 */
const pinned = (url: string): string =>
  parameterOf(url, 'uselibpqcompat') === 'true'
    ? url
    : url.replace(/(?<=[?&]sslmode=)(?:prefer|require|verify-ca)(?=&|$)/, 'verify-full')
