import type { TenantConfiguration } from '../adapters/config/configuration.ts'
import { OutcomeUnknown } from '../adapters/postgres/accepting.ts'
import { authorOf } from '../adapters/postgres/changes.ts'
import { openRecord } from '../adapters/postgres/audit.ts'
import { isUnavailable } from '../adapters/postgres/connect.ts'
import { ClaimLost } from '../adapters/postgres/idempotency.ts'
import type { Claim } from '../adapters/postgres/idempotency.ts'
import { ClientId } from '../domain/vocabulary.ts'
import type { Caller } from '../domain/vocabulary.ts'
import { wake } from './answer-change.ts'
import { headerText } from './answer.ts'
import type { Answer, Ask } from './answer.ts'
import type { ApiDeps } from './dependencies.ts'
import { admit, noSuchClient, tenantOf } from './gate.ts'
import { once } from './idempotency.ts'
import { keepAnswer, keepProblem } from './kept-answer.ts'
import type { KnownClients } from './known-clients.ts'
import { patchKindOf } from './media-type.ts'
import { isDone, operationView } from './operation-view.ts'
import { acceptPatch, refuseParameters } from './patch-client.ts'
import { patienceOf } from './prefer.ts'
import { loggable, problemOf } from './problem-of.ts'
import { answerRecorded } from './record.ts'
import { Problem, unavailable } from './problem.ts'
import { patchOf } from './threads/bodies.ts'
import { problemIn } from './threads/jobs.ts'
import type { ListedPatch } from './threads/jobs.ts'

/** One request for many clients, parsed as far as all of them have in common. */
interface ListRequest {
  readonly tenant: TenantConfiguration
  readonly caller: Caller
  readonly elements: readonly ListedPatch[]
}

/**
 * PATCH /v1/tenants/{tenantId}/clients: a list of `{id, patch}`. Each is authorised, validated and accepted like a PATCH
 * of its own, whatever becomes of the others.
 */
export const patchClients =
  (deps: ApiDeps, known: KnownClients) =>
  async (ask: Ask): Promise<Answer> => {
    const { settings } = deps
    const caller = await admit(deps, ask, 'write')
    const kind = patchKindOf(headerText(ask.headers['content-type']), headerText(ask.headers['content-encoding']))
    const body = await ask.readBody(settings.listLimitBytes)
    const elements = await deps.bodies.list(kind, body, settings.maximumElements)
    refuseParameters(ask.query)
    refuseIfMatch(ask)
    const tenant = tenantOf(deps, ask)
    const patience = patienceOf(headerText(ask.headers['prefer']), settings)
    const holdMs = settings.claimMs + settings.decideMs + patience.ms
    const what = ['PATCH', kind]
    return once(deps, ask, { tenantId: tenant.id, caller, what, body, holdMs }, async (claim) => {
      const id = await openOperation(deps, { tenant, caller, elements }, claim)
      const moving = await decideAll(deps, known, ask, { tenant, caller, elements }, id)
      const enough = AbortSignal.any([ask.gone, ask.closing])
      await waitFor(deps, id, moving ? patience.ms : 0, enough)
      const applied = patience.applied === null ? {} : { 'preference-applied': patience.applied }
      return answerOperation(deps, tenant.id, id, applied)
    })
  }

/** Most decided on at the same time: a request must not keep every connection of the pool. */
const atOnce = 8

/** A former attempt at the same request has opened it already, and perhaps decided some: it goes on with that. */
const openOperation = async (
  { operations }: ApiDeps,
  { tenant, caller, elements }: ListRequest,
  claim: Claim | undefined,
): Promise<string> => {
  const ids = elements.map(({ id }) => id)
  return claim?.operationId ?? operations.open(tenant.id, authorOf(caller), ids, claim)
}

/**
 * Decides on every element that is undecided.
 *
 * @returns whether all that was accepted can be expected to settle: nothing of it is paused or held
 * @throws Problem 503 when the storage went away meanwhile; what was decided stays
 */
const decideAll = async (
  deps: ApiDeps,
  known: KnownClients,
  ask: Ask,
  request: ListRequest,
  operationId: string,
): Promise<boolean> => {
  const operation = await deps.operations.find(request.tenant.id, operationId)
  const undecided = request.elements
    .map((element, place) => ({ element, place }))
    .filter(({ place }) => operation?.elements[place]?.change === null && operation.elements[place]?.answer === null)
  const enough = AbortSignal.any([ask.closing, AbortSignal.timeout(deps.settings.decideMs)])
  let moving = true
  try {
    await eachOf(undecided, async ({ element, place }) => {
      const standstill = await decide(deps, known, ask, request, element, { operationId, place }, enough)
      if (standstill) moving = false
    })
  } catch (error) {
    if (!isStorageLost(error)) throw error
    const self = operationLink(request.tenant.id, operationId)
    throw unavailable(`The storage went away meanwhile. What was accepted stays: GET ${self} tells.`, 5000)
  }
  return moving
}

/**
 * Decides on one element, as a PATCH of its own would be.
 *
 * @returns whether it was accepted and will not be sent for now
 */
const decide = async (
  deps: ApiDeps,
  known: KnownClients,
  ask: Ask,
  { tenant, caller }: ListRequest,
  { id, patch, problem }: ListedPatch,
  { operationId, place }: { readonly operationId: string; readonly place: number },
  enough: AbortSignal,
): Promise<boolean> => {
  try {
    if (enough.aborted) throw unavailable('There was no time left for this one; nothing was done. Send it again.', 1000)
    const isId = ClientId.safeParse(id).success
    const record = openRecord({ ...ask.record.facts(), action: 'client.patch', target: isId ? id : null })
    const accepted = await answerRecorded(deps, record, () => {
      if (!isId) throw noSuchClient()
      if (problem !== null) throw problemIn(problem)
      const request = { tenant, caller, patch: patchOf(patch), ifMatch: undefined, gone: enough }
      return acceptPatch(deps, known, request, id, { kind: 'element', operationId, place }, record)
    })
    if (accepted.kind === 'nothing-named') {
      await deps.operations.decide(operationId, place, keepAnswer({ status: 200, headers: {}, body: null }))
      return false
    }
    if (!accepted.settled) wake(deps, accepted.state.key)
    return !accepted.settled && accepted.state.standstill !== null
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
  { operations, notifications, settings }: ApiDeps,
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

/** 200 where all of it is settled, 202 where something waits. */
const answerOperation = async (
  deps: ApiDeps,
  tenantId: string,
  id: string,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> => {
  const operation = await deps.operations.find(tenantId, id)
  if (operation === undefined) throw new Error(`The operation ${id} is gone.`)
  const view = operationView(operation)
  return {
    status: isDone(view) ? 200 : 202,
    headers: {
      'cache-control': 'private, no-cache',
      location: operationLink(tenantId, id),
      ...(isDone(view) ? {} : { 'retry-after': '1' }),
      ...headers,
    },
    body: JSON.stringify(view),
  }
}

const operationLink = (tenantId: string, id: string): string => `/v1/tenants/${tenantId}/operations/${id}`

/** Which client of the list a tag would be about, nobody could say. @throws Problem 400 */
const refuseIfMatch = (ask: Ask): void => {
  if (ask.headers['if-match'] !== undefined)
    throw new Problem('malformed', 'A list of changes takes no If-Match; send that client a PATCH of its own.')
}

/** Works on a few at a time; once one has thrown, no further one is begun. */
const eachOf = async <T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> => {
  // All take from one generator, which a loop that ends early closes for the others too.
  const queue = (function* () {
    yield* items
  })()
  const run = async (): Promise<void> => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, run))
}
