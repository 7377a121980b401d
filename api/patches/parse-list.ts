import { z } from 'zod'
import type { Patch } from '../../domain/changes/patch.ts'
import { keptName } from '../../domain/texts/kept.ts'
import { parseJson } from '../http/json.ts'
import type { PatchKind } from '../http/media-type.ts'
import { problemOf } from '../http/problem-of.ts'
import { Problem } from '../http/problem.ts'
import { keepProblem } from '../http/stored-answer.ts'
import { issuesOf, patchFrom } from './parse-patch.ts'

/** One change of a list: the patch as JSON, or the problem with it as it is kept. */
export interface ListedPatch {
  readonly id: string
  readonly patch: string
  readonly problem: string | null
}

/** The patch that stands as JSON in an element of a list. */
export const patchOf = (text: string): Patch =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made by `parsePatch` or `parseList`
  JSON.parse(text) as Patch

const List = z.array(
  z.strictObject({
    id: keptName('label'),
    patch: z.unknown().refine((patch) => patch !== undefined, 'The patch of this client is missing.'),
  }),
)

/** @throws Problem 400 with pointers where it is no list of clients, too long, or names a client twice */
export const parseList = (bytes: Uint8Array, kind: PatchKind, maximum: number): ListedPatch[] => {
  const list = List.safeParse(parseJson(bytes, maximum), { reportInput: true })
  if (!list.success)
    throw new Problem('malformed', 'The body is not a list of {"id": "…", "patch": {…}}.', {
      errors: list.error.issues.flatMap(issuesOf),
    })
  const { data: elements } = list
  if (elements.length === 0)
    throw new Problem('malformed', `A list holds 1 to ${maximum} changes; this one holds none.`)
  const first = new Map<string, number>()
  const errors = elements.flatMap(({ id }, place) => {
    const before = first.get(id)
    if (before === undefined) first.set(id, place)
    return before === undefined
      ? []
      : [{ pointer: `/${place}/id`, detail: `This client stands at /${before} already; put both into one patch.` }]
  })
  if (errors.length > 0) throw new Problem('malformed', 'A client stands in the list more than once.', { errors })
  return elements.map(({ id, patch }) => listedPatch(id, kind, patch))
}

/** A mistake in one change is the matter of that change only. */
const listedPatch = (id: string, kind: PatchKind, raw: unknown): ListedPatch => {
  try {
    return { id, patch: JSON.stringify(patchFrom(kind, raw)), problem: null }
  } catch (error) {
    return { id, patch: '{}', problem: keepProblem(problemOf(error)) }
  }
}

/** Parses bodies with changes, large ones where that holds nobody up. Each throws Problem for a body that is wrong. */
export interface PatchBodies {
  readonly patch: (kind: PatchKind, bytes: Uint8Array) => Promise<Patch>
  /** @param maximum how many changes the list may hold */
  readonly list: (kind: PatchKind, bytes: Uint8Array, maximum: number) => Promise<readonly ListedPatch[]>
}
