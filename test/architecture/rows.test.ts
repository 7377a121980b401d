import { expect, test } from 'vitest'
import { files, textOf } from './sources.ts'

const queries = files
  .filter((file) => file.startsWith('adapters/') && file.endsWith('.ts'))
  .map((file) => ({ file, text: textOf(file) }))

test('the rows of a query are of no type until a schema has parsed them', () => {
  expect(queries.filter(({ text }) => text.includes('parsed(')).length).toBeGreaterThan(20)
  expect(queries.filter(({ text }) => /\bsql(?:\.raw)?<|\.query</.test(text)).map(({ file }) => file)).toEqual([])
})
