import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Kysely, RawBuilder } from 'kysely'
import { z } from 'zod'
import { boundsOf, renewBeforeMs, sessionsOfUser } from '../../domain/access/sessions.ts'
import type { SessionRules, SessionTimes } from '../../domain/access/sessions.ts'
import { SealingError } from '../sealing/sealing.ts'
import type { Sealing } from '../sealing/sealing.ts'
import { recorded } from './audit.ts'
import type { AuditDraft } from './audit-draft.ts'
import { integer, time } from './database/columns.ts'
import { parsed } from './database/rows.ts'
import type { Database } from './database/schema.ts'

/** What nobody but Nexus reads of a session. */
const Secrets = z.object({
  accessToken: z.string(),
  refreshToken: z.string().nullable(),
  /** How the issuer calls its own session of this browser. */
  issuerSession: z.string().nullable(),
  /** The application that the person works through. */
  application: z.string().nullable(),
  name: z.string().nullable(),
  email: z.string().nullable(),
})
export type SessionSecrets = z.infer<typeof Secrets>

/** A session of the console, with the database's time as it was read. */
export interface Session extends SessionTimes, SessionSecrets {
  readonly hash: Buffer
  readonly userId: string
  readonly accessUntil: Date
  readonly now: Date
}

/** What of a session whose time is over is still to be done. */
export interface OverSession {
  readonly hash: Buffer
  readonly endedAt: Date
  /** Null where there is none, or the key that it was sealed with is gone. */
  readonly refreshToken: string | null
}

/** The one who renews the access token of a session. */
export interface Renewal {
  readonly session: Session
  readonly token: string
}

interface NewSession extends SessionSecrets {
  readonly userId: string
  /** Null where the issuer does not say: then it is now. */
  readonly signedInAt: Date | null
  readonly accessMs: number
}

type NewTokens = Pick<NewSession, 'accessToken' | 'refreshToken' | 'accessMs'>

const after = (ms: number): RawBuilder<unknown> => sql`clock_timestamp() + ${ms} * interval '1 millisecond'`
const columns = sql`id_hash, user_id, key_id, sealed, created_at, signed_in_at, last_seen_at, ends_at, access_until,
  clock_timestamp() as now`

const withoutKey = (error: unknown): null => {
  if (error instanceof SealingError) return null
  throw error
}

/** Sealed texts cannot be exchanged between sessions. */
const contextOf = (hash: Buffer): string => `console session ${hash.toString('hex')}`

