import { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createFolding } from '../../adapters/log/folding.ts'
import { createLog } from '../../adapters/log/log.ts'

const Line = z.record(z.string(), z.unknown())

const logInto = (everyMs = 60_000, kinds = 200) => {
  const lines: z.infer<typeof Line>[] = []
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(Line.parse(JSON.parse(chunk.toString())))
      done()
    },
  })
  return { lines, log: createLog('info', sink, createFolding(everyMs, kinds)) }
}

/** As ioredis rejects a script that the server refuses. */
const replyError = (message: string, more: object = {}): Error =>
  Object.assign(new Error(message), {
    name: 'ReplyError',
    command: { name: 'eval', args: ['local rcall = redis.call -- a whole script', 'acme', 'tok-3f2a'] },
    ...more,
  })

describe('a fault that repeats', () => {
  test.each([
    { reason: 'the very same', fault: () => replyError('READONLY You cannot write against a read only replica.') },
    { reason: 'with another number', fault: (n: number) => new Error(`connect ECONNREFUSED 10.0.0.${n % 9}:63${n}`) },
    { reason: 'with another id', fault: (n: number) => new Error(`job 0f${n}ab-77 could not be moved`) },
    {
      reason: 'of the database, about another row',
      fault: (n: number) =>
        Object.assign(new Error('value out of range'), { code: '22003', detail: `Key (id)=(${n})` }),
    },
  ])('is one line for its kind: $reason', ({ fault }) => {
    const { lines, log } = logInto()
    for (let n = 0; n < 500; n += 1) log.error({ err: fault(n), tenantId: 'acme', clientId: `c${n}` }, 'queue')
    expect(lines).toHaveLength(1)
  })

  test('is counted, and told of once an interval for as long as it goes on', async () => {
    const { lines, log } = logInto(300)
    for (let n = 0; n < 40; n += 1) log.warn({ reason: `timed out after ${n} ms` }, 'the queue could not be woken')
    await expect.poll(() => lines.length, { timeout: 5000 }).toBe(2)
    expect(lines[1]).toMatchObject({ msg: 'the queue could not be woken', repeated: 39, level: 40 })
    log.warn({ reason: 'timed out after 5 ms' }, 'the queue could not be woken')
    await expect.poll(() => lines.length, { timeout: 5000 }).toBe(3)
    expect(lines[2]).toMatchObject({ repeated: 1 })
    await sleep(700)
    expect(lines).toHaveLength(3)
    log.warn({ reason: 'timed out after 5 ms' }, 'the queue could not be woken')
    expect(lines[3]).not.toHaveProperty('repeated')
  })

  test('in however many kinds, writes a bounded number of lines', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.string()), { minLength: 300, maxLength: 600 }), (faults) => {
        const { lines, log } = logInto(60_000, 50)
        for (const [message, code] of faults)
          log.error({ err: Object.assign(new Error(message), { code }), tenantId: code }, 'failed')
        expect(lines.length).toBeLessThanOrEqual(51)
      }),
      { numRuns: 30 },
    )
  })

  test.each([
    { reason: 'another tenant', one: { reason: 'x', tenantId: 'acme' }, other: { reason: 'x', tenantId: 'beta' } },
    { reason: 'another cause', one: { err: new Error('no disk') }, other: { err: new Error('no network') } },
    { reason: 'another status', one: { status: 'none' }, other: { status: 'late' } },
    { reason: 'another client, where no cause is given', one: { clientId: 'a' }, other: { clientId: 'b' } },
  ])('is told apart from others: $reason', ({ one, other }) => {
    const { lines, log } = logInto()
    for (const members of [one, other, one, other]) log.warn(members, 'failed')
    expect(lines).toHaveLength(2)
  })

  test.each([
    { reason: 'what a person did', level: 'warn', members: { by: 'ann' } },
    { reason: 'what is no fault', level: 'info', members: {} },
    { reason: 'what ends the process', level: 'fatal', members: {} },
  ] as const)('is not folded: $reason', ({ level, members }) => {
    const { lines, log } = logInto()
    for (let n = 0; n < 3; n += 1) log[level](members, 'something')
    expect(lines).toHaveLength(3)
  })

  test('is folded in the log of a request as well', () => {
    const { lines, log } = logInto()
    for (let n = 0; n < 3; n += 1) log.child({ requestId: n }).error({ error: new Error('no') }, 'a request failed')
    expect(lines).toHaveLength(1)
  })
})

describe('an error in the log', () => {
  const secret = 'hunter2hunter2'
  test.each([
    { reason: 'a reply of Redis, with its script', error: replyError('ERR no', { previousErrors: [secret] }) },
    {
      reason: 'a reply inside another error',
      error: new Error('the queue failed', { cause: replyError('NOPERM', { lastNodeError: { args: [secret] } }) }),
    },
    { reason: 'several at once', error: new AggregateError([replyError('ERR a'), replyError('ERR b')], 'both') },
    { reason: 'an address with a password', error: new Error(`no answer of redis://nexus:${secret}@cache:6379/0`) },
    {
      reason: 'an address in a stack',
      error: Object.assign(new Error('no'), { stack: `at postgres://a:${secret}@b/c` }),
    },
    {
      reason: 'a statement with its values',
      error: Object.assign(new Error('no'), { query: 'insert …', parameters: [secret], detail: secret, input: secret }),
    },
    { reason: 'one that names itself in its cause', error: Object.assign(new Error('round'), { command: secret }) },
    { reason: 'a very long message', error: new Error('local rcall = redis.call '.repeat(10_000)) },
  ])('is told without what hangs on it: $reason', ({ error }) => {
    for (const members of [{ err: error }, { error }]) {
      const { lines, log } = logInto()
      log.error(members, 'queue')
      const written = JSON.stringify(lines)
      expect(written).toContain('queue')
      expect(written).not.toContain(secret)
      expect(written).not.toContain('a whole script')
      expect(written.length).toBeLessThan(20_000)
    }
  })

  test('may be its own cause', () => {
    const error = new Error('round')
    error.cause = error
    const { lines, log } = logInto()
    log.error({ err: error }, 'queue')
    expect(lines[0]).toMatchObject({ err: { type: 'Error', message: 'round', cause: { message: 'round' } } })
  })
})
