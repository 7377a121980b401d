import pLimit from 'p-limit'
import { pageSize } from '../../adapters/auth0/page-size.ts'
import type { Clients, AccessRecord } from '../../adapters/postgres/clients/clients.ts'
import type { Tenants } from '../../adapters/postgres/tenants/tenants.ts'
import { probeEveryMs } from '../../domain/changes/clock.ts'
import { accessFields } from '../../domain/clients/desired.ts'
import { needsReading, readingCouldLetIn } from '../../domain/clients/rights.ts'
import { ClientId } from '../../domain/vocabulary.ts'
import type { Auth0Client, Values } from '../../domain/vocabulary.ts'
import { askerOf } from '../http/access.ts'
import { isStale, soonMs } from '../clients/client-cache.ts'
import type { KnownClients, PagesRead } from '../clients/known-clients.ts'
import type { Changing } from './accept-patch.ts'
import { forbidden, notFound, Problem, unavailable } from '../http/problem.ts'
import { decisionOn } from '../clients/access.ts'
import { patchOf } from '../patches/parse-list.ts'
import type { ListedPatch } from '../patches/parse-list.ts'

/** What is asked of many clients at once, and of their tenant. */
export interface Surveying {
  readonly clients: Pick<Clients, 'accessRecords'>
  readonly health: Pick<Tenants, 'health'>
}

/** One request for many clients, parsed as far as all of them have in common. */
export interface PatchListRequest extends Pick<Changing, 'tenant' | 'caller' | 'since' | 'gone'> {
  readonly elements: readonly ListedPatch[]
}

/** What is known of the clients of a list before each is decided on. */
export interface Survey {
  /** Why none of them can be changed by the caller; null where one may be. */
  readonly refusal: Problem | null
  /** Clients of which Auth0 has been asked, as far as it is going to be asked for this request; with what it had. */
  readonly asked: ReadonlyMap<string, Auth0Client | undefined>
}

/** Readings of single clients for one list: where more are due, pages are read instead. */
const maximumSingle = 10
/** Pages for one list where nobody is known to have a right to any of what is looked for. */
const maximumPages = 50

type Due = 'unknown' | 'may be let in' | 'rests on an observation'

/**
 * Looks at all clients of a list at once: in one query, and where that is not enough by few readings. A hundred clients
 * that have to be read are one page of Auth0's list, and for a caller whom no reading could let in nothing is read.
 */
export const surveyOf = async (
  deps: Surveying,
  known: KnownClients,
  list: PatchListRequest,
  elements: readonly ListedPatch[],
): Promise<Survey> => {
  const { tenant } = list
  const ids = elements.map(({ id }) => id).filter((id) => ClientId.safeParse(id).success)
  const before = await deps.clients.accessRecords(tenant.id, ids)
  const due = new Map<string, Due>()
  for (const element of elements) {
    const why = dueOf(list, element, before.get(element.id))
    if (why !== undefined) due.set(element.id, why)
  }
  if (due.size === 0) return { refusal: refusalOf(list, elements, before, null), asked: new Map() }
  const { asked, retryAfterMs } = await (due.size > maximumSingle ? readMany : readSingly)(deps, known, list, due)
  return { refusal: refusalOf(list, elements, await deps.clients.accessRecords(tenant.id, ids), retryAfterMs), asked }
}

interface Readings extends Pick<Survey, 'asked'> {
  /** After how long to try again, in milliseconds, where Auth0 could not be asked whether a client is there; else null. */
  readonly retryAfterMs: number | null
}

/** Why Auth0 has to be read for an element; undefined where it has not. */
const dueOf = (
  { tenant, caller }: PatchListRequest,
  { id, patch, problem }: ListedPatch,
  record: AccessRecord | undefined,
): Due | undefined => {
  if (!ClientId.safeParse(id).success || id === tenant.credential.clientId) return undefined
  if (record === undefined || record.vanished) return 'unknown'
  if (!decisionOn(tenant, caller, 'write', record).allowed)
    return isStale(tenant, record) && readingCouldLetIn(caller, record) ? 'may be let in' : undefined
  const wished = { values: accessValuesIn(patch, problem), changesNothing: false }
  return needsReading(wished, caller, record, tenant.metadataKeys) ? 'rests on an observation' : undefined
}

