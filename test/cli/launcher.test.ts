import { copyFileSync } from 'node:fs'
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

test('without a Node that it can run on, says what to do', async () => {
  const script = join(emptyDirectory(), 'nexus.mjs')
  copyFileSync(bin, script)
  const old = `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.20.2'}})`
  const { code, stderr } = await nexus([], { script, nodeArguments: ['--import', old] })
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/^nexus needs Node 24 or later; this is 20\.20\.2\. Run `npm ci`/),
  ])
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
