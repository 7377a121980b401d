import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { callsIn, shellErrors, unknownIn } from './commands/calls.ts'
import { blocksIn } from './commands/commands.ts'

const root = path.join(import.meta.dirname, '..', '..')
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')
const pages = [...globSync('*.md', { cwd: root }), ...globSync('docs/**/*.md', { cwd: root })]

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
