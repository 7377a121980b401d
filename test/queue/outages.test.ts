import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { nexus as command } from '../cli/support.ts'
import { assembleStack } from '../support/assemble-stack.ts'
import type { Stack } from '../support/assemble-stack.ts'
import { hasRedis, startEmbeddedServers, startOwnRedis } from '../support/local-servers.ts'
import type { LocalServers } from '../support/local-servers.ts'
import { nexus } from '../support/process.ts'
import { startRedisPair } from '../support/redis/pair.ts'
import { startTcpSwitch } from '../support/tcp-switch.ts'
import { accept, applied, forTest, owned } from './support.ts'

const settings = ['--appendonly', 'yes', '--maxmemory-policy', 'noeviction']

const own = async (more: readonly string[] = []) => {
  const { url } = await forTest(startOwnRedis([...settings, ...more]))
  return url
}
const closedToInfo = async (): Promise<string> => {
  const url = await own()
  const admin = new Redis(url)
  await admin.call('ACL', 'SETUSER', 'managed', 'on', '>pw', '~*', '+@all', '-@dangerous')
  admin.disconnect()
  return url.replace('//', '//managed:pw@')
}

describe.skipIf(!hasRedis())('over a Redis that fails', { timeout: 60_000 }, () => {
  let postgres: LocalServers
  beforeAll(async () => {
    postgres = await startEmbeddedServers()
  })
  afterAll(() => postgres.close())

  const stackOn = async (redisUrl: string): Promise<Stack> => {
    const stack = await assembleStack({ ...postgres.servers, redisUrl }, { twoRoles: false })
    onTestFinished(() => stack.close())
    return stack
  }

  const fileOn = async (redisUrl: string): Promise<string> => {
    const stack = await stackOn(await own())
    await stack.stop()
    const directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-unfit-'))
    onTestFinished(() => rm(directory, { recursive: true, force: true }))
    const file = z.record(z.string(), z.unknown()).parse(JSON.parse(stack.configurationText))
    const text = JSON.stringify({ ...file, redis: { url: redisUrl } })
    await writeFile(path.join(directory, 'nexus.yaml'), text, { mode: 0o600 })
    return path.join(directory, 'nexus.yaml')
  }

  describe('a start', () => {
    test.each([
      { reason: 'a user without INFO', url: closedToInfo, says: /INFO.*ACL SETUSER managed \+info/, exit: 78 },
      {
        reason: 'cluster mode',
        url: () => own(['--cluster-enabled', 'yes']),
        says: /cluster mode.*cluster-enabled no/,
        exit: 78,
      },
      {
        reason: 'no Redis',
        url: () => Promise.resolve('redis://127.0.0.1:1'),
        says: /cannot be reached.*Check redis.url/,
        exit: 75,
      },
    ])('ends within 10 s with the reason and the remedy ($reason), as doctor has it', async ({ url, says, exit }) => {
      const config = await fileOn(await url())
      const before = performance.now()
      expect((await command(['config', 'check', '--config', config])).code).toBe(0)
      /** What a process takes on this machine before it does anything. */
      const beginsMs = performance.now() - before
      for (const role of ['start', 'worker']) {
        const started = performance.now()
        const { code, stdout, stderr } = await command([role, '--config', config])
        expect(code).toBe(exit)
        expect(performance.now() - started).toBeLessThan(8000 + 3 * beginsMs)
        expect(stderr).toMatch(says)
        expect(stdout.length).toBeLessThan(10_000)
      }
      const doctor = await command(['doctor', '--config', config])
      expect(doctor.code).toBe(1)
      expect(doctor.stdout.replaceAll(/\s+/g, ' ')).toMatch(says)
    })

    test('hears SIGTERM while it waits, and does not grow', async () => {
      const silent = await startTcpSwitch(Number(new URL(await own()).port))
      onTestFinished(silent.close)
      silent.hush(true)
      const config = await fileOn(`redis://127.0.0.1:${silent.port}`)
      const starting = nexus(['start', '--config', config])
      await sleep(3000)
      const [, resident = ''] =
        process.platform === 'linux'
          ? (/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${starting.child.pid}/status`, 'utf8')) ?? [])
          : []
      expect(Number(resident)).toBeLessThan(250_000)
      const asked = performance.now()
      await starting.kill('SIGTERM')
      expect(starting.child.exitCode ?? starting.child.signalCode).toSatisfy((end) => [0, 'SIGTERM'].includes(end))
      expect(performance.now() - asked).toBeLessThan(7000)
    })
  })

  test('after a failover that keeps every connection, changes are applied within 10 s, again and again', async () => {
    const pair = await forTest(startRedisPair())
    const stack = await stackOn(pair.url)
    const id = owned(stack)
    await accept(stack, id, 'https://before.example.com/')
    await applied(stack, id, 'https://before.example.com/', 10_000)
    for (let round = 0; round < 3; round += 1) {
      await pair.failOver()
      const url = `https://after-${round}.example.com/`
      await accept(stack, id, url)
      await applied(stack, id, url, 10_000)
    }
    const log = stack.logLines().join('')
    expect(log).not.toContain('local rcall')
    expect(stack.logLines().filter((line) => line.includes('"level":50')).length).toBeLessThan(60)
  })

  test('while Redis is away changes are accepted, it is told, and then they are applied', async () => {
    const url = await own()
    const address = await startTcpSwitch(Number(new URL(url).port))
    onTestFinished(address.close)
    const stack = await stackOn(`redis://127.0.0.1:${address.port}`)
    const id = owned(stack)
    const ready = async () => {
      const answer = await fetch(`${stack.url}/readyz`)
      return [answer.status, await answer.json()]
    }
    const health = async () => {
      const answer = await stack.request('/v1/tenants/acme')
      return z.object({ queue: z.unknown() }).parse(await answer.json()).queue
    }
    expect(await ready()).toEqual([200, { status: 'ok' }])
    expect(await health()).toEqual({ working: true, problem: null, reason: null })
    await address.cut()
    await accept(stack, id, 'https://away.example.com/')
    await vi.waitFor(async () => expect(await ready()).toEqual([200, { status: 'degraded', queue: 'unreachable' }]), {
      timeout: 15_000,
      interval: 200,
    })
    expect(await health()).toMatchObject({ working: false, problem: 'unreachable' })
    expect(JSON.stringify(await health())).not.toContain('127.0.0.1')
    await accept(stack, id, 'https://still-away.example.com/')
    await address.mend()
    await applied(stack, id, 'https://still-away.example.com/', 15_000)
    await vi.waitFor(async () => expect(await ready()).toEqual([200, { status: 'ok' }]), {
      timeout: 15_000,
      interval: 200,
    })
  })

  test('a Redis that takes rights away while Nexus runs is told, costs few lines, and is used again', async () => {
    const url = await own()
    const admin = new Redis(url)
    onTestFinished(() => admin.disconnect())
    await admin.call('ACL', 'SETUSER', 'queue', 'on', '>pw', '~*', '+@all')
    const stack = await stackOn(url.replace('//', '//queue:pw@'))
    const id = owned(stack)
    await accept(stack, id, 'https://one.example.com/')
    await applied(stack, id, 'https://one.example.com/', 10_000)
    await admin.call('ACL', 'SETUSER', 'queue', '-evalsha', '-eval')
    const before = stack.logLines().join('').length
    await accept(stack, id, 'https://two.example.com/')
    await vi.waitFor(
      async () => expect(await (await fetch(`${stack.url}/readyz`)).json()).toMatchObject({ queue: 'forbidden' }),
      { timeout: 15_000, interval: 200 },
    )
    await sleep(2000)
    expect(stack.logLines().join('').length - before).toBeLessThan(200_000)
    await admin.call('ACL', 'SETUSER', 'queue', '+@all')
    await applied(stack, id, 'https://two.example.com/', 20_000)
  })
})
