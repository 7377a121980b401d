import { describe, expect, test } from 'vitest'
import { problemOfRedis, tellProblem } from '../../../domain/redis/fitness.ts'
import type { RedisRefusal } from '../../../domain/redis/fitness.ts'

const refused = (words: string, command = 'SET'): RedisRefusal => ({ command, words })
const problemOf = (facts: { version?: string; clustered?: boolean; refusals?: readonly RedisRefusal[] }) =>
  problemOfRedis({ version: '7.2.4', clustered: false, refusals: [], ...facts }, 'nexus', 'app')

describe('a Redis that can do the work', () => {
  test.each(['5.0.0', '6.2.1', '7.2.4', '10.0.0'])('%s', (version) => {
    expect(problemOf({ version })).toBeNull()
  })
})

describe('what keeps it from the work, by what it answered', () => {
  test.each([
    { words: 'SSL routines:ssl3_get_record:wrong version number', code: 'tls', passing: false },
    { words: 'unable to verify: UNABLE_TO_GET_ISSUER_CERT', code: 'tls', passing: false },
    { words: 'DENIED Redis is running in protected mode', code: 'protected', passing: false },
    { words: 'NOAUTH Authentication required.', code: 'login', passing: false },
    { words: 'WRONGPASS invalid username-password pair', code: 'login', passing: false },
    { words: 'CROSSSLOT Keys in request do not hash to the same slot', code: 'cluster', passing: false },
    { words: 'ERR DB index is out of range', code: 'no-such-database', passing: false },
    { words: 'LOADING Redis is loading the dataset in memory', code: 'loading', passing: true },
    { words: "READONLY You can't write against a read only replica.", code: 'replica', passing: true },
    { words: "OOM command not allowed when used memory > 'maxmemory'.", code: 'full', passing: true },
    { words: 'ERR Error running script: OOM command not allowed', code: 'full', passing: true },
    { words: 'MISCONF Redis is configured to save RDB snapshots', code: 'cannot-save', passing: true },
    { words: 'ERR max number of clients reached', code: 'crowded', passing: true },
    { words: 'connect ECONNREFUSED 127.0.0.1:6379', code: 'unreachable', passing: true },
    { words: 'Connection is closed.', code: 'unreachable', passing: true },
    { words: 'connect ETIMEDOUT', code: 'unanswering', passing: true },
    { words: 'ERR something that nobody has heard of', code: 'refusing', passing: true },
    { words: 'ERR the room is OOM', code: 'refusing', passing: true },
    { words: 'ERR it was DENIED', code: 'refusing', passing: true },
  ])('$words: $code', ({ words, code, passing }) => {
    const problem = problemOf({ refusals: [refused(words)] })
    expect(problem).toMatchObject({ code, passing, words })
    expect(problem?.said).not.toBe('')
    expect(problem?.remedy).not.toBe('')
  })

  test('of several the one that explains the others, whichever came first', () => {
    const refusals = [refused('ERR odd'), refused('ETIMEDOUT'), refused('NOAUTH Authentication required.')]
    expect(problemOf({ refusals })).toMatchObject({ code: 'login', words: 'NOAUTH Authentication required.' })
    expect(problemOf({ refusals, clustered: true })).toMatchObject({ code: 'cluster', words: null })
  })

  test.each([
    { reason: 'known words', words: `NOAUTH ${'x'.repeat(500)}` },
    { reason: 'words that nobody knows', words: 'y'.repeat(500) },
  ])('repeats no more than 200 characters of $reason', ({ words }) => {
    expect(problemOf({ refusals: [refused(words)] })?.words).toBe(words.slice(0, 200))
  })

  test('what it refused for no reason that is known is named', () => {
    expect(problemOf({ refusals: [refused('ERR odd', 'BZPOPMIN'), refused('ERR odd', 'XADD')] })?.said).toBe(
      'It refuses BZPOPMIN.',
    )
  })
})

describe('a version that is too old', () => {
  test.each([
    { version: '4.9.9', says: /4\.9\.9 is too old/ },
    { version: '2.8', says: /2\.8 is too old/ },
    { version: 'unknown', says: /unknown is too old, or no Redis/ },
    { version: '', says: /does not say which version/ },
  ])('$version', ({ version, says }) => {
    expect(problemOf({ version })).toMatchObject({
      code: 'too-old',
      passing: false,
      words: null,
      said: expect.stringMatching(says),
    })
  })

  test('is told after what it refuses', () => {
    expect(problemOf({ version: '', refusals: [refused('LOADING')] })?.code).toBe('loading')
  })
})

const forbidden = (...refusals: readonly RedisRefusal[]) => problemOf({ refusals })

describe('a user who may too little', () => {
  test('is told which commands, each once, and the line that allows them', () => {
    const problem = forbidden(
      refused("NOPERM User nexus has no permissions to run the 'bzpopmin' command", 'bzpopmin'),
      refused('ERR unknown command', 'EVAL'),
      refused('NOPERM this user has no permissions to run it', 'BZPOPMIN'),
    )
    expect(problem).toMatchObject({
      code: 'forbidden',
      words: null,
      passing: false,
      said: 'The user nexus may not use BZPOPMIN, EVAL.',
      remedy: expect.stringMatching(/ACL SETUSER nexus \+bzpopmin \+eval\. /),
    })
  })

  test('is told which keys', () => {
    expect(forbidden(refused('NOPERM No permissions to access a key', 'SET'))).toMatchObject({
      said: 'The user nexus may not use the keys app:*.',
      remedy: expect.stringMatching(/ACL SETUSER nexus ~app:\*\. /),
    })
  })

  test('is told both', () => {
    const problem = forbidden(
      refused('NOPERM has no permissions to run it', 'EVAL'),
      refused('NOPERM No permissions to access one of the keys', 'SET'),
    )
    expect(problem).toMatchObject({
      said: 'The user nexus may not use EVAL, the keys app:*.',
      remedy: expect.stringMatching(/ACL SETUSER nexus ~app:\* \+eval\. /),
    })
  })

  test('a command that is unknown is none about keys, whatever it is called', () => {
    expect(forbidden(refused("ERR unknown command 'keys'", 'KEYS'))?.said).toBe('The user nexus may not use KEYS.')
  })

  test('is not told of something else, whatever the key is called', () => {
    expect(forbidden(refused("NOPERM No permissions to access the key 'certificates'", 'GET'))?.code).toBe('forbidden')
  })

  test('comes after what stands in everybody’s way, and before what nobody knows', () => {
    const denied = refused('NOPERM', 'EVAL')
    expect(problemOf({ refusals: [denied, refused('LOADING')] })?.code).toBe('loading')
    expect(problemOf({ refusals: [refused('ERR odd'), denied] })?.code).toBe('forbidden')
  })
})

test.each([
  { reason: 'with its own words', words: 'ERR odd', told: 'It is full. (ERR odd)' },
  { reason: 'where it has said nothing', words: null, told: 'It is full.' },
])('a problem is told $reason', ({ words, told }) => {
  expect(tellProblem({ code: 'full', said: 'It is full.', words, remedy: 'Empty it.', passing: true })).toBe(told)
})
