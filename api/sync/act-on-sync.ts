import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { authorOf } from '../../adapters/postgres/changes/changes.ts'
import type { AuditDraft } from '../../adapters/postgres/audit-draft.ts'
import type { Claim } from '../../adapters/postgres/changes/idempotency.ts'
import type { ClientRecord } from '../../adapters/postgres/clients/client-record.ts'
import type { Clients } from '../../adapters/postgres/clients/clients.ts'
import { accessIssues, rightOnReading } from '../../domain/clients/rights.ts'
import type { RightOnReading } from '../../domain/clients/rights.ts'
import type { Acceptance } from '../../domain/changes/accept.ts'
import { driftIn } from '../../domain/clients/drift.ts'
import { pointerTo } from '../../domain/texts/json-text.ts'
import type { Caller, Auth0Client, Values } from '../../domain/vocabulary.ts'
import { answerAccepted, answeredAgain, answerStored } from '../changes/answer-change.ts'
import type { Answering } from '../changes/answer-change.ts'
import { wake } from '../clients/wake.ts'
import type { Waking } from '../clients/wake.ts'
import { headerText } from '../http/request.ts'
import type { ApiResponse, ApiRequest } from '../http/request.ts'
import { clientAnswer } from '../clients/client-answer.ts'
import { askerOf, clientIdOf, noSuchClient, tenantOf } from '../http/access.ts'
import type { TenantsById } from '../http/access.ts'
import { withIdempotencyKey } from '../http/idempotency.ts'
import type { ClaimSettings, Repeating } from '../http/idempotency.ts'
import { parseJson } from '../http/json.ts'
import { isStale } from '../clients/client-cache.ts'
import type { KnownClients, KnowsClients } from '../clients/known-clients.ts'
import { patchKindOf } from '../http/media-type.ts'
import { decidedOnReading, findFor, problemOfRefusal, refuseBacklog, refuseForeign } from '../changes/accept-patch.ts'
import type { Accepting, Changing } from '../changes/accept-patch.ts'
import { refuseParameters } from '../http/query.ts'
import { waitPreferenceOf } from '../http/prefer.ts'
import { Problem } from '../http/problem.ts'
import { decisionOn } from '../clients/access.ts'

export const SyncAction = z.strictObject({ action: z.enum(['retry', 'revert', 'accept']) })
type Action = z.infer<typeof SyncAction>['action']

/** What has the worker read a client anew. */
type Retrying = Waking & { readonly clients: Pick<Clients, 'load' | 'retry'> }

type Syncing = TenantsById & Repeating & Accepting & Answering & Retrying & { readonly settings: ClaimSettings }

/**
 * POST /v1/tenants/{tenantId}/clients/{clientId}/sync: try again now; put Nexus' values back where somebody changed them
 * in Auth0; or take the outside values over. The last two are changes like any other.
 */
export const actOnSync =
  (deps: Syncing & KnowsClients) =>
  async (request: ApiRequest<`sync.${Action}`>, caller: Caller): Promise<ApiResponse> => {
    const { known } = deps
    const since = request.arrivedAt
    patchKindOf(headerText(request.headers['content-type']), headerText(request.headers['content-encoding']))
    const body = await request.readBody()
    const action = actionOf(body)
    request.decides(`sync.${action}`)
    refuseParameters(request.query)
    const tenant = tenantOf(deps, request)
    const clientId = clientIdOf(request)
    const claimTtlMs = deps.settings.claimMs + waitPreferenceOf(headerText(request.headers['prefer']), deps.settings).ms
    const what = ['sync', clientId]
    const again = answeredAgain(deps, known, request, tenant, caller, { tenantId: tenant.id, clientId })
    return withIdempotencyKey(
      deps,
      request,
      { tenantId: tenant.id, caller, what, body, claimTtlMs, again },
      async (claim) => {
        if (claim?.changeId) return answerStored(deps, request, tenant, caller, claim.changeId)
        const changing = { tenant, caller, since, gone: request.gone }
        const found = await findFor(known, changing, clientId, false)
        if (action === 'retry') {
          await readAnew(deps, found, request.audit)
          return clientAnswer(202, tenant, found)
        }
        refuseForeign(tenant, found)
        const now = await readNow(known, changing, found, action)
        return resolveDrift(deps, known, request, { ...changing, ...now, action, claim })
      },
    )
  }

