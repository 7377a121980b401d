import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { createProgram } from '../../cli/program.ts'
import { blocksIn } from './commands/commands.ts'

const root = path.join(import.meta.dirname, '..', '..')
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')
const pages = [...globSync('*.md', { cwd: root }), ...globSync('docs/**/*.md', { cwd: root })]

const Step = z.object({ uses: z.string().optional(), run: z.string().optional() })
const Workflow = z.object({
  permissions: z.record(z.string(), z.enum(['read', 'none'])),
  jobs: z.record(
    z.string(),
    z.object({ permissions: z.never().optional(), environment: z.string(), steps: z.array(Step).min(1) }),
  ),
})

/** Whether a shell can read it. */
const shellErrors = (script: string): string => spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' }).stderr

const callIn = ([, call = '']: RegExpMatchArray): string => call.trim()

/** The calls of `nexus` in a shell script, each from the first argument on, its lines joined. */
const callsIn = (script: string): string[] =>
  script
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .flatMap((line) => Array.from(line.matchAll(/(?<![\w./-])nexus ((?:[^|;&>#)`'"]|"[^"]*"|'[^']*')+)/g), callIn))

/** What a call names that the command line does not know; undefined where it knows all of it. */
const unknownIn = (call: string): string | undefined => {
  let command: Command = createProgram()
  for (const word of call.match(/"[^"]*"|'[^']*'|\S+/g) ?? []) {
    if (word === '…') continue
    if (word.startsWith('-')) {
      const name = word === '-detailed-exitcode' ? '--detailed-exitcode' : word.replace(/=.*$/, '')
      const known = [...command.options, ...createProgram().options].flatMap(({ short, long }) => [short, long])
      if (![...known, '-h', '--help'].includes(name)) return `${command.name()} ${name}`
    } else if (command.commands.length > 0) {
      const next = command.commands.find((one) => one.name() === word)
      if (next === undefined) return word
      command = next
    } else if (command.name() === 'database') return undefined // The rest is another program's.
  }
  return undefined
}

describe('the pipelines that the guide hands out', () => {
  describe.each(globSync('docs/examples/*.yml', { cwd: root }))('%s', (file) => {
    const workflow = Workflow.parse(parse(read(file)))
    const steps = Object.values(workflow.jobs).flatMap((job) => job.steps)
    const scripts = steps.flatMap(({ run }) => run ?? [])

    test('every script is one, and holds no expression that somebody else could fill in', () => {
      expect(scripts.length).toBeGreaterThan(0)
      for (const script of scripts) {
        expect(shellErrors(script)).toBe('')
        expect(script).not.toContain('${{')
      }
    })

    test('actions are pinned', () => {
      const actions = steps.flatMap(({ uses }) => uses ?? [])
      expect(actions.filter((action) => !/^[\w-]+\/[\w-]+@(?:v\d+|[0-9a-f]{40})$/.test(action))).toEqual([])
    })

    test('what it may do with the repository is said, and is reading', () => {
      expect(workflow.permissions).toEqual({ contents: 'read' })
    })

    test('every call of nexus is one that there is', () => {
      expect(scripts.flatMap(callsIn).flatMap((call) => unknownIn(call) ?? [])).toEqual([])
    })
  })
})

test('the pipeline looks for the words that a refused apply has', () => {
  const [, words = ''] = /grep '([^']+)'/.exec(read('docs/examples/github-actions-terraform.yml')) ?? []
  expect(words).not.toBe('')
  expect(read('api/terraform/state-backend.ts').replaceAll('\\`', '`')).toContain(words)
})

describe('commands in the documents', () => {
  test('there are some', () => {
    expect(blocksIn(read('docs/guides/terraform.md')).flatMap(callsIn).length).toBeGreaterThan(5)
  })

  test.each(pages)('%s: every call of nexus is one that there is', (page) => {
    const text = read(page)
    const inline = [...text.replaceAll(/```[^]*?```/g, '').matchAll(/`(?:npx )?nexus ([^`]+)`/g)]
    const calls = [...blocksIn(text).flatMap(callsIn), ...inline.map(([, call = '']) => call)]
    expect(calls.flatMap((call) => unknownIn(call) ?? [])).toEqual([])
  })

  test.each(pages)('%s: what is for a shell can be read by one', (page) => {
    for (const block of blocksIn(read(page))) expect(shellErrors(block)).toBe('')
  })
})
