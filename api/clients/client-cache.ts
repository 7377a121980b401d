import type { TenantConfiguration } from '../../adapters/config/configuration.ts'
import { pageSize } from '../../adapters/auth0/page-size.ts'
import { NoPlace, orNoPlace } from '../../adapters/auth0/pacer.ts'
import type { Asker } from '../../adapters/auth0/pacer.ts'
import type { ClientRecord } from '../../adapters/postgres/clients/client-record.ts'
import type { Clients } from '../../adapters/postgres/clients/clients.ts'
import type { Scans } from '../../adapters/postgres/clients/scans.ts'
import type { Log } from '../../adapters/log/log.ts'
import { verdictOf } from '../../domain/changes/verdict.ts'
import type { Reply } from '../../domain/changes/verdict.ts'
import { isGlobal, isKeptBeside } from '../../domain/clients/untouchable.ts'
import type { Auth0Client, ClientKey } from '../../domain/vocabulary.ts'
import type { KnownClients } from './known-clients.ts'
import { createAbsences } from './negative-cache.ts'
import type { Auth0Reads } from './auth0-reads.ts'
import { noSuchClient } from '../http/access.ts'
import { within } from '../http/deadline.ts'
import { notFound, unavailable } from '../http/problem.ts'
import type { Problem } from '../http/problem.ts'

type Failed = Extract<Reply<unknown>, { ok: false }>

interface Unanswered {
  readonly kind: 'unanswered'
  readonly retryAfterMs: number
}

type Asked =
  | { readonly kind: 'found'; readonly client: Auth0Client }
  | { readonly kind: 'absent' }
  | Unanswered
  /** The limit left no place for it: nobody waited any more, or too many did. */
  | { readonly kind: 'no-place'; readonly retryAfterMs: number }

/** A question to Auth0 that is under way, and who waits for its answer. */
interface Flight {
  readonly by: string
  readonly beganAt: number
  readonly answer: Promise<Asked>
  readonly abandon: () => void
  waiting: number
}

export const isStale = (tenant: TenantConfiguration, record: Pick<ClientRecord, 'ageMs'>): boolean =>
  record.ageMs > tenant.freshnessMs

/** Limits of what is read from Auth0 for requests. Times are milliseconds. */
export interface ReadSettings {
  /** How long a client that Auth0 does not have is not asked for again, and how many of them are remembered. */
  readonly absentMs: number
  readonly maximumAbsent: number
  /** How long a request waits for a read from Auth0, its turn in the tenant's rate budget included. */
  readonly readMs: number
  /** After a read that Auth0 did not answer: how long nobody reads from that tenant for a request's sake. */
  readonly quietMs: number
}

interface Knowing {
  readonly clients: Pick<Clients, 'load' | 'observe' | 'forget'>
  readonly auth0: Pick<Auth0Reads, 'get' | 'list'>
  /** Pages that were read for a request are kept as those of a scan are. */
  readonly scans: Pick<Scans, 'time' | 'keepPage'>
  readonly log: Pick<Log, 'warn'>
  readonly settings: ReadSettings
}

const now = (): number => performance.now()

