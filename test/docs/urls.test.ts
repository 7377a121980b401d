import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { guide, withUrlTable } from '../../scripts/url-reference.ts'

const text = readFileSync(new URL(`../../${guide}`, import.meta.url), 'utf8')

test('the guide has the table of rules that npm run url-reference writes', () => {
  expect(withUrlTable(text)).toBe(text)
})

test('a guide without a place for the table is refused', () => {
  expect(() => withUrlTable('A guide.')).toThrow(/needs <!-- npm run url-reference/)
})
