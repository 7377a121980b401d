import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { check } from 'recheck'
import { patternsIn } from './patterns.ts'
import type { Pattern } from './patterns.ts'

/**
 * Fails where a regular expression of the sources is not proven to be linear in the text that it reads: `npm run
 * check:patterns`, or with a folder to look at instead of the project. A pattern that recheck's theory cannot decide (one
 * with look-around or back-references) fails as well: that it withstood guesses proves nothing.
 */

/**
 * Tests are left out: they read texts of their own, and an attacker sends them none. What is generated holds no
 * patterns, and what the generated clients of a test hold is theirs.
 */
const leftOut = /^test\//

/** Of one pattern; the slowest of ours takes a fifth of a second. */
const timeoutMs = 20_000

const sourcesIn = (root: string): string[] =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
    .split('\0')
    .filter((file) => /\.[cm]?[jt]s$/.test(file) && !leftOut.test(file))

/** A file that git still knows but somebody has just removed has no text. */
const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** Why a pattern is not known to be linear; undefined where it is. */
const faultOf = async ({ source, flags }: Pattern): Promise<string | undefined> => {
  const found = await check(source, flags, { timeout: timeoutMs, checker: 'automaton' })
  if (found.status === 'vulnerable')
    return `takes ${found.complexity.summary} time; it stands still over ${found.attack.pattern}`
  if (found.status === 'unknown') return `cannot be proven linear (${found.error.kind})`
  return found.checker === 'automaton'
    ? undefined
    : 'cannot be proven linear: it withstood guesses only. Write it without look-around and back-references'
}

const [root = path.resolve(import.meta.dirname, '..')] = process.argv.slice(2)
const verdicts = new Map<string, Promise<string | undefined>>()
const verdictOn = (pattern: Pattern): Promise<string | undefined> => {
  const key = `/${pattern.source}/${pattern.flags}`
  const verdict = verdicts.get(key) ?? faultOf(pattern)
  verdicts.set(key, verdict)
  return verdict
}

const files = sourcesIn(root)
const faults: string[] = []
for (const file of files) {
  const { patterns, obstacles } = patternsIn(file, textOf(path.join(root, file)))
  for (const { line, column, detail } of obstacles) faults.push(`${file}:${line}:${column} ${detail}`)
  for (const pattern of patterns) {
    const fault = await verdictOn(pattern)
    if (fault !== undefined)
      faults.push(`${file}:${pattern.line}:${pattern.column} /${pattern.source}/${pattern.flags} ${fault}.`)
  }
}
for (const fault of faults) console.error(fault)
console.log(
  `${verdicts.size} regular expressions in ${files.length} files: ${faults.length === 0 ? 'each is linear' : `${faults.length} faults`}.`,
)
process.exitCode = faults.length === 0 ? 0 : 1