export const createKnownClients = (deps: Knowing): KnownClients => {
  const { clients, settings } = deps
  const absent = createAbsences(settings.absentMs, settings.maximumAbsent, now)
  const flights = new Map<string, Flight>()
  const quietUntil = new Map<string, number>()

  /** What to do with an answer that says nothing: the tenant is not asked for requests for a while. */
  const quiet = (tenantId: string, reply: Failed): Unanswered => {
    const verdict = verdictOf(reply)
    const retryAfterMs = verdict.kind === 'again' ? verdict.afterMs : settings.quietMs
    quietUntil.set(tenantId, now() + retryAfterMs)
    deps.log.warn({ tenantId, status: reply.status, verdict: verdict.kind }, 'Auth0 could not be read for a request')
    return { kind: 'unanswered', retryAfterMs }
  }

  const quietFor = (tenantId: string): number => (quietUntil.get(tenantId) ?? 0) - now()

  /** @param known the row as it was before: what has been written since is not overwritten */
  const askAuth0 = async (key: ClientKey, known: ClientRecord | undefined, asker: Asker): Promise<Asked> => {
    const quietMs = quietFor(key.tenantId)
    if (quietMs > 0) return { kind: 'unanswered', retryAfterMs: quietMs }
    const reply = await deps.auth0.get(key, asker)
    const verdict = reply.ok ? null : verdictOf(reply)
    if (!reply.ok && !(verdict?.kind === 'terminal' && verdict.reason === 'vanished')) return quiet(key.tenantId, reply)
    if (!reply.ok || isGlobal(reply.body)) {
      absent.add(nameOf(key))
      if (known !== undefined) await clients.forget(key, known.revision)
      return { kind: 'absent' }
    }
    await clients.observe(key, reply.body, known)
    return { kind: 'found', client: reply.body }
  }

  const takeOff = (key: ClientKey, known: ClientRecord | undefined, by: string): Flight => {
    const name = nameOf(key)
    const nobodyWaits = new AbortController()
    const land = (): void => {
      if (flights.get(name) === flight) flights.delete(name)
    }
    const answer = askAuth0(key, known, { name: by, signal: nobodyWaits.signal })
      .catch((error: unknown): Asked => {
        if (error instanceof NoPlace) return { kind: 'no-place', retryAfterMs: error.retryAfterMs }
        throw error
      })
      .finally(land)
    const flight: Flight = {
      by,
      beganAt: now(),
      answer,
      waiting: 0,
      abandon: () => {
        land()
        nobodyWaits.abort()
      },
    }
    flights.set(name, flight)
    return flight
  }

  /**
   * One question at a time for each client, whoever asks; nobody waits for it longer than a request should. Once nobody
   * waits, its place in the tenant's budget is given up.
   *
   * @param since with it, a question that began before does not do: the next one is for all who came meanwhile
   */
  const ask = async (
    key: ClientKey,
    before: ClientRecord | undefined,
    asker: Asker,
    since = -Infinity,
  ): Promise<Asked> => {
    const end = now() + settings.readMs
    for (let known = before; ; known = await clients.load(key)) {
      const flight = flights.get(nameOf(key)) ?? takeOff(key, known, asker.name)
      flight.waiting += 1
      try {
        const late: Asked = { kind: 'unanswered', retryAfterMs: settings.quietMs }
        const asked = await within(end - now(), flight.answer, late, asker.signal)
        if (asked === late) return late
        // Another's question was refused for all that the other asks: this one has a place of its own.
        const isOurs = asked.kind !== 'no-place' || flight.by === asker.name
        if (isOurs && flight.beganAt >= since) return asked
      } finally {
        flight.waiting -= 1
        if (flight.waiting === 0) flight.abandon()
      }
    }
  }

  const readThrough = async (
    key: ClientKey,
    known: ClientRecord | undefined,
    asker: Asker | null,
  ): Promise<ClientRecord> => {
    if (absent.has(nameOf(key))) throw noSuchClient()
    const asked = asker === null ? unasked : await ask(key, known, asker)
    if (asked.kind === 'no-place')
      throw unavailable(
        "Nexus does not know this client yet, and the tenant's rate limit leaves no place to ask Auth0 for it now.",
        asked.retryAfterMs,
      )
    if (asked.kind === 'unanswered')
      throw unavailable('Nexus does not know this client yet, and Auth0 cannot be asked now.', asked.retryAfterMs)
    if (asked.kind === 'absent') throw noSuchClient()
    const record = await clients.load(key)
    if (record === undefined || record.vanished) throw noSuchClient()
    return record
  }

  return {
    find: async (tenant, clientId, asker, counting) => {
      // Nexus' own credential: an owner of it could take its callbacks, and with them the tenant.
      if (clientId === tenant.credential.clientId) throw noSuchClient()
      const key: ClientKey = { tenantId: tenant.id, clientId }
      const record = await clients.load(key, counting)
      if (record === undefined || record.vanished) return readThrough(key, record, asker)
      if (isGlobal(record.observed)) throw noSuchClient()
      return record
    },

    refresh: async (tenant, record, asker) => {
      // A held tenant's credential is ill: nothing is asked but the worker's probe.
      if (!isStale(tenant, record) || record.blockedBy === 'tenant-held') return record
      const { key } = record
      const asked = await ask(key, record, asker)
      if (asked.kind === 'unanswered' || asked.kind === 'no-place') return record
      if (asked.kind === 'absent') throw noSuchClient()
      return (await clients.load(key)) ?? record
    },

    readSince: async (tenant, record, asker, since) => {
      if (record.blockedBy === 'tenant-held') throw notRead(settings.quietMs)
      const asked = await ask({ tenantId: tenant.id, clientId: record.key.clientId }, record, asker, since)
      if (asked.kind === 'found') return asked.client
      if (asked.kind === 'absent') throw notFound('There is no such client in this tenant: it has vanished from Auth0.')
      throw notRead(asked.retryAfterMs)
    },

    readPages: async ({ id: tenantId, credential, metadataKeys }, wanted, asker) => {
      const found = new Map<string, Auth0Client>()
      const sought = [...wanted].filter((clientId) => !absent.has(nameOf({ tenantId, clientId })))
      let from: string | undefined
      while (found.size < sought.length) {
        const quietMs = quietFor(tenantId)
        if (quietMs > 0) return { found, retryAfterMs: quietMs }
        const askedAt = await deps.scans.time()
        const signal = AbortSignal.any([asker.signal, AbortSignal.timeout(settings.readMs)])
        const reading = orNoPlace(deps.auth0.list(tenantId, from, pageSize, { name: asker.name, signal }))
        const reply = await within(settings.readMs, reading, undefined, signal)
        if (reply === undefined) return { found, retryAfterMs: settings.quietMs }
        if (!reply.ok) return { found, retryAfterMs: quiet(tenantId, reply).retryAfterMs }
        const page = reply.body.clients.filter(isKeptBeside(credential.clientId))
        await deps.scans.keepPage(tenantId, askedAt, page, metadataKeys)
        for (const { clientId, client } of page) if (wanted.has(clientId)) found.set(clientId, client)
        from = reply.body.next
        if (from === undefined) break
      }
      for (const clientId of sought) if (!found.has(clientId)) absent.add(nameOf({ tenantId, clientId }))
      return { found, retryAfterMs: null }
    },
  }
}

/** After how long to try again where nothing says when Auth0 can be read. */
export const soonMs = 1000

const unasked: Asked = { kind: 'unanswered', retryAfterMs: soonMs }

/** Something is to be decided on a reading, which is not to be had. */
export const notRead = (retryAfterMs = soonMs): Problem =>
  unavailable(
    'This is decided on what Auth0 has now, and Auth0 cannot be read at the moment. Nothing was stored.',
    retryAfterMs,
  )

const nameOf = (key: ClientKey): string => `${key.tenantId}/${key.clientId}`
