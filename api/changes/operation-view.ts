import type { Element, Operation } from '../../adapters/postgres/changes/operations.ts'
import type { ChangeStatus } from '../../domain/vocabulary.ts'
import { problemOfChange } from './answer-change.ts'
import type { Issue } from '../../domain/texts/json-text.ts'
import { readKept } from '../http/stored-answer.ts'
import { forbidden, Problem, problemMembers } from '../http/problem.ts'

/** Where an element stands: not looked at yet, refused, without anything to do, or a change in one of its states. */
type ElementStatus = 'undecided' | 'refused' | 'unchanged' | ChangeStatus

const none: Readonly<Record<ElementStatus, number>> = {
  undecided: 0,
  refused: 0,
  unchanged: 0,
  accepted: 0,
  applied: 0,
  rejected: 0,
  withdrawn: 0,
}

/**
 * An operation as it stands, from the rows of its changes.
 *
 * @param mayRead whether the caller may read a client now; of one that they may not, only what became of the change is told
 */
export const operationView = (operation: Operation, mayRead: (clientId: string) => boolean) => {
  const { id, tenantId, author, createdAt } = operation
  const elements = operation.elements.map((element, place) =>
    elementView(tenantId, element, place, mayRead(element.clientId)),
  )
  return {
    id,
    tenantId,
    author,
    createdAt: createdAt.toISOString(),
    counts: countsOf(elements),
    elements,
    links: { self: operationLink(tenantId, id) },
  }
}

/** Of an operation, how many elements stand where: it says nothing of a client. */
export const operationOutline = (operation: Operation) => {
  const { id, counts, links } = operationView(operation, () => false)
  return { id, counts, links }
}

export const operationLink = (tenantId: string, id: string): string => `/v1/tenants/${tenantId}/operations/${id}`

export const countsOf = (elements: readonly { readonly status: string }[]) => {
  const counts: Record<string, number> = { ...none }
  for (const { status } of elements) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

export const isDone = ({ counts }: Pick<ReturnType<typeof operationView>, 'counts'>): boolean =>
  (counts['undecided'] ?? 0) + (counts['accepted'] ?? 0) === 0

interface ElementView {
  readonly id: string
  readonly status: ElementStatus
  readonly change?: string
  readonly problem?: ReturnType<typeof problemMembers>
  readonly warnings?: readonly Issue[]
  readonly links?: { readonly change: string }
}

const elementView = (tenantId: string, element: Element, place: number, isReadable: boolean): ElementView => {
  const { clientId: id, change, answer } = element
  if (change !== null) {
    const problem = isReadable ? problemOfChange(change) : hidden
    return {
      id,
      status: change.status,
      change: change.id,
      ...(problem === undefined ? {} : { problem: problemAt(place, problem) }),
      ...(isReadable && change.warnings.length > 0 ? { warnings: placedAt(place, change.warnings) } : {}),
      links: { change: `/v1/tenants/${tenantId}/changes/${change.id}` },
    }
  }
  const kept = answer === null ? undefined : readKept(answer)
  // A refusal for lack of rights says nothing of the client.
  const isOpen = isReadable || (kept instanceof Problem && kept.code === 'forbidden')
  if (kept !== undefined && !isOpen) return { id, status: 'refused', problem: problemAt(place, hidden) }
  if (kept instanceof Problem) return { id, status: 'refused', problem: problemAt(place, kept) }
  return { id, status: kept === undefined ? 'undecided' : 'unchanged' }
}

const hidden = forbidden('The caller may not read this client now, so nothing is told of it.', 'relation')

/** The problem of one element: its pointers lead into the body of the request that had them all. */
const problemAt = (place: number, problem: Problem) => {
  const { errors = [], ...members } = problemMembers(problem, null)
  return { ...members, ...(errors.length === 0 ? {} : { errors: placedAt(place, errors) }) }
}

const placedAt = (place: number, issues: readonly Issue[]): Issue[] =>
  issues.map(({ pointer, detail }) => ({ pointer: `/${place}/patch${pointer}`, detail }))
