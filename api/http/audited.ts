import { isIP, isIPv4 } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { createAuditDraft } from '../../adapters/postgres/audit-draft.ts'
import type { AuditDraft } from '../../adapters/postgres/audit-draft.ts'
import { acceptedEntry, AuditUnavailable } from '../../adapters/postgres/audit.ts'
import type { Audit } from '../../adapters/postgres/audit.ts'
import type { Log } from '../../adapters/log/log.ts'
import type { Strangers } from '../../adapters/postgres/strangers.ts'
import { isAcceptanceRecorded, isRefusalRecorded, isStrangerCounted } from '../../domain/access/audit.ts'
import type { AuditAction, AuditEntry } from '../../domain/access/audit.ts'
import { RegisteredName } from '../../domain/access/registered.ts'
import { isUuid } from '../../domain/texts/kept.ts'
import { ClientId, StateName, TenantId } from '../../domain/vocabulary.ts'
import { problemOf } from './problem-of.ts'
import { unavailable } from './problem.ts'

/** Which parameter of an address says what it is about, and what of it is fit to be kept. */
const targets: readonly { readonly name: string; readonly fits: (value: string) => boolean }[] = [
  { name: 'clientId', fits: (value) => ClientId.safeParse(value).success },
  { name: 'changeId', fits: isUuid },
  { name: 'state', fits: (value) => StateName.safeParse(value).success },
  { name: 'name', fits: (value) => RegisteredName.safeParse(value).success },
]

/** Begins the record of a request: what its address tells. Who asks is noted where they are let in. */
export const auditDraftOf = (
  action: AuditAction,
  request: Pick<FastifyRequest, 'ip' | 'id'>,
  params: Readonly<Record<string, string>>,
): AuditDraft => {
  const tenantId = TenantId.safeParse(params['tenantId'])
  const target = targets
    .map(({ name, fits }) => ({ value: params[name], fits }))
    .find(({ value }) => value !== undefined)
  return createAuditDraft({
    action,
    tenantId: tenantId.success ? tenantId.data : null,
    actor: null,
    address: networkAddress(request.ip),
    requestId: request.id,
    target: target?.value !== undefined && target.fits(target.value) ? target.value : null,
    changeId: null,
  })
}

/** An address as the database takes it: without a zone, and IPv4 as itself; null for what is none. */
const networkAddress = (given: string): string | null => {
  const [address = ''] = given.split('%', 1)
  const mapped = /^::ffff:/i.test(address) ? address.slice('::ffff:'.length) : ''
  if (isIPv4(mapped)) return mapped
  return isIP(address) === 0 ? null : address
}

/** Where a decision is recorded; the log has it where that fails. */
export interface Storing {
  readonly audit: Pick<Audit, 'store'>
  readonly log: Pick<Log, 'error'>
}

/** The same, with a count of requests without valid credentials. */
export interface Recording extends Storing {
  readonly strangers: Pick<Strangers, 'count'>
}

/** Stores an entry before what it says is answered. @throws Problem 503 instead of an answer that could not be recorded */
export const storeEntry = async ({ audit, log }: Storing, entry: AuditEntry): Promise<void> => {
  try {
    await audit.store(entry)
  } catch (error) {
    // The log is not the audit, but it is better than nothing.
    log.error(
      { ...entry, cause: error instanceof AuditUnavailable ? String(error.cause) : '' },
      'a decision could not be recorded',
    )
    throw unavailable('The decision could not be recorded, so none was made.', 5000)
  }
}

/**
 * Answers a request whose decision is recorded. What changes something stores its record in the transaction that does
 * it; what is only given out, or refused, is recorded here before it is answered. Who could not be recognised is counted.
 *
 * @throws Problem 503 instead of an answer that could not be recorded: nothing was done then, and nothing is told
 */
export const answerRecorded = async <T>(
  { audit, strangers, log }: Recording,
  record: AuditDraft,
  answer: () => Promise<T>,
): Promise<T> => {
  const store: Audit['store'] = (entry) => storeEntry({ audit, log }, entry)
  let answered: T
  try {
    answered = await answer()
  } catch (error) {
    const { status, code, missing } = problemOf(error)
    const facts = record.facts()
    if (facts.actor === null) {
      if (isStrangerCounted(facts.action, status)) strangers.count(facts.address, code)
      throw error
    }
    // What was accepted stays so, whatever came after it.
    if (!record.isStored() && isRefusalRecorded(facts.action, status))
      await store({ ...facts, changeId: null, outcome: 'refused', reason: code, missing })
    throw error
  }
  if (!record.isStored() && isAcceptanceRecorded(record.facts().action)) await store(acceptedEntry(record.facts()))
  return answered
}
