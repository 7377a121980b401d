import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { oldNode } from '../support/old-node.ts'

const root = join(import.meta.dirname, '..', '..')

interface Clone {
  /** Packages that are there. */
  readonly has: readonly string[]
  /** Whether they come from this lock file. */
  readonly fresh: boolean
}

const forDemo = ['left-pad', '@cdktn/provider-generator', 'typescript']
const everything = [...forDemo, 'node', 'vitest']

/** A project with some packages, and an npm that only says how it was called. */
const project = ({ has, fresh }: Clone): string => {
  const directory = mkdtempSync(join(tmpdir(), 'nexus-installed-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(directory, name)), { recursive: true })
    writeFileSync(join(directory, name), text)
  }
  for (const name of ['ensure-installed.mjs', 'npm.mjs'])
    cpSync(join(root, 'scripts', name), join(directory, 'scripts', name))
  const development = { '@cdktn/provider-generator': '1.0.0', typescript: '2.0.0', node: '24.0.0', vitest: '5.0.0' }
  write('package.json', JSON.stringify({ dependencies: { 'left-pad': '3.0.0' }, devDependencies: development }))
  write('package-lock.json', '{}')
  for (const name of has) write(`node_modules/${name}/package.json`, '{}')
  if (has.length > 0) write('node_modules/.package-lock.json', '{}')
  if (!fresh) utimesSync(join(directory, 'package-lock.json'), new Date(), new Date(Date.now() + 60_000))
  write(
    'bin/npm',
    '#!/bin/sh\necho "$*" > asked\necho "npm http fetch GET 200 https://x/a.tgz 1ms" >&2\necho "npm error code $CODE" >&2\nexit "$CODE"\n',
  )
  chmodSync(join(directory, 'bin/npm'), 0o755)
  return directory
}

const ensure = (directory: string, parameters: readonly string[], node: string, code = 0) => {
  const { status, stdout, stderr } = spawnSync(node, ['scripts/ensure-installed.mjs', ...parameters], {
    cwd: directory,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${join(directory, 'bin')}:${process.env['PATH']}`, CODE: String(code) },
  })
  const asked = spawnSync('cat', ['asked'], { cwd: directory, encoding: 'utf8' }).stdout
  return { status, output: stdout + stderr, asked: asked.split(' --no-audit')[0] }
}

const demoInstall = 'install --no-save --save-prod --omit=dev @cdktn/provider-generator@1.0.0 typescript@2.0.0'

test.each<Clone & { reason: string; demo: boolean; asked: string }>([
  { reason: 'a fresh clone, for the demo', has: [], fresh: true, demo: true, asked: demoInstall },
  { reason: 'a fresh clone, for tests', has: [], fresh: false, demo: false, asked: 'ci' },
  { reason: 'the demo again', has: forDemo, fresh: true, demo: true, asked: '' },
  { reason: 'tests after the demo add the rest', has: forDemo, fresh: true, demo: false, asked: 'install --no-save' },
  { reason: 'the demo with a new lock file', has: forDemo, fresh: false, demo: true, asked: demoInstall },
  { reason: 'the demo after everything', has: everything, fresh: true, demo: true, asked: '' },
  { reason: 'tests after everything', has: everything, fresh: true, demo: false, asked: '' },
  { reason: 'the demo takes nothing away from a developer', has: everything, fresh: false, demo: true, asked: 'ci' },
  { reason: 'tests with a new lock file', has: everything, fresh: false, demo: false, asked: 'ci' },
])('$reason: npm $asked', ({ demo, asked, ...clone }) => {
  const expected: unknown = expect.stringMatching(asked === '' ? /^$/ : `^${asked}`)
  const outcome = ensure(project(clone), demo ? ['demo'] : [], process.execPath)
  expect(outcome).toMatchObject({ status: 0, asked: expected })
  expect(outcome.output).toMatch(
    asked === '' ? /^$/ : /^Installing .* to download.*\n.*1 of \d+ packages, \d+ s: installed\.\n/,
  )
})

test.skipIf(oldNode === undefined)('an old Node gets Node 24 of this machine, in the same fetch', () => {
  const { asked } = ensure(project({ has: [], fresh: true }), ['demo'], oldNode ?? '')
  expect(asked).toMatch(/^install .* node(?:-bin)?-[a-z]+-[a-z0-9]+@24\.0\.0$/)
})

test('what npm has to say against it is shown, and its exit code kept', () => {
  const { status, output } = ensure(project({ has: [], fresh: true }), ['demo'], process.execPath, 7)
  expect(status).toBe(7)
  expect(output).toContain('npm error code 7')
  expect(output).toContain('Nexus needs Node 20 or later and npm 10 or later.')
})

test('the demo asks for no more than it needs, tests and checks for everything', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  expect(scripts).toMatchObject({
    predemo: 'node scripts/ensure-installed.mjs demo',
    test: 'node scripts/ensure-installed.mjs && vitest run',
  })
  const [first = ''] = String(scripts.check).split(' && ')
  expect(scripts[first.replace('npm run ', '')]).toMatch(/^node scripts\/ensure-installed\.mjs && /)
})
