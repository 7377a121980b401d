import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { oldNode } from '../support/old-node.ts'
import { bin, emptyDirectory, nexus, startNexus } from './support.ts'

describe.skipIf(oldNode === undefined)('on an older Node (skipped where the machine has none)', () => {
  const node = oldNode ?? ''

  test('runs on the one of the project, with arguments, input and output', async () => {
    const { code, stdout, stderr } = await nexus(['hash', 'token'], {
      node,
      input: 'a-token-of-some-length-0123456789',
    })
    expect([code, stdout, stderr]).toEqual([0, expect.stringMatching(/^[0-9a-f]{64}\n$/), ''])
  })

  test('ends with the same code', async () => {
    expect((await nexus(['hash', 'token'], { node, input: 'short' })).code).toBe(64)
  })

  test.each(['SIGTERM', 'SIGINT'] as const)('passes %s on, and waits for the end', async (signal) => {
    const { firstLine, end } = await startNexus(['simulator', '--port', '0', '--json'], { node })
    const { url } = z.object({ url: z.string() }).parse(JSON.parse(firstLine))
    expect((await fetch(new URL('/_simulator/stats', url))).status).toBe(200)
    expect(await end(signal)).toBe(0)
    await expect(fetch(new URL('/_simulator/stats', url))).rejects.toThrow('fetch failed')
  })
})

/** Arguments by which this Node says that it is another one. */
const as = (version: string): readonly string[] => [
  '--import',
  `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'${version}'}})`,
]

test('without a Node that it can run on, says what to do', async () => {
  const script = join(emptyDirectory(), 'nexus.mjs')
  copyFileSync(bin, script)
  const { code, stderr } = await nexus([], { script, nodeArguments: as('20.20.2') })
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/^nexus needs Node 24 or later; this is 20\.20\.2\. Run `npm ci`/),
  ])
})

/** What npm installs, with a program that says what it was asked. */
const installed = (): { readonly folder: string; readonly script: string } => {
  const folder = emptyDirectory()
  mkdirSync(join(folder, 'cli'))
  copyFileSync(bin, join(folder, 'cli/nexus.mjs'))
  writeFileSync(join(folder, 'cli/main.js'), "console.log('compiled', ...process.argv.slice(2))\n")
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "engines": { "node": ">=22.19" } }')
  return { folder, script: join(folder, 'cli/nexus.mjs') }
}

describe('in a package', () => {
  test.each(['22.19.0', '22.23.1', '24.0.0'])('on Node %s runs what was compiled', async (version) => {
    const { script } = installed()
    const { code, stdout } = await nexus(['a', 'b'], { script, nodeArguments: as(version) })
    expect([code, stdout]).toEqual([0, 'compiled a b\n'])
  })

  test.each(['20.20.2', '22.18.0'])('on Node %s says which one it needs, and how to get it', async (version) => {
    const { script } = installed()
    const { code, stdout, stderr } = await nexus([], { script, nodeArguments: as(version) })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toBe(
      `nexus needs Node 22.19 or later; this is ${version}. Install a newer one (https://nodejs.org), or one for Nexus only: \`npm install node@24\`.\n`,
    )
  })

  test('a package that is missing is named, with what installs it', async () => {
    const { folder, script } = installed()
    writeFileSync(join(folder, 'cli/main.js'), "await import('pino')\n")
    const { code, stdout, stderr } = await nexus([], { script })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toBe('nexus: pino is not installed. Run `npm install` where Nexus is installed.\n')
  })

  test.each([
    { reason: 'one that is new enough is used', version: '24.1.0', code: 0, says: 'the other one' },
    { reason: 'one that is too old is not', version: '22.18.0', code: 1, says: 'nexus needs Node 22.19' },
  ])('of a Node that npm has put beside it, $reason', async ({ version, code, says }) => {
    const { folder, script } = installed()
    const beside = join(folder, 'node_modules/node')
    mkdirSync(beside, { recursive: true })
    writeFileSync(join(beside, 'package.json'), JSON.stringify({ version, bin: { node: 'node' } }))
    writeFileSync(join(beside, 'node'), '#!/bin/sh\necho the other one\n', { mode: 0o755 })
    const ended = await nexus([], { script, nodeArguments: as('20.20.2') })
    expect(ended.code).toBe(code)
    expect(ended.stdout + ended.stderr).toContain(says)
  })
})

describe('an unexpected error', () => {
  // Standard input that breaks is nothing that the program knows of.
  const broken = `data:text/javascript,process.stdin.destroy(new Error('the pipe broke'))`

  test.each([
    { reason: 'shows its message and how to see more', args: [], env: {}, stack: false },
    { reason: 'shows its stack with --debug', args: ['--debug'], env: {}, stack: true },
    { reason: 'shows its stack with NEXUS_DEBUG', args: [], env: { NEXUS_DEBUG: '1' }, stack: true },
  ])('$reason', async ({ args, env, stack }) => {
    const { code, stderr } = await nexus([...args, 'hash', 'password'], { env, nodeArguments: ['--import', broken] })
    expect(code).toBe(1)
    expect(stderr).toContain('nexus: unexpected: ')
    expect(/^ +at /m.test(stderr)).toBe(stack)
    expect(stderr.includes('--debug')).toBe(!stack)
  })
})
