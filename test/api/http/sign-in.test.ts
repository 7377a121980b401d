import { scryptSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { issuePassword } from '../../../adapters/passwords/issued-password.ts'
import { basic, withStates } from '../../support/pipeline.ts'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { read } from '../support.ts'

/** As Nexus kept passwords that it issued before. */
const scryptOf = (password: string): string => {
  const salt = Buffer.alloc(16, 3)
  const hash = scryptSync(password, salt, 32, { N: 2 ** 15, r: 8, p: 3, maxmem: 2 ** 26 })
  return `scrypt$32768$8$3$${salt.toString('base64')}$${hash.toString('base64')}`
}

/** Seconds of CPU, of all threads, that something costs. */
const cpu = async (work: () => Promise<unknown>): Promise<number> => {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

const home = '192.0.2.1'
const office = '192.0.2.77'

describe.skipIf(servers === null)('signing in by name and password', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack(
      withStates({
        file: {
          server: { host: '127.0.0.1', port: 0, trustedProxies: ['127.0.0.1'] },
          limits: { failedSignInsOfAddress: 40, failedSignInsOfName: 30 },
        },
      }),
    )
  })
  afterAll(() => stack.close())

  const sign = async (name: string, password: string, address: string): Promise<number> => {
    const authorization = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`
    const answer = await fetch(`${stack.url}/v1/tenants`, { headers: { authorization, 'x-forwarded-for': address } })
    await answer.text()
    return answer.status
  }
  let made = 0
  /** An account of the database, with the password that it was given. */
  const account = async (): Promise<{ name: string; password: string }> => {
    const name = `robot-${(made += 1)}`
    const answer = await read(
      await fetch(`${stack.url}/v1/admin/accounts`, {
        method: 'POST',
        headers: { authorization: basic, 'content-type': 'application/json', 'x-forwarded-for': home },
        body: JSON.stringify({ name, tenants: ['acme'], permissions: ['client.read'] }),
      }),
    )
    expect(answer.status).toBe(201)
    return { name, password: String(answer.body['password']) }
  }
  const hashesOf = async (name: string) => {
    const [row] = await stack.query<{ secret_hash: string; previous_hash: string | null; secret_used_at: Date | null }>(
      'select secret_hash, previous_hash, secret_used_at from nexus.service_accounts where name = $1',
      [name],
    )
    if (row === undefined) throw new Error('The account is gone.')
    return row
  }
  test('a new account is heard where everything else has failed, at once and without end', async () => {
    const { name, password } = await account()
    const guesses = await Promise.all(
      Array.from({ length: 90 }, (_, index) => sign(index % 2 === 0 ? name : 'nobody', `guess ${index}`, office)),
    )
    expect(new Set(guesses)).toEqual(new Set([401, 429]))
    const others = Array.from({ length: 90 }, (_, index) => sign('pipeline', `guess ${index}`, office))
    const right = await Promise.all(Array.from({ length: 20 }, () => sign(name, password, office)))
    expect(new Set(right)).toEqual(new Set([200]))
    expect(await Promise.all(others)).not.toContain(503)
  })

  test('what is kept of an issued password is a keyed hash of it', async () => {
    const { name, password } = await account()
    expect((await hashesOf(name)).secret_hash).toMatch(/^hmac-sha256\$/)
    expect(JSON.stringify(await hashesOf(name))).not.toContain(password.slice(4))
  })

  test('a scrypt hash of one from before is good, and is replaced at the next success only', async () => {
    const { name, password } = await account()
    const old = scryptOf(password)
    await stack.query('update nexus.service_accounts set secret_hash = $2 where name = $1', [name, old])
    expect(await sign(name, issuePassword(), home)).toBe(401)
    expect((await hashesOf(name)).secret_hash).toBe(old)
    expect(await sign(name, password, home)).toBe(200)
    await expect.poll(async () => (await hashesOf(name)).secret_hash).toMatch(/^hmac-sha256\$/)
    expect((await hashesOf(name)).secret_used_at).not.toBeNull()
    expect([await sign(name, password, home), await sign(name, issuePassword(), home)]).toEqual([200, 401])
  })

  test('so is the one of before a rotation, and the present one stays what it is', async () => {
    const { name, password } = await account()
    const { secret_hash: present } = await hashesOf(name)
    const former = issuePassword()
    await stack.query(
      "update nexus.service_accounts set previous_hash = $2, previous_until = now() + interval '1 hour' where name = $1",
      [name, scryptOf(former)],
    )
    expect([await sign(name, password, home), await sign(name, former, home)]).toEqual([200, 200])
    await expect.poll(async () => (await hashesOf(name)).previous_hash).toMatch(/^hmac-sha256\$/)
    expect((await hashesOf(name)).secret_hash).toBe(present)
    expect([await sign(name, password, home), await sign(name, former, home)]).toEqual([200, 200])
  })

  test('who is refused costs no derivation: neither a wrong issued password, nor a 429', async () => {
    const { name } = await account()
    const one = await cpu(async () => void scryptOf('x'))
    const wrongIssued = await cpu(async () => {
      for (let index = 0; index < 60; index += 1) await sign(name, issuePassword(), '198.51.100.1')
    })
    expect(wrongIssued).toBeLessThan(30 * one)
    await Promise.all(Array.from({ length: 60 }, () => sign('nobody', issuePassword(), '198.51.100.2')))
    const refused = await cpu(async () => {
      const guesses = Array.from({ length: 60 }, (_, index) => sign(`n-${index}`, 'guess', '198.51.100.2'))
      const answers = await Promise.all(guesses)
      // One a second gets through.
      expect(answers.filter((status) => status === 429).length).toBeGreaterThan(50)
    })
    expect(refused).toBeLessThan(30 * one)
  }, 60_000)

  test('an address of a chosen password goes first, whoever guesses from however many', async () => {
    expect(await sign('pipeline', 'pipeline-password-canary', home)).toBe(200)
    const flood = Array.from({ length: 120 }, (_, index) => sign(`n-${index}`, 'guess', `203.0.113.${index}`))
    // Not remembered: a wrong one first takes a turn of its own, and is told so.
    const start = performance.now()
    expect(await sign('pipeline', 'mistyped', home)).toBe(401)
    expect(await sign('pipeline', 'pipeline-password-canary', home)).toBe(200)
    const took = performance.now() - start
    const answers = await Promise.all(flood)
    expect(took).toBeLessThan(performance.now() - start)
    expect(new Set(answers)).toEqual(new Set([401, 429]))
  })

  test('an IPv6 network is one address', async () => {
    const answers: number[] = []
    for (let index = 0; index < 45; index += 1)
      answers.push(await sign('robot', issuePassword(), `2001:db8:0:9:${index.toString(16)}::1`))
    expect(answers.slice(0, 30)).toEqual(Array.from({ length: 30 }, () => 401))
    expect(await sign('another', issuePassword(), '2001:db8:0:9::ffff')).toBe(429)
    expect(await sign('another', issuePassword(), '2001:db8:0:a::ffff')).toBe(401)
  })
})
