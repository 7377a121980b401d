import type { TenantConfiguration } from '../adapters/config/configuration.ts'
import { NoPlace } from '../adapters/postgres/pacer.ts'
import type { Asker } from '../adapters/postgres/pacer.ts'
import type { ClientRecord } from '../adapters/postgres/records.ts'
import { verdictOf } from '../domain/verdict.ts'
import type { Auth0Client, ClientKey } from '../domain/vocabulary.ts'
import { createAbsences } from './absences.ts'
import type { ApiDeps } from './dependencies.ts'
import { noSuchClient } from './gate.ts'
import { unavailable } from './problem.ts'

/** The clients as the API sees them: from the database, and from Auth0 where that is not enough. */
export interface KnownClients {
  /**
   * A client's row, however old. One that Nexus does not know yet is read from Auth0.
   *
   * @throws Problem 404 where there is none, or one that Nexus must not touch; 503 where Auth0 cannot be asked
   */
  readonly find: (tenant: TenantConfiguration, clientId: string, asker: Asker) => Promise<ClientRecord>
  /**
   * The same with an observation younger than the tenant's freshness. Where Auth0 cannot be asked, the record comes
   * back as it was: who needs to know compares its age.
   *
   * @throws Problem 404 where Auth0 no longer has it
   */
  readonly refresh: (tenant: TenantConfiguration, record: ClientRecord, asker: Asker) => Promise<ClientRecord>
}

type Asked =
  | { readonly kind: 'found'; readonly client: Auth0Client }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unanswered'; readonly retryAfterMs: number }
  /** The limit left no place for it: nobody waited any more, or too many did. */
  | { readonly kind: 'no-place'; readonly retryAfterMs: number }

/** A question to Auth0 that is under way, and who waits for its answer. */
interface Flight {
  readonly by: string
  readonly answer: Promise<Asked>
  readonly abandon: () => void
  waiting: number
}

export const isStale = (tenant: TenantConfiguration, record: Pick<ClientRecord, 'ageMs'>): boolean =>
  record.ageMs > tenant.freshnessMs

/** "All Applications": a PATCH of it would change the tenant's login page. */
const isGlobal = (client: Auth0Client): boolean => client['global'] === true

export const createKnownClients = (
  deps: Pick<ApiDeps, 'clients' | 'auth0' | 'log' | 'settings'>,
  now: () => number = () => performance.now(),
): KnownClients => {
  const { clients, settings } = deps
  const absent = createAbsences(settings.absentMs, settings.maximumAbsent, now)
  const flights = new Map<string, Flight>()
  const quietUntil = new Map<string, number>()

  const askAuth0 = async (key: ClientKey, asker: Asker): Promise<Asked> => {
    const quietMs = (quietUntil.get(key.tenantId) ?? 0) - now()
    if (quietMs > 0) return { kind: 'unanswered', retryAfterMs: quietMs }
    const reply = await deps.auth0.get(key, asker)
    if (reply.ok) return isGlobal(reply.body) ? { kind: 'absent' } : { kind: 'found', client: reply.body }
    const verdict = verdictOf(reply)
    if (verdict.kind === 'terminal' && verdict.reason === 'vanished') return { kind: 'absent' }
    const retryAfterMs = verdict.kind === 'again' ? verdict.afterMs : settings.quietMs
    quietUntil.set(key.tenantId, now() + retryAfterMs)
    deps.log.warn({ ...key, status: reply.status, verdict: verdict.kind }, 'Auth0 could not be read for a request')
    return { kind: 'unanswered', retryAfterMs }
  }

  const takeOff = (key: ClientKey, by: string): Flight => {
    const name = nameOf(key)
    const nobodyWaits = new AbortController()
    const land = (): void => {
      if (flights.get(name) === flight) flights.delete(name)
    }
    const answer = askAuth0(key, { name: by, signal: nobodyWaits.signal })
      .catch((error: unknown): Asked => {
        if (error instanceof NoPlace) return { kind: 'no-place', retryAfterMs: error.retryAfterMs }
        throw error
      })
      .finally(land)
    const flight: Flight = {
      by,
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
   */
  const ask = async (key: ClientKey, asker: Asker): Promise<Asked> => {
    for (;;) {
      const flight = flights.get(nameOf(key)) ?? takeOff(key, asker.name)
      flight.waiting += 1
      try {
        const late: Asked = { kind: 'unanswered', retryAfterMs: settings.quietMs }
        const asked = await within(settings.readMs, flight.answer, late, asker.signal)
        // Another's question was refused for all that the other asks: this one has a place of its own.
        if (asked.kind !== 'no-place' || flight.by === asker.name) return asked
      } finally {
        flight.waiting -= 1
        if (flight.waiting === 0) flight.abandon()
      }
    }
  }

  const readThrough = async (key: ClientKey, known: ClientRecord | undefined, asker: Asker): Promise<ClientRecord> => {
    const name = nameOf(key)
    if (absent.has(name)) throw noSuchClient()
    const asked = await ask(key, asker)
    if (asked.kind === 'no-place')
      throw unavailable(
        "Nexus does not know this client yet, and the tenant's rate limit leaves no place to ask Auth0 for it now.",
        asked.retryAfterMs,
      )
    if (asked.kind === 'unanswered')
      throw unavailable('Nexus does not know this client yet, and Auth0 cannot be asked now.', asked.retryAfterMs)
    if (asked.kind === 'absent') {
      absent.add(name)
      throw noSuchClient()
    }
    await clients.observe(key, asked.client, known)
    const record = await clients.load(key)
    if (record === undefined || record.vanished) throw noSuchClient()
    return record
  }

  return {
    find: async (tenant, clientId, asker) => {
      // Nexus' own credential: an owner of it could take its callbacks, and with them the tenant.
      if (clientId === tenant.credential.clientId) throw noSuchClient()
      const key: ClientKey = { tenantId: tenant.id, clientId }
      const record = await clients.load(key)
      if (record === undefined || record.vanished) return readThrough(key, record, asker)
      if (isGlobal(record.observed)) throw noSuchClient()
      return record
    },

    refresh: async (tenant, record, asker) => {
      // A held tenant's credential is ill: nothing is asked but the worker's probe.
      if (!isStale(tenant, record) || record.standstill === 'tenant-held') return record
      const { key } = record
      const asked = await ask(key, asker)
      if (asked.kind === 'unanswered' || asked.kind === 'no-place') return record
      if (asked.kind === 'absent') {
        absent.add(nameOf(key))
        await clients.forget(key, record.revision)
        throw noSuchClient()
      }
      await clients.observe(key, asked.client, record)
      return (await clients.load(key)) ?? record
    },
  }
}

const nameOf = (key: ClientKey): string => `${key.tenantId}/${key.clientId}`

/** What `work` comes to, or `otherwise` when that takes longer than `ms`, or nobody waits for it any more. */
export const within = async <T>(ms: number, work: Promise<T>, otherwise: T, gone?: AbortSignal): Promise<T> => {
  let give: (() => void) | undefined
  const late = new Promise<T>((resolve) => {
    give = () => resolve(otherwise)
  })
  const timer = setTimeout(() => give?.(), ms)
  const leave = (): void => give?.()
  if (gone?.aborted === true) leave()
  gone?.addEventListener('abort', leave, { once: true })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
    gone?.removeEventListener('abort', leave)
  }
}
