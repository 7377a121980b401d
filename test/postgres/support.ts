import { once } from 'node:events'
import { connect as dial, createServer } from 'node:net'
import type { Socket } from 'node:net'
import { createClientLists } from '../../adapters/postgres/clients/client-lists.ts'
import { createClients } from '../../adapters/postgres/clients/clients.ts'
import type { ClientListRequest } from '../../adapters/postgres/clients/list-request.ts'
import { connect } from '../../adapters/postgres/database/connect.ts'
import { createAccept } from '../../adapters/postgres/changes/accept.ts'
import { createChanges } from '../../adapters/postgres/changes/changes.ts'
import { createLeases } from '../../adapters/postgres/changes/leases.ts'
import { createTellSettled } from '../../adapters/postgres/database/notifications.ts'
import { migrate } from '../../adapters/postgres/database/migrate.ts'
import type { Acceptance } from '../../domain/changes/accept.ts'
import { defaultMetadataKeys } from '../../domain/clients/metadata-keys.ts'
import type { Values } from '../../domain/vocabulary.ts'
import { createDatabase, servers } from '../support/stack.ts'

export const author = { kind: 'user', id: 'auth0|tester', application: 'portal' } as const

export const keysOf = () => defaultMetadataKeys

/** A database of its own with Nexus' schema, and the store over it. */
export const openStore = async () => {
  if (servers === null) throw new Error('There are no servers for this run.')
  const database = await createDatabase(servers)
  const postgres = connect(database.url, () => undefined)
  await migrate(postgres.db)
  const query = async <Row extends Record<string, unknown>>(text: string, values: unknown[] = []): Promise<Row[]> =>
    (await postgres.pool.query<Row>(text, values)).rows
  return {
    url: database.url,
    postgres,
    clients: createClients(postgres.db, keysOf),
    accept: createAccept(postgres.db, keysOf),
    changes: createChanges(postgres.db, keysOf),
    leases: createLeases(
      postgres.db,
      keysOf,
      createTellSettled(postgres.db, () => undefined),
    ),
    lists: createClientLists(postgres.db),
    query,
    close: async () => {
      await postgres.close()
      await database.drop()
    },
  }
}

export type Store = Awaited<ReturnType<typeof openStore>>

let last = 0
/** A client that the store knows, with nothing changed yet. */
export const known = async ({ clients }: Store, observed: Record<string, unknown> = {}) => {
  last += 1
  const key = { tenantId: 'acme', clientId: `client${last}` }
  await clients.observe(key, { client_id: key.clientId, ...observed })
  return key
}

/** A client that is due to be read: there is work, so its lease can be had. */
export const due = async (store: Store, observed: Record<string, unknown> = {}) => {
  const key = await known(store, observed)
  await store.query('update nexus.clients set verify_at = clock_timestamp() where client_id = $1', [key.clientId])
  return key
}

export type Key = Awaited<ReturnType<typeof known>>

/** A decision that takes these values. */
export const takes =
  (values: Values, changesNothing = false) =>
  (): Acceptance => ({ kind: 'accepted', values, changesNothing })

/** Accepts a change, and answers its id. */
export const accepted = async ({ accept }: Store, key: Key, values: Values): Promise<string> => {
  const outcome = await accept(key, author, takes(values))
  if (outcome.kind !== 'accepted') throw new Error(`The change was not accepted: ${outcome.kind}`)
  return outcome.changeId
}

export const present = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('There is nothing.')
  return value
}

/** A way to a server that can be cut and mended. */
export const cuttable = async (url: string) => {
  const to = new URL(url)
  const sockets = new Set<Socket>()
  const tries: number[] = []
  let open = true
  const server = createServer((near) => {
    tries.push(performance.now())
    near.on('error', () => undefined)
    if (!open) {
      near.destroy()
      return
    }
    const far = dial(Number(to.port), to.hostname)
    far.on('error', () => near.destroy())
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.once('close', () => {
        sockets.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far).pipe(near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const through = new URL(url)
  through.port = String(typeof address === 'object' ? address?.port : '')
  return {
    url: through.href,
    /** Connections that were asked for, cut ones too. */
    tries: () => tries.length,
    cut: () => {
      open = false
      sockets.forEach((socket) => socket.destroy())
    },
    mend: () => {
      open = true
    },
    close: async () => {
      sockets.forEach((socket) => socket.destroy())
      server.close()
      await once(server, 'close')
    },
  }
}

/** What a list is asked for: all clients by id, where it is not said otherwise. */
export const listRequest = (more: Partial<ClientListRequest>): ClientListRequest => ({
  tenantId: 'acme',
  keys: defaultMetadataKeys,
  except: 'own',
  claims: 'all',
  filters: {},
  order: { by: 'id', descending: false },
  after: null,
  limit: 100,
  ...more,
})
