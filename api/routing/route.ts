import type { AuditAction } from '../../domain/access/audit.ts'
import type { Operation, pathParameters } from './operation.ts'
import { Problem } from '../http/problem.ts'
import type { ApiRequest, ApiResponse, StreamedResponse } from '../http/request.ts'
import type { Requirement } from './requirement.ts'

/** OpenAPI 3.1 has a place for these, and for no method that only Terraform's http backend knows. */
type DocumentedMethod = 'DELETE' | 'GET' | 'PATCH' | 'POST' | 'PUT'

/** What the document says of a route, or the reason why it says nothing. */
type Described =
  | { readonly method: DocumentedMethod; readonly document: Operation }
  | { readonly method: DocumentedMethod | 'LOCK' | 'UNLOCK'; readonly undocumented: string }

/** What the server, the audit, the metrics and the document know of a route. */
export type Route<Needs> = Described & {
  /** Its parameters by name, as `:tenantId`. It is the label `route` of the metrics, too: never a value that somebody sent. */
  readonly path: string
  /** What the document says about who may call it. */
  readonly requires: Pick<Requirement<never, never>, 'sentence'>
  /** What it decides about, for the audit. */
  readonly action: AuditAction
  /** Built once, of what it needs of the world. It lets the caller in before anything else. */
  readonly answering: (deps: Needs) => (request: ApiRequest<AuditAction>) => Promise<ApiResponse | StreamedResponse>
}

interface Row<Admitted, AdmitNeeds, Needs, RefusalNeeds, Refined extends AuditAction> {
  readonly requires: Requirement<Admitted, AdmitNeeds>
  readonly action: AuditAction
  /** What it may turn out to decide about once it has been read: the handler says so by `request.decides`. */
  readonly refinedTo?: readonly Refined[]
  readonly handler: (
    deps: Needs,
  ) => (request: ApiRequest<NoInfer<Refined>>, admitted: NoInfer<Admitted>) => Promise<ApiResponse | StreamedResponse>
  /** What a refusal says besides its reason, wherever the refusal comes from. */
  readonly refused?: (deps: RefusalNeeds) => (request: ApiRequest, refusal: Problem) => Promise<Problem>
}

type NamesIn<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | NamesIn<Rest>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never

/** A path whose parameters the document describes. */
type DescribedPath<Path extends string> = NamesIn<Path> extends keyof typeof pathParameters ? Path : never

/** A route, told once; one that leaves something out does not compile. */
export const route = <
  const Path extends string,
  Admitted,
  AdmitNeeds,
  Needs,
  RefusalNeeds = unknown,
  const Refined extends AuditAction = never,
>(
  row: { readonly path: Path & DescribedPath<Path> } & Row<Admitted, AdmitNeeds, Needs, RefusalNeeds, Refined> &
    Described,
): Route<AdmitNeeds & Needs & RefusalNeeds> => ({
  ...row,
  answering: (deps) => {
    const answer = row.handler(deps)
    const explain = row.refused?.(deps)
    return async (request) => {
      try {
        return await answer(request, await row.requires.admit(deps, request))
      } catch (error) {
        throw explain !== undefined && error instanceof Problem ? await explain(request, error) : error
      }
    }
  },
})
