import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nexus } from '../support/process.ts'
import { applicationToken, servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'
import { seedClient } from '../api/support.ts'

describe.skipIf(servers === null)('SIGTERM under load', () => {
  let stack: Stack
  let folder: string
  let ids: string[]
  beforeAll(async () => {
    stack = await startStack({ roles: { api: false, worker: true } })
    ids = Array.from({ length: 10 }, () => seedClient(stack))
    folder = await mkdtemp(path.join(os.tmpdir(), 'nexus-shutdown-'))
    await writeFile(path.join(folder, 'nexus.yaml'), stack.configurationText)
  })
  afterAll(async () => {
    await stack.close()
    await rm(folder, { recursive: true })
  })

  test.each([{ prefer: 'respond-async' }, { prefer: 'wait=30' }])(
    'every change that was answered 2xx ($prefer) is stored, and has its record; the process ends by itself',
    async ({ prefer }) => {
      const process = nexus(['api', '--config', path.join(folder, 'nexus.yaml')])
      const [, url] = await process.says(/"url":"(http:[^"]+)"/)
      const headers = {
        authorization: `Bearer ${stack.token()}`,
        'x-application-token': applicationToken,
        'content-type': 'application/json',
        prefer,
      }
      const accepted: string[] = []
      const refused = new Set<number>()
      let cut = 0
      let ending = false
      const caller = async (id: string | undefined, number: number): Promise<void> => {
        for (let turn = 0; ; turn += 1)
          try {
            const answer = await fetch(`${url}/v1/tenants/acme/clients/${id}`, {
              method: 'PATCH',
              headers,
              body: JSON.stringify({ callbackUrls: [`https://${prefer.length}.example.com/${number}/${turn}`] }),
            })
            if (answer.ok) accepted.push(answer.headers.get('nexus-change') ?? '')
            else refused.add(answer.status)
            await answer.text()
          } catch {
            cut += 1
            if (ending) return
          }
      }
      const callers = Promise.all([...ids, ...ids].map(caller))
      await expect.poll(() => accepted.length, { timeout: 20_000 }).toBeGreaterThan(40)
      ending = true
      const ended = process.kill('SIGTERM')
      await Promise.race([ended, sleep(20_000).then(() => Promise.reject(new Error('It does not end.')))])
      await callers
      expect(process.child.exitCode).toBe(0)
      // Told that the server is closing, or not let in any more; never an answer that is not true.
      expect([...refused].filter((status) => status !== 503)).toEqual([])
      expect(cut).toBeGreaterThan(0)
      const stored = await stack.query<{ id: string }>(
        `select h.id from nexus.changes h join nexus.audit a on a.change_id = h.id and a.outcome = 'accepted'
         where h.id = any($1::uuid[])`,
        [accepted],
      )
      expect(new Set(stored.map(({ id }) => id))).toEqual(new Set(accepted))
      expect(accepted.length).toBe(new Set(accepted).size)
    },
  )
})
