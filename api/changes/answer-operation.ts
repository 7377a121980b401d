import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { TenantConfiguration } from '../../adapters/config/configuration.ts'
import type { Made } from '../../adapters/postgres/changes/idempotency.ts'
import type { Operation, Operations } from '../../adapters/postgres/changes/operations.ts'
import type { Clients } from '../../adapters/postgres/clients/clients.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import type { ApiResponse } from '../http/request.ts'
import { readKept } from '../http/stored-answer.ts'
import type { Kept } from '../http/stored-answer.ts'
import { countsOf, isDone, operationLink, operationView } from './operation-view.ts'
import { notFound, Problem } from '../http/problem.ts'
import { readableIn } from '../clients/access.ts'

/** Where operations are, and which of their clients a caller may read. */
export interface AnsweringOperations {
  readonly operations: Pick<Operations, 'find' | 'reopen'>
  readonly clients: Pick<Clients, 'accessRecords'>
}

export const noSuchOperation = (): Problem =>
  notFound('There is no such operation in this tenant, or it is over a week old.')

/** 200 where all of it is settled, 202 where something waits. */
export const answerOperation = async (
  deps: AnsweringOperations,
  tenant: TenantConfiguration,
  caller: Caller,
  id: string,
  headers: Readonly<Record<string, string>>,
): Promise<ApiResponse> => {
  const operation = await deps.operations.find(tenant.id, id)
  if (operation === undefined) throw new Error(`The operation ${id} is gone.`)
  const view = await viewFor(deps, tenant, caller, operation)
  return {
    status: isDone(view) ? 200 : 202,
    headers: {
      'cache-control': 'private, no-cache',
      location: operationLink(tenant.id, id),
      ...(isDone(view) ? {} : { 'retry-after': '1' }),
      ...headers,
    },
    body: JSON.stringify(view),
  }
}

/** An operation as its caller may see it now. */
export const viewFor = async (
  deps: Pick<AnsweringOperations, 'clients'>,
  tenant: TenantConfiguration,
  caller: Caller,
  operation: Operation,
) =>
  operationView(
    operation,
    await readableIn(
      deps,
      tenant,
      caller,
      operation.elements.map(({ clientId }) => clientId),
    ),
  )

const KeptView = z.looseObject({
  elements: z.array(z.looseObject({ status: z.string(), problem: z.looseObject({ status: z.int() }).optional() })),
})

/**
 * What was answered to a list before, for its caller as of now: elements whose clients they may not see any more tell only
 * what became of their change, and what was refused for lack of rights is decided anew.
 *
 * @param decideAnew decides on the elements of an operation that are undecided
 */
export const operationAgain =
  (
    deps: AnsweringOperations,
    tenant: TenantConfiguration,
    caller: Caller,
    decideAnew: (id: string) => Promise<unknown>,
  ) =>
  async (kept: Kept, made: Made | undefined): Promise<Kept> => {
    const operationId = made?.operationId ?? null
    if (kept instanceof Problem || operationId === null) return kept
    const operation = await deps.operations.find(tenant.id, operationId)
    if (operation === undefined) throw noSuchOperation()
    const refused = operation.elements.flatMap(({ answer }, place) => (isRefusal(answer) ? [place] : []))
    if (refused.length > 0) {
      await deps.operations.reopen(operationId, refused)
      await decideAnew(operationId)
    }
    const now = await viewFor(deps, tenant, caller, (await deps.operations.find(tenant.id, operationId)) ?? operation)
    const then = KeptView.parse(JSON.parse(kept.body?.toString() ?? '{}'))
    const elements = now.elements.map((element, place) => {
      const before = then.elements[place]
      return before === undefined || isOther(element, before) ? element : before
    })
    if (isDeepStrictEqual(elements, then.elements)) return kept
    return { ...kept, body: JSON.stringify({ ...then, counts: countsOf(elements), elements }) }
  }

const isRefusal = (answer: string | null): boolean => {
  const kept = answer === null ? undefined : readKept(answer)
  return kept instanceof Problem && kept.code === 'forbidden'
}

interface Shown {
  readonly status: string
  readonly problem?: { readonly status: number } | undefined
}

/** Whether an element may not be told as it was: it is hidden now, or was refused for lack of rights then. */
const isOther = (now: Shown, then: Shown | undefined): boolean =>
  now.problem?.status === 403 || then?.problem?.status === 403
