import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startOtlpReceiver } from '../../support/otlp/receiver.ts'
import type { OtlpReceiver } from '../../support/otlp/receiver.ts'
import { nexus } from '../../support/process.ts'
import type { NexusProcess } from '../../support/process.ts'
import { applicationToken, servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { pathOf, seedClient } from '../../api/support.ts'

const end = async ({ child, ended, output }: NexusProcess): Promise<string> => {
  child.kill('SIGTERM')
  await ended
  expect(child.exitCode).toBe(0)
  return output()
}

describe.skipIf(servers === null)('a receiver of traces', () => {
  let stack: Stack
  let folder: string
  let receiver: OtlpReceiver
  const running: NexusProcess[] = []

  beforeAll(async () => {
    stack = await startStack({ roles: { api: false, worker: true } })
    receiver = await startOtlpReceiver()
    folder = await mkdtemp(path.join(os.tmpdir(), 'nexus-traces-'))
    await writeFile(path.join(folder, 'nexus.yaml'), stack.configurationText)
  })
  afterAll(async () => {
    await Promise.all(running.map(({ kill }) => kill('SIGKILL')))
    await Promise.all([receiver?.close(), stack?.close()])
    await rm(folder, { recursive: true, force: true })
  })

  /** An API that sends each span at once. */
  const start = async (endpoint: string, env: Record<string, string> = {}) => {
    const api = nexus(['api', '--config', path.join(folder, 'nexus.yaml')], {
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_BSP_SCHEDULE_DELAY: '10',
      ...env,
    })
    running.push(api)
    const [, url = ''] = await api.says(/"url":"(http:[^"]+)"/)
    return { api, url }
  }

  const change = async (url: string, value: string): Promise<number> => {
    const { status } = await fetch(`${url}${pathOf(seedClient(stack))}`, {
      method: 'PATCH',
      body: JSON.stringify({ callbackUrls: [`https://${value}.example.com/cb`] }),
      headers: {
        authorization: `Bearer ${stack.token()}`,
        'x-application-token': applicationToken,
        'content-type': 'application/json',
      },
    })
    return status
  }

  test('that nothing listens at hinders nothing, and is told of without its password', async () => {
    const { api, url } = await start('http://somebody:canary-password@127.0.0.1:1')
    expect(await change(url, 'unreachable')).toBe(200)
    const [line] = await api.says(/.*traces cannot be delivered.*/)
    expect(JSON.parse(line)).toMatchObject({
      receiver: 'http://127.0.0.1:1/',
      reason: expect.stringContaining('ECONNREFUSED'),
    })
    const printed = await end(api)
    expect(printed).toContain('"ended"')
    expect(printed).not.toContain('canary-password')
  })

  test('that refuses is told of once, and once more when it takes them again', async () => {
    const { api, url } = await start(receiver.url)
    receiver.answer(401)
    for (let refused = receiver.requests() + 3; receiver.requests() < refused;)
      expect(await change(url, `refused-${receiver.requests()}`)).toBe(200)
    receiver.answer(200)
    expect(await change(url, 'taken')).toBe(200)
    await api.says(/traces are delivered again/)
    const printed = await end(api)
    expect(printed.match(/traces cannot be delivered/g)).toHaveLength(1)
    expect(printed).toContain(`"reason":"Unauthorized (401)"`)
  })

  test('that never answers keeps no process from ending in order', async () => {
    const { api, url } = await start(receiver.url, { OTEL_EXPORTER_OTLP_TIMEOUT: '500' })
    receiver.answer(null)
    expect(await change(url, 'unanswered')).toBe(200)
    const printed = await end(api)
    receiver.answer(200)
    expect(printed).toContain('"ended"')
    expect(printed).not.toMatch(/did not end in time/)
  })
})
