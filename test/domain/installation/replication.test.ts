import { expect, test } from 'vitest'
import { judgeReplication } from '../../../domain/installation/replication.ts'

const none = { standbys: 0, waitedFor: null, names: '', commit: 'on' }

test.each([
  { reason: 'no standby is what most have', facts: {}, level: 'ok', says: 'No standby' },
  { reason: 'asynchronous only', facts: { standbys: 1, waitedFor: 0 }, level: 'warn', says: 'nothing waits for it' },
  { reason: 'several of them', facts: { standbys: 2 }, level: 'warn', says: 'nothing waits for them' },
  {
    reason: 'a synchronous one',
    facts: { standbys: 2, waitedFor: 1, names: 'ANY 1 (a, b)' },
    level: 'ok',
    says: '"ANY 1 (a, b)"',
  },
  {
    reason: 'one of which it may not be seen: the settings count',
    facts: { standbys: 1, names: '*' },
    level: 'ok',
    says: 'what is accepted is there',
  },
  {
    reason: 'remote_apply waits too',
    facts: { standbys: 1, names: '*', commit: 'remote_apply' },
    level: 'ok',
    says: '',
  },
  {
    reason: 'commits do not wait for the named one',
    facts: { standbys: 1, waitedFor: 1, names: '*', commit: 'local' },
    level: 'warn',
    says: 'synchronous_commit is local',
  },
  {
    reason: 'commits wait for nobody',
    facts: { names: 'a' },
    level: 'fail',
    says: 'no standby streams from it: every',
  },
  {
    reason: 'commits wait for another one',
    facts: { standbys: 1, waitedFor: 0, names: 'a' },
    level: 'fail',
    says: 'none of these: every change waits',
  },
  {
    reason: 'commits do not wait for the disk',
    facts: { standbys: 1, waitedFor: 1, names: 'a', commit: 'off' },
    level: 'warn',
    says: 'when the server crashes',
  },
])('$reason: $level', ({ facts, level, says }) => {
  const found = judgeReplication({ ...none, ...facts })
  expect(found).toMatchObject({ about: 'database replication', level, said: expect.stringContaining(says) as unknown })
  expect(found.remedy === null).toBe(level === 'ok')
})
