import type { Command } from 'commander'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { exits } from '../../cli/exit-codes.ts'
import type { Exit } from '../../cli/exit-codes.ts'
import { createProgram } from '../../cli/program.ts'
import { run } from '../../cli/run.ts'
import { nexus } from './support.ts'
import type { Finished } from './support.ts'

/** What a process does with its arguments, in this one: the command line writes nothing by itself before it fails. */
const here = async (args: readonly string[]): Promise<Finished> => {
  let [stdout, stderr] = ['', '']
  const code = await run(args, {
    out: (text) => {
      stdout += text
    },
    err: (text) => {
      stderr += text
    },
  })
  return { code, stdout, stderr }
}

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('NEXUS_')) vi.stubEnv(name, undefined)
})
afterEach(() => vi.unstubAllEnvs())

const pathsOf = (command: Command, path: readonly string[] = []): string[][] => [
  [...path],
  ...command.commands.flatMap((child) => pathsOf(child, [...path, child.name()])),
]

describe('help', () => {
  // Read from the program itself: a command that is added is tested as well.
  test.each(pathsOf(createProgram()).map((path) => ({ path })))('of nexus $path has examples', async ({ path }) => {
    const { code, stdout, stderr } = await here([...path, '--help'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain(`Usage: nexus ${path.join(' ')}`)
    expect(stdout).toMatch(/Examples:\n {2}\$ /)
  })

  test('as a process prints it', async () => {
    const { code, stdout, stderr } = await nexus(['state', 'list', '--help'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('Usage: nexus state list')
  })

  test('the version is that of the package', async () => {
    expect((await nexus(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

test("--debug may stand behind a command, and --version there is the command's own", async () => {
  const { code, stderr } = await nexus(['state', 'show', 'acme', 'main', '--version', '3', '--debug'])
  expect([code, stderr]).toEqual([exits.usage.code, expect.stringContaining('Set NEXUS_URL')])
})

describe('the API that cannot be asked', () => {
  const env = { NEXUS_USERNAME: 'ci', NEXUS_PASSWORD: 's3cr3t-of-ci', NEXUS_URL: 'http://127.0.0.1:9' }
  beforeEach(() => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  })

  test.each([
    { args: ['state', 'list', 'acme'] },
    { args: ['adopt', 'acme', '--all'] },
    { args: ['drift', 'acme', '--detailed-exitcode'] },
  ])('$args says so and that it may work later, and shows no password', async ({ args }) => {
    const { code, stdout, stderr } = await here(args)
    expect([code, stdout]).toEqual([exits['retry-later'].code, ''])
    expect(stderr).toContain('http://127.0.0.1:9 cannot be reached')
    expect(stderr).not.toContain('s3cr3t')
  })

  test('--config counts more than NEXUS_URL', async () => {
    const { code, stderr } = await here(['plan', 'acme', '--config', '/no/such.yaml'])
    expect([code, stderr]).toEqual([exits.configuration.code, expect.stringContaining('/no/such.yaml')])
  })
})

interface Usage {
  readonly reason: string
  readonly args: readonly string[]
  readonly says: string
}

const mistakes: readonly Usage[] = [
  { reason: 'an unknown command', args: ['simulater'], says: 'Did you mean simulator?' },
  { reason: 'an unknown command below one', args: ['hash', 'secret'], says: "unknown command 'secret'" },
  { reason: 'an unknown option', args: ['hash', 'token', '--generat'], says: 'Did you mean --generate?' },
  { reason: 'an option that must be there', args: ['token'], says: "'--user <id>' not specified" },
  { reason: 'too much', args: ['config', 'check', 'x'], says: 'too many arguments' },
  { reason: 'a port that is none', args: ['simulator', '--port', '70000'], says: 'from 0 to 65535' },
  { reason: 'a plan that there is none of', args: ['simulator', '--limits', 'gold'], says: 'self-service' },
  { reason: 'a fault without a value', args: ['simulator', '--fault', 'outage'], says: 'name=value' },
  { reason: 'a fault that there is none of', args: ['simulator', '--fault', 'x=1'], says: 'latencyMs' },
  { reason: 'a fault of a wrong value', args: ['simulator', '--fault', 'errorShare=2'], says: 'errorShare' },
  {
    reason: 'a permission that there is none of',
    args: ['token', '--user', 'x', '--permission', 'y'],
    says: 'client.read',
  },
  { reason: 'no clients, and not every one', args: ['adopt', 'acme'], says: 'or --all for every client' },
  { reason: 'no clients to release', args: ['release', 'acme', '--dry-run'], says: '--name, --state), or --all' },
  { reason: 'no client id', args: ['adopt', 'acme', '..'], says: 'A client id is 1 to 255 characters' },
  { reason: 'no tenant id', args: ['state', 'list', 'Acme'], says: 'A tenant id is lower case' },
  { reason: 'no name of a state', args: ['state', 'show', 'acme', '..'], says: 'The name of a state is' },
  { reason: 'no version', args: ['state', 'restore', 'acme', 'main', '0'], says: 'whole number from 1' },
  { reason: 'a version that is none', args: ['state', 'show', 'acme', 'main', '--version', 'x'], says: 'from 1' },
  { reason: 'no API', args: ['state', 'list', 'acme'], says: 'Set NEXUS_URL' },
  {
    reason: 'nobody who asks',
    args: ['release', 'acme', '--all', '--url', 'http://127.0.0.1:9'],
    says: 'Set NEXUS_USERNAME and NEXUS_PASSWORD',
  },
  {
    reason: 'two places to look into',
    args: ['plan', 'acme', '--config', 'x', '--url', 'http://127.0.0.1:9'],
    says: 'not both',
  },
  { reason: 'no URL', args: ['token', '--user', 'x', '--simulator', 'localhost:4000'], says: 'must be a URL' },
]

describe('wrong usage has its own code, says what is wrong on standard error, and nothing on standard output', () => {
  test.each([{ reason: 'no command', args: [], says: 'Usage: nexus' }, ...mistakes])(
    '$reason',
    async ({ args, says }) => {
      const { code, stdout, stderr } = await here(args)
      expect(stderr).toContain(says)
      expect(stderr).not.toMatch(/^ +at /m)
      expect([code, stdout]).toEqual([exits.usage.code, ''])
    },
  )

  test('of a process, too', async () => {
    const { code, stdout, stderr } = await nexus(['simulater'])
    expect([code, stdout]).toEqual([exits.usage.code, ''])
    expect(stderr).toContain('Did you mean simulator?')
  })
})

describe('with --json a failure is one line of JSON on standard output, with the name of its exit code', () => {
  const Problem = z.strictObject({
    code: z.enum(['failed', 'usage', 'not-found', 'retry-later', 'refused', 'configuration']),
    detail: z.string(),
    status: z.null(),
    type: z.null(),
    errors: z.array(z.never()),
  })

  test.each<Usage & { readonly exit?: Exit }>([
    ...mistakes,
    {
      reason: 'no configuration',
      args: ['plan', 'acme', '--config', '/no/such.yaml'],
      says: 'no such file',
      exit: 'configuration',
    },
  ])('$reason', async ({ args, says, exit = 'usage' }) => {
    const { code, stdout, stderr } = await here([...args, '--json'])
    expect([code, stderr]).toEqual([exits[exit].code, ''])
    expect(stdout.trim().split('\n')).toHaveLength(1)
    const problem = Problem.parse(JSON.parse(stdout))
    expect(problem.code).toBe(exit)
    expect(problem.detail).toContain(says)
  })

  test('what stands behind -- is no option', async () => {
    const { stdout, stderr } = await here(['state', 'list', '--', '--json'])
    expect([stdout, stderr]).toEqual(['', expect.stringContaining('A tenant id is lower case')])
  })
})
