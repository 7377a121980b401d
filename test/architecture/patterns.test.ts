import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { patternsIn } from '../../scripts/patterns.ts'

/** `npm run check:patterns` over a folder with one source of its own. */
const folders: string[] = []

const check = (file: string, source: string): { readonly code: number | null; readonly said: string } => {
  const folder = mkdtempSync(path.join(tmpdir(), 'nexus-patterns-'))
  folders.push(folder)
  execFileSync('git', ['init', '--quiet'], { cwd: folder })
  mkdirSync(path.join(folder, path.dirname(file)), { recursive: true })
  writeFileSync(path.join(folder, file), source)
  const script = path.resolve(import.meta.dirname, '../../scripts/check-patterns.ts')
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, folder], { encoding: 'utf8' })
  return { code: status, said: stdout + stderr }
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

test.each([
  { reason: 'exponential', source: 'export const a = 1\nconst bad = /^(a+)+$/\n', says: 'domain/one.ts:2:13 ' },
  { reason: 'a square', source: "const slashes = (text: string) => text.replace(/\\/+$/, '')", says: '2nd degree' },
  {
    reason: 'a square that only an ill end shows',
    source: 'const a = /^\\s*\\w+\\s*(?:=\\s*\\w*)?\\s*(?:;.*)?$/',
    says: '2nd degree',
  },
  { reason: 'worse than a square', source: 'const a = /a*a*a*b/', says: '4th degree' },
  {
    reason: 'a name instead of a pattern',
    source: 'const a = (b: string) => new RegExp(b)',
    says: 'write the pattern as a literal',
  },
  {
    reason: 'without new',
    source: 'const a = (b: string) => RegExp(`^${b}$`)',
    says: 'write the pattern as a literal',
  },
  { reason: 'a constant text is a pattern too', source: "const a = new RegExp('^(a|a)*$', 'u')", says: 'exponential' },
  {
    reason: 'flags that nobody knows',
    source: "const a = (b: string) => new RegExp('a', b)",
    says: 'write the pattern as a literal',
  },
  {
    reason: 'under another name',
    source: 'const Pattern = RegExp\nconst a = (b: string) => new Pattern(b)',
    says: 'handed on',
  },
  {
    reason: 'by way of the global object',
    source: 'const a = (b: string) => new globalThis.RegExp(b)',
    says: 'handed on',
  },
  { reason: 'a text that match() compiles', source: "const a = (b: string) => b.match('(a+)+$')", says: 'exponential' },
  {
    reason: 'a text of parts that match() compiles',
    source: 'const a = (b: string) => b.match(`${b}$`)',
    says: 'looks for is made',
  },
  { reason: 'in a schema', source: 'const a = z.string().regex(/^(\\d+|\\w+)*$/)', says: 'exponential' },
  {
    reason: 'in the part of a template',
    source: 'const a = (b: string) => `x ${b.replace(/(a+)+$/, ``)}`',
    says: 'exponential',
  },
  { reason: 'as a default', source: 'const a = (b = /(a+)+$/) => b', says: 'exponential' },
  {
    reason: 'what theory cannot decide is not proven',
    source: String.raw`const a = /^(a*)\1b(?=c*d)/`,
    says: 'cannot be proven',
  },
  { reason: 'a source that cannot be read', source: 'const = ', says: 'domain/one.ts:1:' },
])('refused: $reason', ({ source, says }) => {
  const { code, said } = check('domain/one.ts', source)
  expect(said).toContain(says)
  expect(said).toContain('domain/one.ts:')
  expect(code).toBe(1)
})

test.each([
  { reason: 'linear patterns', source: "const a = [/^[a-z]{1,64}$/, /x/g, new RegExp('^a+$')]" },
  { reason: 'RegExp as a type', source: 'const a = (b: RegExp): boolean => b instanceof RegExp && b.test("")' },
  { reason: 'an escape, which makes none', source: 'const a = "/^(a+)+$/" // /^(a+)+$/' },
])('taken: $reason', ({ source }) => {
  const { code, said } = check('domain/one.ts', source)
  expect(said).toContain('each is linear')
  expect(code).toBe(0)
})

test('every kind of file is read, tests are not', () => {
  expect(check('scripts/one.mjs', 'const bad = /^(a+)+$/').code).toBe(1)
  expect(check('packages/one/two.js', 'const bad = /^(a+)+$/').code).toBe(1)
  expect(check('test/one.test.ts', 'const bad = /^(a+)+$/').code).toBe(0)
})

test('a pattern is told with its place', () => {
  expect(patternsIn('a.ts', 'const a = 1\n  const b = /x+/gu')).toEqual({
    patterns: [{ source: 'x+', flags: 'gu', line: 2, column: 13 }],
    obstacles: [],
  })
})
