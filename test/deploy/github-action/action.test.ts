import { execFileSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { callsIn, shellErrors, unknownIn } from '../../docs/commands/calls.ts'
import { projectRoot, readAction } from '../../support/github/action.ts'
import { oldNode } from '../../support/old-node.ts'
import { runAction } from '../../support/github/runner.ts'

const read = (file: string): string => readFileSync(path.join(projectRoot, file), 'utf8')
const action = readAction()
const { steps } = action.runs
const scripts = globSync('deploy/github-action/*', { cwd: projectRoot })
const expressionsIn = (text: string): string[] => [...text.matchAll(/\$\{\{(.*?)\}\}/g)].map(([, inner = '']) => inner)

describe('the action', () => {
  test('each input says what it is, and has a default unless there can be none', () => {
    const astray = Object.entries(action.inputs).filter(
      ([, input]) => !input.description.endsWith('.') || (input.default === undefined) !== (input.required === true),
    )
    expect(astray).toEqual([])
    const needed = Object.entries(action.inputs).filter(([, { required }]) => required === true)
    expect(needed.map(([name]) => name)).toEqual(['command', 'tenant', 'nexus-url', 'nexus-username', 'nexus-password'])
  })

  test('each input is used, and no other', () => {
    const used = [...read('action.yml').matchAll(/inputs\.([\w-]+)/g)].map(([, name]) => name)
    expect(new Set(used)).toEqual(new Set(Object.keys(action.inputs)))
  })

  test('an expression never becomes a part of a script', () => {
    const runs = steps.flatMap((step) => ('run' in step ? [step.run] : []))
    expect(runs.length).toBeGreaterThan(3)
    expect(runs.flatMap(expressionsIn)).toEqual([])
    for (const script of scripts) expect(read(script)).not.toContain('${{')
  })

  test('each script can be read by a shell, and is run or read by another', () => {
    const known = [read('action.yml'), ...scripts.map(read)].join('\n')
    for (const script of scripts) {
      expect(shellErrors(read(script))).toBe('')
      expect(known).toContain(`/${path.basename(script)}"`)
    }
  })

  test('every call of nexus is one that there is', () => {
    const calls = scripts.flatMap((script) => callsIn(read(script)))
    expect(calls.length).toBeGreaterThan(2)
    expect(calls.flatMap((call) => unknownIn(call) ?? [])).toEqual([])
  })

  test('it looks for the words that a refused apply has', () => {
    const [, words = ''] = /grep '([^']+)'/.exec(read('deploy/github-action/apply.sh')) ?? []
    expect(words).not.toBe('')
    expect(read('api/terraform/state-backend.ts').replaceAll('\\`', '`')).toContain(words)
  })
})

test.skipIf(oldNode === undefined)('nexus runs on its own Node, on a runner with an older one', () => {
  const runner = mkdtempSync(path.join(os.tmpdir(), 'nexus-runner with a space-'))
  onTestFinished(() => rmSync(runner, { recursive: true, force: true }))
  const env = {
    PATH: `${path.dirname(oldNode ?? '')}:/usr/bin:/bin`,
    GITHUB_ACTION_PATH: projectRoot,
    GITHUB_PATH: path.join(runner, 'path'),
    RUNNER_TEMP: runner,
  }
  const run = (command: string, PATH = env.PATH): string =>
    execFileSync('bash', ['--norc', '-c', command], { cwd: runner, env: { ...env, PATH }, encoding: 'utf8' })
  run('bash "$GITHUB_ACTION_PATH/deploy/github-action/install.sh"')
  const programs = readFileSync(env.GITHUB_PATH, 'utf8').trim()
  expect(run('nexus check-plan --help; node -p process.version', `${programs}:${env.PATH}`)).toMatch(
    /^Usage: nexus check-plan[^]*\nv2[0-3]\./,
  )
})

describe('what others have written is pinned', () => {
  const pinned = /^(?:\.\/\S*|[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/
  const files = ['action.yml', ...globSync('{docs/examples,.github/workflows}/*.{yml,yaml}', { cwd: projectRoot })]
  const uses = files.flatMap((file) =>
    [...read(file).matchAll(/^\s*(?:- )?uses: *(.*)$/gm)].map(([, used = '']) => ({ file, used })),
  )

  test('each action by its commit, with the version beside it', () => {
    expect(new Set(uses.map(({ file }) => file)).size).toBe(3)
    expect(uses.filter(({ used }) => !pinned.test(used))).toEqual([])
  })

  test('one action has one commit everywhere', () => {
    const known = new Set(uses.map(({ used }) => used))
    const names = new Set(uses.map(({ used }) => used.replace(/@.*/, '')))
    expect(known.size).toBe(names.size)
  })
})

describe('inputs that cannot be meant', () => {
  const good = {
    command: 'plan',
    tenant: 'acme',
    'nexus-url': 'https://nexus.example.com',
    'nexus-username': 'pipeline',
    'nexus-password': 'secret-of-the-pipeline',
  }
  const run = async (inputs: Readonly<Record<string, string>>) => {
    const workspace = mkdtempSync(path.join(os.tmpdir(), 'nexus-workspace-'))
    onTestFinished(() => rmSync(workspace, { recursive: true, force: true }))
    const ran = await runAction({ workspace, inputs: { ...good, ...inputs } })
    expect(existsSync(path.join(workspace, 'taken'))).toBe(false)
    return ran
  }

  test.each([
    { reason: 'another command', inputs: { command: 'destroy' }, says: 'command must be plan or apply' },
    { reason: 'a command of a shell', inputs: { tenant: 'acme"; touch taken; "' }, says: 'input tenant' },
    { reason: 'a substitution', inputs: { tenant: '$(touch taken)' }, says: 'input tenant' },
    { reason: 'a line more', inputs: { state: 'main\ntouch taken' }, says: 'input state' },
    { reason: 'a way out of the path', inputs: { state: '../../clients' }, says: 'input state' },
    { reason: 'an address with a password', inputs: { 'nexus-url': 'https://a:b@c.example.com' }, says: 'nexus-url' },
    { reason: 'a variable that is not set', inputs: { 'nexus-url': '' }, says: 'nexus-url' },
    { reason: 'no name', inputs: { 'nexus-username': '' }, says: 'nexus-username is empty' },
    {
      reason: 'a secret that a fork does not get',
      inputs: { 'nexus-password': '' },
      says: 'from a fork gets no secrets',
    },
    { reason: 'no such folder', inputs: { directory: '$(touch taken)' }, says: 'directory must be a folder' },
    { reason: 'a word', inputs: { 'state-elsewhere': 'yes' }, says: 'state-elsewhere must be true or false' },
    { reason: 'a stack elsewhere', inputs: { 'state-elsewhere': 'true' }, says: 'state-elsewhere needs directory' },
  ])('$reason: nothing else runs, and the log says which', async ({ inputs, says }) => {
    const { outcome, log, steps: ran } = await run(inputs)
    expect([outcome, ran]).toEqual(['failure', { 'Check the inputs': 'failure' }])
    expect(log).toMatch(/^::error::The input /m)
    expect(log).toContain(says)
    expect(log).not.toContain(good['nexus-password'])
  })
})
