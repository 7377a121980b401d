import { expect, test } from 'vitest'
import { createUseNotes } from '../../adapters/credentials/configured-uses.ts'
import { noteUseEveryMs } from '../../adapters/postgres/configured-uses.ts'

const start = () => {
  const noted: string[] = []
  const failures: unknown[] = []
  const state = { ms: 0, away: false }
  const used = createUseNotes(
    async (kind, name) => {
      if (state.away) throw new Error('The database is away.')
      noted.push(`${kind} ${name} ${state.ms}`)
    },
    () => state.ms,
    (error) => failures.push(error),
  )
  return { noted, failures, state, used }
}

test('a use is written down at once, and again only when it is due', () => {
  const { noted, state, used } = start()
  for (const ms of [0, 1, noteUseEveryMs - 1, noteUseEveryMs, noteUseEveryMs + 1]) {
    state.ms = ms
    used('account', 'ci')
  }
  expect(noted).toEqual(['account ci 0', `account ci ${noteUseEveryMs}`])
})

test('an application and an account of one name are two', () => {
  const { noted, used } = start()
  used('account', 'ci')
  used('application', 'ci')
  expect(noted).toEqual(['account ci 0', 'application ci 0'])
})

test('while the database is away a use is told of as seldom, and nobody fails with it', async () => {
  const { noted, failures, state, used } = start()
  state.away = true
  used('account', 'ci')
  used('account', 'ci')
  await expect.poll(() => failures.length).toBe(1)
  Object.assign(state, { away: false, ms: noteUseEveryMs })
  used('account', 'ci')
  expect(noted).toHaveLength(1)
})
