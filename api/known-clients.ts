import type { TenantConfiguration } from '../adapters/config/configuration.ts'
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
  readonly find: (tenant: TenantConfiguration, clientId: string) => Promise<ClientRecord>
  /**
   * The same with an observation younger than the tenant's freshness. Where Auth0 cannot be asked, the record comes
   * back as it was: who needs to know compares its age.
   *
   * @throws Problem 404 where Auth0 no longer has it
   */
  readonly refresh: (tenant: TenantConfiguration, record: ClientRecord) => Promise<ClientRecord>
}

type Asked =
  | { readonly kind: 'found'; readonly client: Auth0Client }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unanswered'; readonly retryAfterMs: number }

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
  const flights = new Map<string, Promise<Asked>>()
  const quietUntil = new Map<string, number>()

  const askAuth0 = async (key: ClientKey): Promise<Asked> => {
    const quietMs = (quietUntil.get(key.tenantId) ?? 0) - now()
    if (quietMs > 0) return { kind: 'unanswered', retryAfterMs: quietMs }
    const reply = await deps.auth0.get(key)
    if (reply.ok) return isGlobal(reply.body) ? { kind: 'absent' } : { kind: 'found', client: reply.body }
    const verdict = verdictOf(reply)
    if (verdict.kind === 'terminal' && verdict.reason === 'vanished') return { kind: 'absent' }
    const retryAfterMs = verdict.kind === 'again' ? verdict.afterMs : settings.quietMs
    quietUntil.set(key.tenantId, now() + retryAfterMs)
    deps.log.warn({ ...key, status: reply.status, verdict: verdict.kind }, 'Auth0 could not be read for a request')
    return { kind: 'unanswered', retryAfterMs }
  }

  /** One question at a time for each client, whoever asks; nobody waits for it longer than a request should. */
  const ask = (key: ClientKey): Promise<Asked> => {
    const name = nameOf(key)
    const flight = flights.get(name) ?? askAuth0(key).finally(() => flights.delete(name))
    flights.set(name, flight)
    return within(settings.readMs, flight, { kind: 'unanswered', retryAfterMs: settings.quietMs })
  }

  const readThrough = async (key: ClientKey, known: ClientRecord | undefined): Promise<ClientRecord> => {
    const name = nameOf(key)
    if (absent.has(name)) throw noSuchClient()
    const asked = await ask(key)
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
    find: async (tenant, clientId) => {
      // Nexus' own credential: an owner of it could take its callbacks, and with them the tenant.
      if (clientId === tenant.credential.clientId) throw noSuchClient()
      const key: ClientKey = { tenantId: tenant.id, clientId }
      const record = await clients.load(key)
      if (record === undefined || record.vanished) return readThrough(key, record)
      if (isGlobal(record.observed)) throw noSuchClient()
      return record
    },

    refresh: async (tenant, record) => {
      // A held tenant's credential is ill: nothing is asked but the worker's probe.
      if (!isStale(tenant, record) || record.standstill === 'tenant-held') return record
      const { key } = record
      const asked = await ask(key)
      if (asked.kind === 'unanswered') return record
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

/** What `work` comes to, or `otherwise` when that takes longer than `ms`. */
export const within = async <T>(ms: number, work: Promise<T>, otherwise: T): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(resolve, ms, otherwise)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
