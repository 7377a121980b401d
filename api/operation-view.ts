import type { Element, Operation } from '../adapters/postgres/operations.ts'
import type { ChangeStatus } from '../domain/vocabulary.ts'
import { problemOfChange } from './answer-change.ts'
import { readKept } from './kept-answer.ts'
import { Problem, problemMembers } from './problem.ts'

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

/** An operation as it stands, from the rows of its changes. */
export const operationView = (operation: Operation) => {
  const { id, tenantId, author, createdAt } = operation
  const elements = operation.elements.map((element, place) => elementView(tenantId, element, place))
  const counts = { ...none }
  for (const { status } of elements) counts[status] += 1
  return {
    id,
    tenantId,
    author,
    createdAt: createdAt.toISOString(),
    counts,
    elements,
    links: { self: `/v1/tenants/${tenantId}/operations/${id}` },
  }
}

export const isDone = ({ counts }: Pick<ReturnType<typeof operationView>, 'counts'>): boolean =>
  counts.undecided + counts.accepted === 0

const elementView = (tenantId: string, { clientId: id, change, answer }: Element, place: number) => {
  if (change !== null) {
    const problem = problemOfChange(change)
    return {
      id,
      status: change.status,
      change: change.id,
      ...(problem === undefined ? {} : { problem: problemAt(place, problem) }),
      links: { change: `/v1/tenants/${tenantId}/changes/${change.id}` },
    }
  }
  const kept = answer === null ? undefined : readKept(answer)
  if (kept instanceof Problem) return { id, status: 'refused', problem: problemAt(place, kept) } as const
  return { id, status: kept === undefined ? 'undecided' : 'unchanged' } as const
}

/** The problem of one element: its pointers lead into the body of the request that had them all. */
const problemAt = (place: number, problem: Problem) => {
  const { errors = [], ...members } = problemMembers(problem, null)
  const placed = errors.map(({ pointer, detail }) => ({ pointer: `/${place}/patch${pointer}`, detail }))
  return { ...members, ...(placed.length === 0 ? {} : { errors: placed }) }
}
