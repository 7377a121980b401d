import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { oldNode } from '../support/old-node.ts'
import { bin, emptyDirectory } from './support.ts'

/** A package whose script is `script`, in which `$OUT` is where its output is to go. */
const packageWith = (script: string): { readonly directory: string; readonly out: string } => {
  const directory = emptyDirectory()
  writeFileSync(
    join(directory, 'package.json'),
    JSON.stringify({ name: 'somebody', private: true, scripts: { serve: script } }),
  )
  return { directory, out: join(directory, 'out') }
}

const simulator = (node = process.execPath): string => `"${node}" "${bin}" simulator --port 0 --json`

/** Where the simulator listens, as soon as it says so. */
const urlIn = (file: string): Promise<string> =>
  vi.waitFor(
    () => {
      const line = /^\{.*\}$/m.exec(existsSync(file) ? readFileSync(file, 'utf8') : '')?.[0] ?? ''
      return z.object({ url: z.string() }).parse(JSON.parse(line)).url
    },
    { timeout: 20_000, interval: 50 },
  )

const answers = (url: string): Promise<boolean> =>
  fetch(new URL('/_simulator/stats', url)).then(
    ({ ok }) => ok,
    () => false,
  )

/** By this the processes of this file are known, however they were started. */
const marker = `--clients ${7000 + (process.pid % 1000)}`

/** What a test left running is ended with it. */
const endLater = (): void =>
  onTestFinished(() => {
    const lines = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n')
    const left = lines.filter((one) => one.includes(bin) && one.includes(marker) && !one.includes('sh -c'))
    // Not by process.kill, which fails where one of them has ended by itself since they were listed.
    spawnSync('kill', ['-KILL', ...left.map((line) => line.trim().split(/\s+/)[0] ?? '')])
  })

/** Runs a command line in a shell, as a person would; `$OUT` and `$!` are at its disposal. */
const inShell = (line: string, { directory, out }: { readonly directory: string; readonly out: string }) => {
  const { PATH, HOME } = process.env
  return spawn('sh', ['-c', line], { cwd: directory, env: { PATH, HOME, OUT: out }, stdio: 'ignore' })
}

interface Ends {
  readonly reason: string
  readonly signal: NodeJS.Signals
  readonly script: string
}

const underOldNode: readonly Ends[] =
  oldNode === undefined
    ? []
    : [{ reason: 'an older Node was in npm', signal: 'SIGTERM', script: `${simulator(oldNode)} ${marker} > $OUT` }]

const endings: readonly Ends[] = [
  { reason: 'npm is asked to end', signal: 'SIGTERM', script: `${simulator()} ${marker} > $OUT` },
  { reason: 'npm is killed', signal: 'SIGKILL', script: `${simulator()} ${marker} > $OUT` },
  { reason: 'a shell stands in between', signal: 'SIGTERM', script: `sh -c '${simulator()} ${marker}; :' > $OUT` },
  { reason: 'npm runs another npm', signal: 'SIGKILL', script: `npm run --silent inner` },
  ...underOldNode,
]

describe('a process that npm started', { timeout: 60_000 }, () => {
  test.each(endings)('ends when $reason ($signal), and frees its port', async ({ script, signal }) => {
    const place = packageWith(script)
    if (script.includes('inner'))
      writeFileSync(
        join(place.directory, 'package.json'),
        JSON.stringify({ scripts: { serve: script, inner: `${simulator()} ${marker} > $OUT` } }),
      )
    const npm = inShell('exec npm run --silent serve', place)
    const url = await urlIn(place.out)
    endLater()
    expect(await answers(url)).toBe(true)
    npm.kill(signal)
    await vi.waitFor(async () => expect(await answers(url)).toBe(false), { timeout: 8000, interval: 100 })
  })

  test.each([
    {
      reason: 'a script left it in the background, and npm has done its work',
      line: 'npm run --silent serve',
      script: `${simulator()} ${marker} > $OUT &`,
    },
    {
      reason: 'it has a session of its own',
      line: `npm run --silent serve & timeout 30 sh -c 'until [ -s "$OUT" ]; do sleep 0.1; done'; kill -9 $!`,
      script: `setsid ${simulator()} ${marker} > $OUT`,
    },
    {
      reason: 'npm goes on in the background, and the shell that started it ends',
      line: 'nohup npm run --silent serve > /dev/null 2>&1 &',
      script: `${simulator()} ${marker} > $OUT`,
    },
    {
      reason: 'npm has a session of its own, and the shell that started it ends',
      line: 'setsid npm run --silent serve > /dev/null 2>&1 &',
      script: `${simulator()} ${marker} > $OUT`,
    },
    {
      reason: 'a supervisor started it that once was started by npm',
      line: 'npm run --silent serve',
      script: `setsid sh -c '${simulator()} ${marker} > $OUT; :' &`,
    },
    {
      reason: 'no npm started it',
      line: `${simulator()} ${marker} > $OUT &`,
      script: '',
    },
  ])('lives on where $reason', async ({ line, script }) => {
    const place = packageWith(script)
    const shell = inShell(line, place)
    const url = await urlIn(place.out)
    endLater()
    await vi.waitFor(() => expect(shell.exitCode ?? shell.signalCode).not.toBeNull(), { timeout: 10_000 })
    await new Promise((resolve) => setTimeout(resolve, 2000))
    expect(await answers(url)).toBe(true)
  })

  test.skipIf(oldNode === undefined)('that an older Node started ends when that one is killed', async () => {
    const place = packageWith('')
    const launcher = inShell(`exec ${simulator(oldNode)} ${marker} > $OUT`, place)
    const url = await urlIn(place.out)
    endLater()
    launcher.kill('SIGKILL')
    await vi.waitFor(async () => expect(await answers(url)).toBe(false), { timeout: 8000, interval: 100 })
  })
})
