import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'

const cli = path.resolve(import.meta.dirname, '../../cli/nexus.mjs')

describe.skipIf(servers === null)('the npm that started a process ends', () => {
  let stack: Stack
  let folder: string
  beforeAll(async () => {
    stack = await startStack({ roles: { api: true, worker: false } })
    folder = await mkdtemp(path.join(os.tmpdir(), 'nexus-npm-'))
    await writeFile(path.join(folder, 'nexus.yaml'), stack.configurationText, { mode: 0o600 })
  })
  afterAll(async () => {
    await stack.close()
    await rm(folder, { recursive: true, force: true })
  })

  test.each(['start', 'api', 'worker'])('nexus %s ends in order', async (command) => {
    const log = path.join(folder, `${command}.log`)
    const script = `"${process.execPath}" "${cli}" ${command} --config nexus.yaml > ${command}.log`
    await writeFile(path.join(folder, 'package.json'), JSON.stringify({ scripts: { serve: script } }))
    const { PATH, HOME } = process.env
    const npm = spawn('npm', ['run', '--silent', 'serve'], { cwd: folder, env: { PATH, HOME }, stdio: 'ignore' })
    const says = (what: string) =>
      vi.waitFor(async () => expect(await readFile(log, 'utf8')).toContain(what), { timeout: 25_000, interval: 100 })
    try {
      await says('"msg":"Nexus is up"')
    } finally {
      npm.kill('SIGTERM')
    }
    await says('the npm that started it has ended')
    await says('"msg":"ended"')
  })
})
