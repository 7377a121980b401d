import type { Changes } from '../../adapters/postgres/changes/changes.ts'
import type { Idempotency } from '../../adapters/postgres/changes/idempotency.ts'
import type { Operations } from '../../adapters/postgres/changes/operations.ts'
import type { AuditFacts } from '../../domain/access/audit.ts'
import type { Author } from '../../domain/vocabulary.ts'
import { toldOfChange, toldOfOperation } from '../clients/access.ts'
import { isRefusalOfRights, keyIn } from '../http/idempotency.ts'
import type { Problem } from '../http/problem.ts'
import { headerText } from '../http/request.ts'
import type { ApiRequest } from '../http/request.ts'
import { operationOutline } from './operation-view.ts'

/** Where it is found what a key has brought about. */
interface Remembering {
  readonly idempotency: Pick<Idempotency, 'find'>
  readonly changes: Pick<Changes, 'find'>
  readonly operations: Pick<Operations, 'find'>
}

/**
 * Lets a refusal for lack of rights say what the same key has brought about, wherever the refusal comes from: whoever lost
 * an answer, and then their rights, must not have to send the change again to find out what became of it.
 */
export const outcomeOfKey =
  ({ idempotency, changes, operations }: Remembering) =>
  async (request: ApiRequest, refusal: Problem): Promise<Problem> => {
    if (!isRefusalOfRights(refusal)) return refusal
    const header = headerText(request.headers['idempotency-key'])
    const { actor, tenantId } = request.audit.facts()
    const key = header === undefined ? undefined : keyIn(header)
    if (key === undefined || tenantId === null || !isAuthor(actor)) return refusal
    const made = await idempotency.find({ tenantId, caller: actor, key })
    const change = made?.changeId ? await changes.find(tenantId, made.changeId) : undefined
    // The key of another client's change says nothing of this one.
    const { clientId } = request.params
    if (change !== undefined && change.key.clientId === clientId) return toldOfChange(refusal, change)
    const operation =
      made?.operationId && clientId === undefined ? await operations.find(tenantId, made.operationId) : undefined
    return operation === undefined ? refusal : toldOfOperation(refusal, operationOutline(operation))
  }

const isAuthor = (actor: AuditFacts['actor']): actor is Author => actor !== null && actor.kind !== 'operator'
