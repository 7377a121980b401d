import { OutcomeUnknown } from '../../adapters/postgres/changes/accept.ts'
import { createAuditDraft } from '../../adapters/postgres/audit-draft.ts'
import { authorOf } from '../../adapters/postgres/changes/changes.ts'
import { isUnavailable } from '../../adapters/postgres/servers/sqlstate.ts'
import { ClaimLost } from '../../adapters/postgres/changes/idempotency.ts'
import type { Claim } from '../../adapters/postgres/changes/idempotency.ts'
import type { Operations } from '../../adapters/postgres/changes/operations.ts'
import type { Log } from '../../adapters/log/log.ts'
import type { Notifications } from '../../adapters/postgres/database/notifications.ts'
import { gathered, recordedOneByOne } from '../../domain/access/audit.ts'
import type { AuditEntry } from '../../domain/access/audit.ts'
import { ClientId } from '../../domain/vocabulary.ts'
import { wake } from '../clients/wake.ts'
import type { Waking } from '../clients/wake.ts'
import { answerOperation, operationAgain } from './answer-operation.ts'
import type { AnsweringOperations } from './answer-operation.ts'
import { headerText } from '../http/request.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import type { ApiResponse, ApiRequest } from '../http/request.ts'
import { noSuchClient, tenantOf } from '../http/access.ts'
import type { TenantsById } from '../http/access.ts'
import { withIdempotencyKey } from '../http/idempotency.ts'
import type { ClaimSettings, Repeating } from '../http/idempotency.ts'
import { keepAnswer, keepProblem, problemIn } from '../http/stored-answer.ts'
import type { KnownClients, KnowsClients } from '../clients/known-clients.ts'
import { patchKindOf } from '../http/media-type.ts'
import { operationLink } from './operation-view.ts'
import { acceptPatch } from './accept-patch.ts'
import type { Accepting } from './accept-patch.ts'
import type { PollSettings } from './outcome.ts'
import { refuseParameters } from '../http/query.ts'
import { waitPreferenceOf } from '../http/prefer.ts'
import type { WaitSettings } from '../http/prefer.ts'
import { loggable, problemOf } from '../http/problem-of.ts'
import { Problem, unavailable } from '../http/problem.ts'
import { answerRecorded, storeEntry } from '../http/audited.ts'
import type { Recording, Storing } from '../http/audited.ts'
import { askedOf, eachOf, surveyOf } from './survey.ts'
import type { PatchListRequest, Survey, Surveying } from './survey.ts'
import { patchOf } from '../patches/parse-list.ts'
import type { ListedPatch, PatchBodies } from '../patches/parse-list.ts'

export interface ListSettings {
  /** The largest list of changes, how many of them it may hold, and how long deciding on all of them may take. */
  readonly listLimitBytes: number
  readonly maximumElements: number
  /** Milliseconds. */
  readonly decideMs: number
}

/** What decides on one element. */
type DecidingOne = Accepting &
  Recording &
  Waking & { readonly operations: Pick<Operations, 'decide'>; readonly log: Pick<Log, 'error'> }

/** What decides on all elements of a list. */
type DecidingAll = DecidingOne &
  Surveying & { readonly operations: Pick<Operations, 'find'>; readonly settings: Pick<ListSettings, 'decideMs'> }

/** What waits for the changes of an operation. */
interface AwaitingOperation {
  readonly operations: Pick<Operations, 'waiting'>
  readonly notifications: Pick<Notifications, 'wait'>
  readonly settings: PollSettings
}

type PatchingMany = TenantsById &
  Repeating &
  DecidingAll &
  AwaitingOperation &
  AnsweringOperations & {
    readonly operations: Pick<Operations, 'open'>
    readonly bodies: Pick<PatchBodies, 'list'>
    readonly settings: ClaimSettings & WaitSettings & ListSettings
  }

