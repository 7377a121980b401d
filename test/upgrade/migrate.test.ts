import { describe, expect, onTestFinished, test } from 'vitest'
import { connect } from '../../adapters/postgres/database/connect.ts'
import { migrate } from '../../adapters/postgres/database/migrate.ts'
import { migrateQueue } from '../../adapters/queue/on-postgres.ts'
import { createDatabase, servers } from '../support/stack.ts'

const empty = async () => {
  if (servers === null) throw new Error('There are no servers for this run.')
  const database = await createDatabase(servers)
  onTestFinished(database.drop)
  return database.url
}
const migrateOnce = async (url: string): Promise<string[]> => {
  const postgres = connect(url, () => undefined, { size: 1 })
  try {
    return await migrate(postgres.db)
  } finally {
    await postgres.close()
  }
}

describe.skipIf(servers === null)('migrations', () => {
  test('are applied once: the second time there is nothing to do', async () => {
    const url = await empty()
    expect((await migrateOnce(url))[0]).toBe('0001-clients-and-changes')
    expect(await migrateOnce(url)).toEqual([])
  })

  test('of several programs that start at once, one applies them, and all go on', async () => {
    const url = await empty()
    const applied = await Promise.all(Array.from({ length: 5 }, () => migrateOnce(url)))
    expect(applied.flat().filter((name) => name === '0001-clients-and-changes')).toHaveLength(1)
    const postgres = connect(url, () => undefined, { size: 1 })
    onTestFinished(postgres.close)
    await expect(postgres.ping()).resolves.toBeUndefined()
    expect((await postgres.pool.query('select 1 from nexus.clients')).rows).toEqual([])
  })

  test("the queue's tables come about likewise", async () => {
    const url = await empty()
    await Promise.all([migrateQueue(url), migrateQueue(url), migrateQueue(url)])
    await expect(migrateQueue(url)).resolves.toBeUndefined()
  })
})
