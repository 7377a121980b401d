import type { Log } from '../adapters/log/log.ts'
import type { Postgres } from '../adapters/postgres/database/connect.ts'
import { replicationOf } from '../adapters/postgres/database/replication.ts'
import { judgeReplication } from '../domain/installation/replication.ts'

/** Says at the start which standbys the database has, and what can be lost with it. */
export const tellReplication = async (db: Postgres['db'], log: Pick<Log, 'info' | 'warn'>): Promise<void> => {
  const facts = await replicationOf(db)
  const { level, said, remedy } = judgeReplication(facts)
  if (level === 'ok') log.info(facts, `database replication: ${said}`)
  else log.warn({ ...facts, remedy }, `database replication: ${said}`)
}