/**
 * PATCH /v1/tenants/{tenantId}/clients: a list of `{id, patch}`. Each is authorised, validated and accepted like a PATCH
 * of its own, whatever becomes of the others.
 */
export const patchClients =
  (deps: PatchingMany & KnowsClients) =>
  async (request: ApiRequest, caller: Caller): Promise<ApiResponse> => {
    const { known, settings } = deps
    const kind = patchKindOf(
      headerText(request.headers['content-type']),
      headerText(request.headers['content-encoding']),
    )
    const body = await request.readBody(settings.listLimitBytes)
    const elements = await deps.bodies.list(kind, body, settings.maximumElements)
    refuseParameters(request.query)
    refuseIfMatch(request)
    const tenant = tenantOf(deps, request)
    const waitPreference = waitPreferenceOf(headerText(request.headers['prefer']), settings)
    const claimTtlMs = settings.claimMs + settings.decideMs + waitPreference.ms
    const what = ['PATCH', kind]
    const list: PatchListRequest = { tenant, caller, since: request.arrivedAt, gone: request.gone, elements }
    const again = operationAgain(deps, tenant, caller, (id) => decideAll(deps, known, request, list, id, undefined))
    return withIdempotencyKey(
      deps,
      request,
      { tenantId: tenant.id, caller, what, body, claimTtlMs, again },
      async (claim) => {
        const { id, survey } = await openOperation(deps, known, request, list, claim)
        const moving = await decideAll(deps, known, request, list, id, survey)
        const enough = AbortSignal.any([request.gone, request.closing])
        await waitFor(deps, id, moving ? waitPreference.ms : 0, enough)
        const applied = waitPreference.applied === null ? {} : { 'preference-applied': waitPreference.applied }
        return answerOperation(deps, tenant, caller, id, applied)
      },
    )
  }

/** Which client of the list a tag would be about, nobody could say. @throws Problem 400 */
const refuseIfMatch = (request: ApiRequest): void => {
  if (request.headers['if-match'] !== undefined)
    throw new Problem('malformed', 'A list of changes takes no If-Match; send that client a PATCH of its own.')
}

/**
 * A former attempt at the same request has opened it already, and perhaps decided some: it goes on with that.
 *
 * @throws Problem 403, 404 for a list of some length of which the caller may not change one: nothing is kept of it then
 */
const openOperation = async (
  deps: Surveying & { readonly operations: Pick<Operations, 'open'> },
  known: KnownClients,
  request: ApiRequest,
  list: PatchListRequest,
  claim: Claim | undefined,
): Promise<{ readonly id: string; readonly survey: Survey | undefined }> => {
  if (claim?.operationId) return { id: claim.operationId, survey: undefined }
  const survey = await surveyOf(deps, known, list, list.elements)
  if (survey.refusal !== null && list.elements.length > recordedOneByOne) {
    request.audit.note({ count: list.elements.length })
    throw survey.refusal
  }
  const ids = list.elements.map(({ id }) => id)
  return { id: await deps.operations.open(list.tenant.id, authorOf(list.caller), ids, claim), survey }
}

/**
 * Decides on every element that is undecided.
 *
 * @param surveyed what is known of its clients; undefined where nobody has looked yet
 * @returns whether all that was accepted can be expected to settle: nothing of it is paused or held
 * @throws Problem 503 when the storage went away meanwhile; what was decided stays
 */
