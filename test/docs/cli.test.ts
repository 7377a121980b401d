import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createProgram } from '../../cli/program.ts'
import { leavesOf } from '../../cli/exit-codes.ts'
import { referencePage } from '../../scripts/cli-reference.ts'

const page = readFileSync(new URL('../../docs/reference/cli.md', import.meta.url), 'utf8')

test('the page is the one that the commands themselves write: npm run cli-reference', () => {
  expect(page).toBe(referencePage(createProgram()))
})

test('every command that does something says what it ends with, once', () => {
  const commands = leavesOf(createProgram())
  expect(commands.length).toBeGreaterThan(20)
  expect(page.match(/^Exit codes:$/gm)).toHaveLength(commands.length)
})
