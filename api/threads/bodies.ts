import { patchOf } from '../patches/parse-list.ts'
import type { PatchBodies } from '../patches/parse-list.ts'
import type { StateBodies } from '../terraform/examine-state.ts'
import { perform } from './jobs.ts'
import type { Job, Results } from './jobs.ts'
import type { Pool } from './pool.ts'

/** Bodies from this size on are worked on in a thread: what is smaller takes a few milliseconds. */
const largeBytes = 1_048_576

/** What bodies hold. Each throws Problem for a body that is wrong, and what `Pool` throws for a large one. */
export type Bodies = PatchBodies & StateBodies

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