/** What a patch names of who may reach the client. It is a text, of which most need not be read for that. */
const accessValuesIn = (patch: string, problem: string | null): Values =>
  problem === null && accessFields.some((path) => patch.includes(path)) ? patchOf(patch).values : {}

/**
 * Meets clients that nobody has met, and looks again at those that may have let the caller in. What a right rests on is
 * read when it is decided on.
 */
const readSingly: typeof readMany = async (_deps, known, { tenant, caller, gone }, due) => {
  const asker = askerOf(caller, 'write', gone)
  const asked = new Map<string, undefined>()
  let retryAfterMs: number | null = null
  await eachOf([...due], async ([clientId, why]) => {
    if (why === 'rests on an observation') return
    try {
      const record = await known.find(tenant, clientId, asker)
      if (why === 'unknown') return
      asked.set(clientId, undefined)
      await known.refresh(tenant, record, asker)
    } catch (error) {
      // It is said of the one client, when that is decided on.
      if (!(error instanceof Problem)) throw error
      if (error.code === 'unavailable') retryAfterMs = soonMs
    }
  })
  return { asked, retryAfterMs }
}

/** Reads by pages, unless that is more than anybody could be owed. */
const readMany = async (
  deps: Surveying,
  known: KnownClients,
  { tenant, caller, gone }: PatchListRequest,
  due: ReadonlyMap<string, Due>,
): Promise<Readings> => {
  const health = await deps.health.health(tenant.id)
  const pages = Math.ceil(((health?.clients ?? 0) + 1) / pageSize)
  const owed = [...due].filter(([, why]) => why === 'rests on an observation').map(([id]) => id)
  // A few that the caller has a right to, in a large tenant: their own readings are fewer, and made as each is decided on.
  const wanted = pages <= maximumPages ? new Set(due.keys()) : new Set(owed.length > pages ? owed : [])
  const isHeld = (health?.heldAt ?? null) !== null
  const { found, retryAfterMs } = isHeld
    ? unread
    : await known.readPages(tenant, wanted, askerOf(caller, 'write', gone))
  const single = new Set(owed.filter((id) => !wanted.has(id)))
  const asked = new Map([...due.keys()].filter((id) => !single.has(id)).map((id) => [id, found.get(id)]))
  const isUnknownUnread = [...due].some(([id, why]) => why === 'unknown' && wanted.has(id) && !found.has(id))
  return { asked, retryAfterMs: isUnknownUnread ? retryAfterMs : null }
}

/** Of a tenant whose credential is ill nothing is read but the worker's probe. */
const unread: PagesRead = { found: new Map(), retryAfterMs: probeEveryMs }

const refusalOf = (
  { tenant, caller }: PatchListRequest,
  elements: readonly ListedPatch[],
  records: ReadonlyMap<string, AccessRecord>,
  retryAfterMs: number | null,
): Problem | null => {
  const decisions = elements.flatMap(({ id }) => {
    const record = records.get(id)
    return record === undefined || record.vanished ? [] : [decisionOn(tenant, caller, 'write', record)]
  })
  if (decisions.some(({ allowed }) => allowed)) return null
  if (retryAfterMs !== null)
    return unavailable(
      'Nothing was done: Nexus does not know some of these clients yet, and Auth0 cannot be asked for them now.',
      retryAfterMs,
    )
  const denied = decisions.find((decision) => !decision.allowed)
  const those = `none of these ${elements.length} clients`
  return denied?.allowed === false
    ? forbidden(`Nothing was done: the caller may change ${those}. ${denied.detail}`, denied.needs)
    : notFound(`Nothing was done: ${those} is in this tenant.`)
}

/** How an element is to be decided on, after the survey. */
export const askedOf = ({ asked }: Survey, id: string): Pick<Changing, 'asked'> =>
  asked.has(id) ? { asked: { reading: asked.get(id) } } : {}

/** Worked on at the same time: a request must not keep every connection of the pool. */
const atOnce = 8

/** Works on a few at a time; once one has thrown, no further one is begun. */
export const eachOf = async <T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> => {
  const limit = pLimit(atOnce)
  try {
    await limit.map(items, work)
  } finally {
    limit.clearQueue()
  }
}
