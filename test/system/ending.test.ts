import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { lookOn } from '../api/events/support.ts'
import { pathOf, seedClient } from '../api/support.ts'
import { nexus } from '../support/process.ts'
import { applicationToken, servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'

const hostOf = (url: string) => ({ host: new URL(url).hostname, port: Number(new URL(url).port) })

/** A connection on which somebody sends, slowly, and what came back. */
const slowUpload = (url: string, path: string, token: string) => {
  const socket = connect(hostOf(url))
  onTestFinished(() => void socket.destroy())
  let answer = ''
  socket.on('error', () => undefined)
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString()
  })
  socket.write(
    `PATCH ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\nx-application-token: ${applicationToken}\r\n` +
      'content-type: application/json\r\ncontent-length: 100000\r\n\r\n{',
  )
  const timer = setInterval(() => socket.write(' '), 200)
  onTestFinished(() => clearInterval(timer))
  return { answer: () => answer, closed: new Promise<void>((resolve) => void socket.once('close', () => resolve())) }
}

describe.skipIf(servers === null)('SIGTERM', () => {
  let stack: Stack
  let folder: string
  beforeAll(async () => {
    stack = await startStack({
      // Far longer than a process has to end.
      file: { worker: { httpTimeout: '2m' } },
      tenant: { freshness: '24h', scanInterval: '24h' },
    })
    // The stack is there for its database and its simulator; the process under test is a real one.
    await stack.stop()
    folder = await mkdtemp(path.join(os.tmpdir(), 'nexus-ending-'))
  })
  afterAll(async () => {
    await stack.close()
    await rm(folder, { recursive: true })
  })

  const start = async (server: Record<string, unknown> = {}) => {
    const file = path.join(folder, 'nexus.yaml')
    const settings = { ...JSON.parse(stack.configurationText), server: { host: '127.0.0.1', port: 0, ...server } }
    await writeFile(file, JSON.stringify(settings), { mode: 0o600 })
    const one = nexus(['start', '--config', file])
    onTestFinished(() => one.kill('SIGKILL'))
    const [, url = ''] = await one.says(/"url":"(http:[^"]+)"/)
    return { one, url }
  }
  const headers = () => ({
    authorization: `Bearer ${stack.token()}`,
    'x-application-token': applicationToken,
    'content-type': 'application/json',
  })
  const statusOf = async (change: string) => {
    const [row] = await stack.query<{ status: string }>('select status from nexus.changes where id = $1', [change])
    return row?.status
  }

  test('ends all of it within 15 s, while Auth0 never answers, a stream is open and somebody uploads slowly', async () => {
    const id = seedClient(stack)
    const { one, url } = await start({ shutdownDelay: '5s' })
    expect((await fetch(`${url}${pathOf(id)}`, { headers: headers() })).status).toBe(200)
    stack.simulator.setFaults({ latencyMs: 600_000 })
    const waiting = fetch(`${url}${pathOf(id)}`, {
      method: 'PATCH',
      headers: { ...headers(), prefer: 'wait=60' },
      body: '{"callbackUrls":["https://last.example.com/cb"]}',
    })
    // Nobody knows this client: it is looked for at Auth0.
    const reading = fetch(`${url}${pathOf('unknownClient00000000000000000000')}`, { headers: headers() })
    const reader = await lookOn(stack, { url })
    const upload = slowUpload(url, pathOf(id), stack.token())
    // The call to Auth0 is under way.
    await expect
      .poll(() => stack.query('select client_id from nexus.clients where lease_until > now()'), { timeout: 10_000 })
      .toHaveLength(1)

    const began = performance.now()
    one.child.kill('SIGTERM')
    await one.says(/shutting down/)
    // A load balancer sees that it should leave; until it does, requests are served, and no connection is kept.
    const ready = await fetch(`${url}/readyz`)
    expect([ready.status, ready.headers.get('connection')]).toEqual([503, 'close'])
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    const served = await fetch(`${url}${pathOf(id)}`, { headers: headers() })
    expect([served.status, served.headers.get('connection')]).toEqual([200, 'close'])
    expect(performance.now() - began).toBeLessThan(5000)

    const answer = await waiting
    expect(answer.status).toBe(202)
    await reader.ended
    expect(reader.messages.at(-1)).toMatchObject({ event: 'end', data: { type: '/problems/unavailable' } })
    // Long before a call to Auth0 counts as unanswered, which is 10 s.
    expect(performance.now() - began).toBeLessThan(5000 + 5000)
    await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed')

    expect([502, 503, 504]).toContain((await reading).status)
    await upload.closed
    expect(upload.answer()).toMatch(/^HTTP\/1\.1 503 [^]*\r\nretry-after: 1\r\n[^]*the body had not arrived/)
    await one.ended
    expect(performance.now() - began).toBeLessThan(5000 + 15_000)
    expect(one.child.exitCode).toBe(0)
    expect(one.output()).toContain('"msg":"ended"')

    // It has let go of the client, and another goes on with it at once.
    expect(await stack.query('select client_id from nexus.clients where lease_until > now()')).toEqual([])
    stack.simulator.setFaults({ latencyMs: 0 })
    await start()
    const change = answer.headers.get('nexus-change') ?? ''
    await expect.poll(() => statusOf(change), { timeout: 15_000 }).toBe('applied')
    expect(stack.simulator.clients.get(id)?.['callbacks']).toEqual(['https://last.example.com/cb'])
  }, 60_000)

  test('is not held up by connections on which nobody asks anything', async () => {
    const { one, url } = await start()
    const silent = connect(hostOf(url))
    silent.on('error', () => undefined)
    // Node's own client keeps its connection after this.
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    await sleep(100)
    const began = performance.now()
    await one.kill('SIGTERM')
    expect(performance.now() - began).toBeLessThan(5000)
    expect(one.child.exitCode).toBe(0)
  })
})