const decideAll = async (
  deps: DecidingAll,
  known: KnownClients,
  request: ApiRequest,
  list: PatchListRequest,
  operationId: string,
  surveyed: Survey | undefined,
): Promise<boolean> => {
  const { id: tenantId } = list.tenant
  const operation = await deps.operations.find(tenantId, operationId)
  const undecided = list.elements
    .map((element, place) => ({ element, place }))
    .filter(({ place }) => operation?.elements[place]?.change === null && operation.elements[place]?.answer === null)
  if (undecided.length === 0) return true
  const elements = undecided.map(({ element }) => element)
  const survey = surveyed ?? (await surveyOf(deps, known, list, elements))
  const enough = AbortSignal.any([request.closing, AbortSignal.timeout(deps.settings.decideMs)])
  const refused: AuditEntry[] = []
  let moving = true
  try {
    await eachOf(undecided, async ({ element, place }) => {
      const deciding = { request, list, survey, refused, enough, operationId }
      if (await decide(deps, known, deciding, element, place)) moving = false
    })
  } catch (error) {
    if (!isStorageLost(error)) throw error
    await recordRefusals(deps, refused).catch(() => undefined)
    const self = operationLink(tenantId, operationId)
    throw unavailable(`The storage went away meanwhile. What was accepted stays: GET ${self} tells.`, 5000)
  }
  await recordRefusals(deps, refused)
  return moving
}

/** What all elements of a list are decided with. */
interface Deciding {
  readonly request: ApiRequest
  readonly list: PatchListRequest
  readonly survey: Survey
  /** Where an element leaves the record of what was not accepted: they are stored together. */
  readonly refused: AuditEntry[]
  readonly enough: AbortSignal
  readonly operationId: string
}

/** @throws Problem 503 where they could not be recorded */
const recordRefusals = async (deps: Storing, refused: readonly AuditEntry[]): Promise<void> => {
  for (const entry of gathered(refused)) await storeEntry(deps, entry)
}

/**
 * Decides on one element, as a PATCH of its own would be.
 *
 * @returns whether it was accepted and will not be sent for now
 */
const decide = async (
  deps: DecidingOne,
  known: KnownClients,
  { request, list, survey, refused, enough, operationId }: Deciding,
  { id, patch, problem }: ListedPatch,
  place: number,
): Promise<boolean> => {
  const { tenant, caller, since } = list
  try {
    if (enough.aborted) throw unavailable('There was no time left for this one; nothing was done. Send it again.', 1000)
    const isId = ClientId.safeParse(id).success
    const audit = createAuditDraft({ ...request.audit.facts(), action: 'client.patch', target: isId ? id : null })
    const kept = { ...deps, audit: { store: async (entry: AuditEntry) => void refused.push(entry) } }
    const accepted = await answerRecorded(kept, audit, () => {
      if (!isId) throw noSuchClient()
      if (problem !== null) throw problemIn(problem)
      const asked = askedOf(survey, id)
      const wanted = { tenant, caller, since, gone: enough, patch: patchOf(patch), ifMatch: undefined, ...asked }
      return acceptPatch(deps, known, wanted, id, { kind: 'element', operationId, place }, audit)
    })
    if (accepted.kind === 'nothing-to-store') {
      await deps.operations.decide(operationId, place, keepAnswer({ status: 200, headers: {}, body: null }))
      return false
    }
    if (!accepted.settled) wake(deps, accepted.state.key)
    return !accepted.settled && accepted.state.blockedBy !== null
  } catch (error) {
    // Another attempt at the same request was faster.
    if (error instanceof ClaimLost) return false
    if (isStorageLost(error)) throw error
    const problem = problemOf(error)
    if (problem.code === 'internal') deps.log.error({ error: loggable(error) }, 'an element of a list failed')
    await deps.operations.decide(operationId, place, keepProblem(problem))
    return false
  }
}

const isStorageLost = (error: unknown): boolean => error instanceof OutcomeUnknown || isUnavailable(error)

/** Waits until nothing of the operation waits any more, or as long as the caller wants to. */
const waitFor = async (
  { operations, notifications, settings }: AwaitingOperation,
  id: string,
  patienceMs: number,
  enough: AbortSignal,
): Promise<void> => {
  const end = performance.now() + patienceMs
  for (;;) {
    const leftMs = end - performance.now()
    if (leftMs <= 0 || enough.aborted) return
    const changeId = await operations.waiting(id)
    if (changeId === undefined) return
    await notifications.wait(changeId, Math.min(settings.pollMs, leftMs), enough)
  }
}
