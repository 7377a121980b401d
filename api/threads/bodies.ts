import type { Patch } from '../../domain/changes/accept.ts'
import type { PatchKind } from '../http/media-type.ts'
import { perform } from './jobs.ts'
import type { ExaminedState, Job, ListedPatch, Results } from './jobs.ts'
import type { Pool } from './pool.ts'

/** Bodies from this size on are worked on in a thread: what is smaller takes a few milliseconds. */
const largeBytes = 1_048_576

/** What bodies hold. Each throws Problem for a body that is wrong, and what `Pool` throws for a large one. */
export interface Bodies {
  readonly patch: (kind: PatchKind, bytes: Uint8Array) => Promise<Patch>
  /** @param maximum how many changes the list may hold */
  readonly list: (kind: PatchKind, bytes: Uint8Array, maximum: number) => Promise<readonly ListedPatch[]>
  readonly state: (bytes: Uint8Array) => Promise<ExaminedState>
  /** The state with another serial. */
  readonly restored: (bytes: Uint8Array, serial: number) => Promise<ExaminedState & { readonly text: Buffer }>
}

/** The patch that a job has given back as JSON. */
export const patchOf = (text: string): Patch =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made by `perform` of a patch
  JSON.parse(text) as Patch

export const createBodies = (pool: Pool): Bodies => {
  const done = async <J extends Job>(job: J): Promise<Results[J['name']]> =>
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a job's result is of its name
    (job.bytes.length < largeBytes ? perform(job) : await pool.run(job)) as Results[J['name']]
  return {
    patch: async (kind, bytes) => patchOf(await done({ name: 'patch', kind, bytes })),
    list: (kind, bytes, maximum) => done({ name: 'list', kind, bytes, maximum }),
    state: (bytes) => done({ name: 'state', bytes }),
    restored: async (bytes, serial) => {
      const { text, ...examined } = await done({ name: 'restored', bytes, serial })
      return { ...examined, text: Buffer.from(text.buffer, text.byteOffset, text.byteLength) }
    },
  }
}