/**
 * Revert and accept are about what Auth0 has now, whatever was seen of it before. A revert does without where Auth0 cannot
 * be read: it only says again what is confirmed.
 *
 * @throws Problem 404 where Auth0 no longer has the client, 503 where it cannot be read
 */
const readNow = async (
  known: KnownClients,
  { tenant, caller, since, gone }: Changing,
  record: ClientRecord,
  action: Side['action'],
): Promise<Pick<Side, 'record' | 'asked'>> => {
  try {
    const reading = await known.readSince(tenant, record, askerOf(caller, 'write', gone), since)
    return { record: await known.find(tenant, record.key.clientId, null), asked: { reading } }
  } catch (error) {
    if (action === 'revert' && error instanceof Problem && error.code === 'unavailable') return { record }
    throw error
  }
}

interface Side extends Changing {
  readonly record: ClientRecord
  readonly action: 'revert' | 'accept'
  readonly claim: Claim | undefined
}

/** Stores the change that puts Nexus' values back, or takes those of Auth0 over, and answers what came of it. */
const resolveDrift = async (
  deps: Accepting & Answering & Retrying,
  known: KnownClients,
  request: ApiRequest,
  side: Side,
): Promise<ApiResponse> => {
  const { tenant, caller, record, claim } = side
  await refuseBacklog(deps, record, caller)
  const origin = claim && ({ kind: 'request', claim } as const)
  const accepted = await decidedOnReading(known, side, record, (reading) =>
    deps.accept(record.key, authorOf(caller), decideOn(side, reading), {
      loaded: record,
      origin,
      audit: request.audit,
    }),
  )
  if (accepted.kind === 'no-such-client') throw noSuchClient()
  if (accepted.kind === 'refused') {
    const { refused } = accepted
    if (refused.kind === 'nothing-drifted') return clientAnswer(200, tenant, record)
    if (refused.kind === 'impossible')
      throw new Problem('impossible', 'The values in Auth0 cannot be taken over by this caller.', {
        errors: refused.issues,
      })
    throw problemOfRefusal(refused)
  }
  // Settled at once: one reading tells whether anything else has drifted.
  if (accepted.settled) await readAnew(deps, record)
  return answerAccepted(deps, request, tenant, caller, accepted)
}

/** @throws Problem 400 */
const actionOf = (bytes: Uint8Array): Action => {
  const body = SyncAction.safeParse(parseJson(bytes))
  if (body.success) return body.data.action
  throw new Problem('malformed', 'The body is {"action": "retry"}, or "revert", or "accept".', {
    errors: body.error.issues.map(({ path, message }) => ({
      pointer: pointerTo(path),
      detail: message,
    })),
  })
}

const readAnew = async (deps: Retrying, { key }: ClientRecord, audit?: AuditDraft): Promise<void> => {
  await deps.clients.retry(key, audit)
  wake(deps, key)
}

type Refused = Exclude<RightOnReading, { kind: 'allowed' }> | { readonly kind: 'nothing-drifted' }

const decideOn =
  ({ tenant, caller, action }: Side, reading: Auth0Client | undefined) =>
  (state: ClientRecord): Acceptance | Refused => {
    const decision = decisionOn(tenant, caller, 'write', state)
    if (!decision.allowed) return { kind: 'forbidden', detail: decision.detail, needs: decision.needs }
    // What was read is in the row, unless somebody wrote there at the same time.
    const drifted = driftIn({ ...state, observed: reading ?? state.observed }, tenant.metadataKeys)
    const isInRow = reading === undefined || isDeepStrictEqual(reading, state.observed)
    const values: Values = Object.fromEntries(
      drifted.map(({ path, confirmed, observed }) => [path, action === 'revert' ? confirmed : observed]),
    )
    if (drifted.length === 0) return { kind: 'nothing-drifted' }
    const issues = accessIssues(values, caller, state, tenant.metadataKeys)
    if (issues.length > 0) return { kind: 'impossible', issues }
    const right = rightOnReading({ values, changesNothing: false }, caller, state, reading, tenant.metadataKeys)
    if (right.kind !== 'allowed') return right
    return {
      kind: 'accepted',
      values,
      changesNothing: action === 'accept' && state.pending.length === 0 && isInRow && !isStale(tenant, state),
    }
  }
