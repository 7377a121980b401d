import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { bashCompletion } from '../../cli/commands/completion.ts'
import { createProgram } from '../../cli/program.ts'

const bash = (() => {
  try {
    return execFileSync('bash', ['-c', 'command -v bash'], { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
})()

describe.skipIf(bash === undefined)('completion for bash (skipped where there is no bash)', () => {
  const script = bashCompletion(createProgram())
  /** What bash offers behind these words; the last one is being typed. */
  const offered = (...words: readonly string[]): string[] =>
    execFileSync(
      bash ?? '',
      [
        '--norc',
        '-c',
        `${script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _nexus; printf '%s\\n' "\${COMPREPLY[@]}"`,
        '-',
        ...words,
      ],
      { encoding: 'utf8' },
    )
      .split('\n')
      .filter((line) => line !== '')

  test.each([
    { words: ['nexus', 'cli'], offers: ['clients'] },
    { words: ['nexus', 'clients', 're'], offers: ['retry', 'revert'] },
    { words: ['nexus', 'clients', 'set', 'acme', '--dr'], offers: ['--dry-run'] },
    { words: ['nexus', 'state', 'unlock', 'acme', 'main', '--y'], offers: ['--yes'] },
    { words: ['nexus', 'scan', 'plan', '--w'], offers: ['--wait'] },
  ])('$words', ({ words, offers }) => {
    expect(offered(...words)).toEqual(offers)
  })
})
