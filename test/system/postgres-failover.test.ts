import { describe, expect, test } from 'vitest'
import { scenarios } from '../../bench/chaos/scenarios.ts'
import { trial } from '../../bench/chaos/trial.ts'
import { isThere } from '../support/postgres/programs.ts'
import { findPostgresProgram } from '../support/postgres/server.ts'
import { servers } from '../support/stack.ts'

const here = servers !== null && servers.redisUrl !== null && isThere(await findPostgresProgram('initdb'), 'postgresql')

/** `npm run chaos` does the same with more changes, and with the queue in PostgreSQL too. */
describe.skipIf(!here)('a failover of PostgreSQL', { timeout: 120_000 }, () => {
  test('a synchronous standby has everything that was accepted', async () => {
    const scenario = scenarios.find(({ name }) => name === 'postgres-failover')
    if (scenario === undefined || servers === null) throw new Error('There is no such scenario.')
    expect(await trial(servers, scenario, { seed: 1, changes: 250 })).toMatchObject({
      lost: 0,
      wrong: 0,
      overlapping: 0,
      outdated: 0,
      sound: true,
    })
  })
})
