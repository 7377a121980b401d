import { parseList } from '../patches/parse-list.ts'
import type { ListedPatch } from '../patches/parse-list.ts'
import { parsePatch } from '../patches/parse-patch.ts'
import type { PatchKind } from '../http/media-type.ts'
import { Problem } from '../http/problem.ts'
import { keepProblem } from '../http/stored-answer.ts'
import { examineState, restoredState } from '../terraform/examine-state.ts'
import type { ExaminedState } from '../terraform/examine-state.ts'

/**
 * What is done with a body before anything is decided, whatever its size: here where it is small, in a thread where it is
 * large, by the same functions. What they give back is small, or a text, so that to hand it over takes no time.
 */
export type Job =
  | { readonly name: 'patch'; readonly bytes: Uint8Array; readonly kind: PatchKind }
  | { readonly name: 'list'; readonly bytes: Uint8Array; readonly kind: PatchKind; readonly maximum: number }
  | { readonly name: 'state'; readonly bytes: Uint8Array }
  | { readonly name: 'restored'; readonly bytes: Uint8Array; readonly serial: number }

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
      return parseList(job.bytes, job.kind, job.maximum)
    case 'state':
      return examineState(job.bytes)
    case 'restored':
      return restoredState(job.bytes, job.serial)
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
