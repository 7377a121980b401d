import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import { longestRequestMs } from '../../../domain/changes/clock.ts'
import type { Author } from '../../../domain/vocabulary.ts'
import { jsonb, parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'

/** A key that a caller gave a request. Two callers, or two tenants, may use the same one. */
export interface RequestKey {
  readonly tenantId: string
  readonly caller: Author
  readonly key: string
}

/** What a request has brought about. */
export interface Made {
  readonly changeId: string | null
  readonly operationId: string | null
}

/** A key that is ours for a time: whatever is written for it holds the token, so that a holder who was too slow cannot. */
export interface Claim extends RequestKey, Made {
  readonly token: string
}

/** What becomes of a request that has a key. */
export type Claimed =
  | { readonly kind: 'claimed'; readonly claim: Claim }
  /** It has been answered already: the text that was kept; and what the request has brought about, where it has. */
  | { readonly kind: 'answered'; readonly answer: string; readonly made: Made | undefined }
  | { readonly kind: 'in-flight' }
  | { readonly kind: 'other-request' }

/** Somebody else took the key over, or was given the element: nothing of this attempt is stored. */
export class ClaimLost extends Error {
  constructor() {
    super('The claim was lost: somebody else is at this request.')
    this.name = 'ClaimLost'
  }
}

const where = ({ tenantId, caller, key }: RequestKey) =>
  sql`tenant_id = ${tenantId} and caller = ${jsonb(caller)} and key = ${key}`

/** The row of a claim, as long as nobody else has taken it. */
export const ofClaim = (claim: Claim) => sql`${where(claim)} and claim = ${claim.token}`

/** Keys by which the repetition of a request is recognised. */
export const createIdempotency = (db: Kysely<Database>) => ({
  /**
   * Takes a key for a request, or says what stands in the way. Of many at once, one gets it.
   *
   * @param fingerprint what makes it the same request
   * @param claimTtlMs after that somebody else may take it over: the holder must have died
   */
  claim: async (key: RequestKey, fingerprint: string, claimTtlMs: number): Promise<Claimed> => {
    const token = randomUUID()
    for (;;) {
      const taken = await sql`
        insert into nexus.idempotency_keys as k (tenant_id, caller, key, fingerprint, claim, claimed_until)
        values (${key.tenantId}, ${jsonb(key.caller)}, ${key.key}, ${fingerprint}, ${token},
                clock_timestamp() + ${claimTtlMs} * interval '1 millisecond')
        on conflict (tenant_id, caller, key) do update
          set claim = excluded.claim, claimed_until = excluded.claimed_until
          where k.fingerprint = excluded.fingerprint and k.answer is null and (
            k.claimed_until <= clock_timestamp()
            -- By a clock that has been set since: no request takes so long.
            or k.claimed_until > clock_timestamp() + ${longestRequestMs} * interval '1 millisecond')
        returning change_id, operation_id
      `.execute(db)
      const [row] = parsed(MadeRow, taken.rows)
      if (row !== undefined)
        return {
          kind: 'claimed',
          claim: { ...key, token, ...madeIn(row) },
        }
      const held = await sql`
        select fingerprint, answer, change_id, operation_id from nexus.idempotency_keys where ${where(key)}
      `.execute(db)
      const [holder] = parsed(HeldRow, held.rows)
      // Its holder let go of it in between.
      if (holder === undefined) continue
      if (holder.fingerprint !== fingerprint) return { kind: 'other-request' }
      const { answer } = holder
      if (answer === null) return { kind: 'in-flight' }
      const made = madeIn(holder)
      return { kind: 'answered', answer, made: (made.changeId ?? made.operationId) ? made : undefined }
    }
  },

  /** What the request with a key has brought about so far; undefined where there is none with it. */
  find: async (key: RequestKey): Promise<Made | undefined> => {
    const { rows } = await sql`
      select change_id, operation_id from nexus.idempotency_keys where ${where(key)}
    `.execute(db)
    return parsed(MadeRow, rows).map(madeIn)[0]
  },

  /** Forgets an answer that should not have been kept; what the request has brought about stays with its key. */
  reopen: async (key: RequestKey, answer: string): Promise<void> => {
    await sql`
      update nexus.idempotency_keys set answer = null, claimed_until = clock_timestamp()
      where ${where(key)} and answer = ${answer}
    `.execute(db)
  },

  /** Keeps what was answered, for repetitions. */
  keep: async (claim: Claim, answer: string): Promise<void> => {
    await sql`update nexus.idempotency_keys set answer = ${answer} where ${ofClaim(claim)}`.execute(db)
  },

  /**
   * Lets go of a key without an answer. Where the request has brought something about, the next one finds that;
   * otherwise it is as if the key had never been used.
   */
  release: async (claim: Claim): Promise<void> => {
    await sql`
      update nexus.idempotency_keys set claimed_until = clock_timestamp() where ${ofClaim(claim)}
    `.execute(db)
    await sql`
      delete from nexus.idempotency_keys where ${ofClaim(claim)} and change_id is null and operation_id is null
    `.execute(db)
  },

  /** Forgets keys that were made before a time. */
  expire: async (before: Date): Promise<void> => {
    await sql`delete from nexus.idempotency_keys where created_at < ${before}`.execute(db)
  },
})

const MadeRow = z.object({ change_id: z.string().nullable(), operation_id: z.string().nullable() })
const HeldRow = z.object({ ...MadeRow.shape, fingerprint: z.string(), answer: z.string().nullable() })

const madeIn = ({ change_id: changeId, operation_id: operationId }: z.infer<typeof MadeRow>): Made => ({
  changeId,
  operationId,
})

export type Idempotency = ReturnType<typeof createIdempotency>
