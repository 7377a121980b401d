import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')
const queries = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', 'adapters'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') }))

test('the rows of a query are of no type until a schema has parsed them', () => {
  expect(queries.filter(({ text }) => text.includes('parsed(')).length).toBeGreaterThan(20)
  expect(queries.filter(({ text }) => /\bsql(?:\.raw)?<|\.query</.test(text)).map(({ file }) => file)).toEqual([])
})
