import { createHash } from 'node:crypto'
import { z } from 'zod'
import { keptName } from '../../domain/texts/kept.ts'
import { withNumberAt } from '../../domain/texts/json-text.ts'
import { heldStateOf, readState } from '../../domain/terraform/state.ts'
import type { HeldState } from '../../domain/terraform/state.ts'
import { keepProblem, readKept } from '../http/stored-answer.ts'
import { parseJson, parseLoose } from '../http/json.ts'
import type { PatchKind } from '../http/media-type.ts'
import { issuesOf, parsePatch, patchFrom } from '../changes/parse-patch.ts'
import { problemOf } from '../http/problem-of.ts'
import { Problem } from '../http/problem.ts'

/**
 * What is done with a body before anything is decided, whatever its size: here where it is small, in a thread where it is
 * large, by the same functions. What they give back is small, or a text, so that to hand it over takes no time.
 */
export type Job =
  | { readonly name: 'patch'; readonly bytes: Uint8Array; readonly kind: PatchKind }
  | { readonly name: 'list'; readonly bytes: Uint8Array; readonly kind: PatchKind; readonly maximum: number }
  | { readonly name: 'state'; readonly bytes: Uint8Array }
  | { readonly name: 'restored'; readonly bytes: Uint8Array; readonly serial: number }

/** One change of a list: the patch as JSON, or the problem with it as it is kept. */
export interface ListedPatch {
  readonly id: string
  readonly patch: string
  readonly problem: string | null
}

/** A state's text, looked through. */
export interface ExaminedState {
  readonly state: HeldState
  /** In hexadecimal digits. */
  readonly sha256: string
}

export interface Results {
  /** The patch as JSON. */
  readonly patch: string
  readonly list: readonly ListedPatch[]
  readonly state: ExaminedState
  readonly restored: ExaminedState & { readonly text: Uint8Array }
}

/** Does a job. @throws Problem */
export const perform = (job: Job): Results[Job['name']] => {
  switch (job.name) {
    case 'patch':
      return JSON.stringify(parsePatch(job.kind, job.bytes))
    case 'list':
      return listIn(job.bytes, job.kind, job.maximum)
    case 'state':
      return examine(job.bytes)
    case 'restored': {
      const text = new TextEncoder().encode(
        withNumberAt(new TextDecoder().decode(job.bytes), 'serial', job.serial) ?? '',
      )
      return { text, ...examine(text) }
    }
  }
}

/** @throws Problem 400 for what is no JSON, 422 for what is no state of version 4 */
const examine = (text: Uint8Array): ExaminedState => {
  const reading = readState(parseLoose(text))
  if (!reading.ok)
    throw new Problem('impossible', 'This is no Terraform state of version 4; nothing was stored.', {
      errors: reading.issues,
    })
  return {
    state: heldStateOf(reading.state),
    sha256: createHash('sha256').update(text).digest('hex'),
  }
}

const List = z.array(
  z.strictObject({
    id: keptName('label'),
    patch: z.unknown().refine((patch) => patch !== undefined, 'The patch of this client is missing.'),
  }),
)

/** @throws Problem 400 with pointers where it is no list of clients, too long, or names a client twice */
const listIn = (bytes: Uint8Array, kind: PatchKind, maximum: number): ListedPatch[] => {
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
  return elements.map(({ id, patch }) => patchOf(id, kind, patch))
}

/** A mistake in one change is the matter of that change only. */
const patchOf = (id: string, kind: PatchKind, raw: unknown): ListedPatch => {
  try {
    return { id, patch: JSON.stringify(patchFrom(kind, raw)), problem: null }
  } catch (error) {
    return { id, patch: '{}', problem: keepProblem(problemOf(error)) }
  }
}

/** What a thread says of a job: its result, or the problem as it is kept. */
export type Report =
  | { readonly kind: 'done'; readonly result: Results[Job['name']] }
  | { readonly kind: 'refused'; readonly problem: string }

/** A job as a thread does it. What nobody foresaw is no problem of the body's, and is thrown. */
export const reportOn = (job: Job): Report => {
  try {
    return { kind: 'done', result: perform(job) }
  } catch (error) {
    if (error instanceof Problem) return { kind: 'refused', problem: keepProblem(error) }
    throw error
  }
}

/** A problem that was kept. */
export const problemIn = (kept: string): Problem => {
  const problem = readKept(kept)
  if (problem instanceof Problem) return problem
  throw new Error('What was kept is no problem.')
}