/** The sessions of the console, as rows: every process sees them, and an end holds for all at once. */
export const createSessions = (db: Kysely<Database>, sealing: Sealing, rules: SessionRules) => {
  const seal = (hash: Buffer, secrets: SessionSecrets) =>
    sealing.seal(Buffer.from(JSON.stringify(Secrets.parse(secrets))), contextOf(hash))
  const opened = async (rows: readonly unknown[]): Promise<Session | undefined> => {
    const [row] = parsed(SessionRow, rows)
    if (row === undefined) return undefined
    const plain = await sealing.open({ keyId: row.key_id, bytes: row.sealed }, contextOf(row.id_hash))
    return {
      ...Secrets.parse(JSON.parse(plain.toString('utf8'))),
      hash: row.id_hash,
      userId: row.user_id,
      ...timesOf(row),
      accessUntil: row.access_until,
      now: row.now,
    }
  }

  return {
    /** Begins a session, and ends the user's oldest where they are too many. */
    begin: async (hash: Buffer, session: NewSession, audit?: AuditDraft): Promise<void> => {
      const { keyId, bytes } = await seal(hash, session)
      await recorded(db, audit, async (trx, decided) => {
        await sql`
          update nexus.console_sessions set ends_at = clock_timestamp() where id_hash in (
            select id_hash from nexus.console_sessions
            where user_id = ${session.userId} and ends_at > clock_timestamp()
            order by last_seen_at desc offset ${sessionsOfUser - 1})
        `.execute(trx)
        await sql`
          insert into nexus.console_sessions (id_hash, user_id, key_id, sealed, signed_in_at, ends_at, access_until)
          values (${hash}, ${session.userId}, ${keyId}, ${bytes},
                  least(${session.signedInAt}::timestamptz, clock_timestamp()), ${after(rules.atMostMs)},
                  ${after(session.accessMs)})
        `.execute(trx)
        await decided()
      })
    },

    /**
     * Undefined where there is none, or none any more.
     *
     * @throws SealingError where its key is gone
     */
    find: async (hash: Buffer): Promise<Session | undefined> => {
      const { rows } = await sql`select ${columns} from nexus.console_sessions where id_hash = ${hash}`.execute(db)
      return opened(rows)
    },

    /** Notes that it is used just now. */
    noteUse: async (hash: Buffer): Promise<void> => {
      await sql`update nexus.console_sessions set last_seen_at = clock_timestamp() where id_hash = ${hash}`.execute(db)
    },

    /** Its time is over now; it is forgotten when it has ended at the issuer as well. */
    expire: async (hash: Buffer): Promise<void> => {
      await sql`
        update nexus.console_sessions set ends_at = clock_timestamp()
        where id_hash = ${hash} and ends_at > clock_timestamp()
      `.execute(db)
    },

    /** Those whose time is over, the oldest first. */
    over: async (now: Date, limit: number): Promise<OverSession[]> => {
      const { rows } = await sql`
        select ${columns} from nexus.console_sessions where ${isOver(now, rules)} order by ends_at limit ${limit}
      `.execute(db)
      return Promise.all(
        parsed(SessionRow, rows).map(async (row) => ({
          hash: row.id_hash,
          endedAt: boundsOf(timesOf(row), rules).idleUntil,
          refreshToken: await opened([row]).then((session) => session?.refreshToken ?? null, withoutKey),
        })),
      )
    },

    /** Ends it, and forgets it. @returns whether there was one */
    end: (hash: Buffer, audit?: AuditDraft): Promise<boolean> =>
      recorded(db, audit, async (trx, decided) => {
        const { rows } = await sql`
          delete from nexus.console_sessions where id_hash = ${hash} returning id_hash
        `.execute(trx)
        if (rows.length > 0) await decided()
        return rows.length > 0
      }),

    /**
     * Makes the asker the one who renews the access token.
     *
     * @param ms after that somebody else may: the one has died
     * @returns undefined where another is at it, or nothing is to be renewed any more
     */
    beginRenewal: async (hash: Buffer, ms: number): Promise<Renewal | undefined> => {
      const token = randomUUID()
      const { rows } = await sql`
        update nexus.console_sessions set renewing = ${token}, renewing_until = ${after(ms)}
        where id_hash = ${hash} and access_until <= ${after(renewBeforeMs)}
          -- A lease that ends too late is of a clock that was set since.
          and (renewing_until is null or renewing_until <= clock_timestamp() or renewing_until > ${after(2 * ms)})
        returning ${columns}
      `.execute(db)
      const session = await opened(rows)
      return session && { session, token }
    },

    /** Keeps new tokens. @returns whether the session is still there, and this renewal the one of it */
    renew: async (
      { session, token }: Renewal,
      { accessToken, refreshToken, accessMs }: NewTokens,
    ): Promise<boolean> => {
      const { keyId, bytes } = await seal(session.hash, {
        ...session,
        accessToken,
        // An issuer that does not rotate gives none: the old one stays good.
        refreshToken: refreshToken ?? session.refreshToken,
      })
      const { rows } = await sql`
        update nexus.console_sessions set key_id = ${keyId}, sealed = ${bytes}, access_until = ${after(accessMs)},
          renewing = null, renewing_until = null
        where id_hash = ${session.hash} and renewing = ${token}
        returning id_hash
      `.execute(db)
      return rows.length > 0
    },

    /** Gives a renewal up. @param ms nobody tries again before */
    putOff: async ({ session, token }: Renewal, ms: number): Promise<void> => {
      await sql`
        update nexus.console_sessions set renewing_until = ${after(ms)}
        where id_hash = ${session.hash} and renewing = ${token}
      `.execute(db)
    },
  }
}

export type Sessions = ReturnType<typeof createSessions>

const isOver = (now: Date, { idleMs }: Pick<SessionRules, 'idleMs'>): RawBuilder<unknown> =>
  sql`(ends_at <= ${now} or last_seen_at <= ${now}::timestamptz - ${idleMs} * interval '1 millisecond')`

/** Forgets sessions whose time is over: those of a console that is no longer configured have no issuer to be told. */
export const forgetSessions =
  (db: Kysely<Database>, rules: Pick<SessionRules, 'idleMs'>) =>
  async (now: Date): Promise<void> => {
    await sql`delete from nexus.console_sessions where ${isOver(now, rules)}`.execute(db)
  }

const CountRow = z.object({ sessions: integer })

/** How many sessions there are that have not ended. */
export const countSessions =
  (db: Kysely<Database>, { idleMs }: Pick<SessionRules, 'idleMs'>) =>
  async (): Promise<number> => {
    const { rows } = await sql`
      select count(*) as sessions from nexus.console_sessions
      where ends_at > clock_timestamp() and last_seen_at > clock_timestamp() - ${idleMs} * interval '1 millisecond'
    `.execute(db)
    return parsed(CountRow, rows)[0]?.sessions ?? 0
  }

const SessionRow = z.object({
  id_hash: z.instanceof(Buffer),
  user_id: z.string(),
  key_id: z.string(),
  sealed: z.instanceof(Buffer),
  created_at: time,
  signed_in_at: time,
  last_seen_at: time,
  ends_at: time,
  access_until: time,
  now: time,
})

const timesOf = (row: z.infer<typeof SessionRow>): SessionTimes => ({
  createdAt: row.created_at,
  signedInAt: row.signed_in_at,
  lastSeenAt: row.last_seen_at,
  endsAt: row.ends_at,
})
