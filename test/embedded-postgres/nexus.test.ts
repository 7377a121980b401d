import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { nexus } from '../cli/support.ts'
import { assembleStack } from '../support/assemble-stack.ts'

test(
  'Nexus goes on when its embedded PostgreSQL is killed, while somebody looks at it',
  { timeout: 120_000 },
  async () => {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-killed-'))
    onTestFinished(() => rm(directory, { recursive: true, force: true }))
    await chmod(directory, 0o755)
    const embedded = path.join(directory, '.nexus')
    const stack = await assembleStack({ postgresUrl: '', redisUrl: null }, { embedded })
    onTestFinished(() => stack.close())
    await writeFile(path.join(directory, 'nexus.yaml'), stack.configurationText, { mode: 0o600 })
    const doctor = () => nexus(['doctor', '--json', '--config', path.join(directory, 'nexus.yaml')])
    const server = async () =>
      Number((await readFile(path.join(embedded, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0])
    const id = stack.simulator.seed({ name: 'Ours', client_metadata: { owners: '["auth0|tester"]' } })
    const change = (url: string) => stack.patch(id, { callbackUrls: [url] }, { headers: { prefer: 'wait=20' } })
    expect((await change('https://before.example.com/')).status).toBe(200)

    for (const round of [1, 2]) {
      const killed = await server()
      process.kill(killed, 'SIGKILL')
      const looking = doctor()
      const url = `https://after-${round}.example.com/`
      // 503 for as long as nothing can be stored; then it is stored, sent, and told by the connection that listens.
      const answer = await vi.waitFor(
        async () => {
          const one = await change(url)
          expect(one.status).toBe(200)
          return one
        },
        { timeout: 40_000, interval: 200 },
      )
      expect(await answer.json()).toMatchObject({ callbackUrls: [url] })
      expect(stack.simulator.clients.get(id)?.['callbacks']).toEqual([url])
      // Whichever way the look went, it left the server running.
      const { stdout } = await looking
      expect(stdout).toContain('"about":"database"')
      expect(await server()).not.toBe(killed)
      expect((await fetch(`${stack.url}/readyz`)).status).toBe(200)
    }
    expect((await doctor()).stdout).toContain('The user may read and write.')
    expect((await fetch(`${stack.url}/readyz`)).status).toBe(200)
  },
)
