import { fail, ok, warn } from '../finding.ts'
import type { Finding } from '../finding.ts'

/** What a primary tells of its standbys. */
export interface ReplicationFacts {
  /** How many stream from it now. */
  readonly standbys: number
  /** How many of them commits wait for; null where the user may not see which. */
  readonly waitedFor: number | null
  /** `synchronous_standby_names`: which standbys commits wait for; empty where they wait for none. */
  readonly names: string
  /** `synchronous_commit`, for Nexus' connections. */
  readonly commit: string
}

const about = 'database replication'

/** What of accepted changes is lost when the primary is lost, and what else to know of its standbys. */
export const judgeReplication = ({ standbys, waitedFor, names, commit }: ReplicationFacts): Finding => {
  const all = standbys === 1 ? '1 standby streams' : `${standbys} standbys stream`
  const named = `synchronous_standby_names is "${names}"`
  if (commit === 'off')
    return warn(
      about,
      'synchronous_commit is off: changes that were accepted in the last moment are lost when the server crashes.',
      'Set synchronous_commit to on, which is the default, for the user and the database of database.url.',
    )
  if (names !== '' && (standbys === 0 || waitedFor === 0))
    return fail(
      about,
      `${named}, and ${standbys === 0 ? 'no standby streams from it' : `${all} from it, none of these`}: every change waits.`,
      "Bring such a standby back. As long as there is none: alter system set synchronous_standby_names = '', and reload.",
    )
  if (standbys === 0) return ok(about, 'No standby streams from it.')
  if (names === '' || commit === 'local')
    return warn(
      about,
      `${all} from it, and nothing waits for ${standbys === 1 ? 'it' : 'them'} (${
        names === '' ? 'synchronous_standby_names is empty' : 'synchronous_commit is local'
      }): a change that was accepted in the moments before a failover can be lost.`,
      'Make one of them synchronous: the guide to PostgreSQL (docs/guides/postgresql.md) says how, and what it costs.',
    )
  return ok(about, `${all} from it, and what is accepted is there (${named}, synchronous_commit ${commit}).`)
}
