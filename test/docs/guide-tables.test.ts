import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { guideTables, withTable } from '../../scripts/guide-tables.ts'

test.each(guideTables)('$guide has the table of $of that npm run guide-tables writes', (table) => {
  const guide = readFileSync(new URL(`../../${table.guide}`, import.meta.url), 'utf8')
  expect(withTable(guide, table)).toBe(guide)
})

test.each([
  { reason: 'no mark', guide: 'A guide.' },
  { reason: 'no end', guide: '<!-- npm run guide-tables writes this table of fields -->' },
  { reason: 'the mark of another table', guide: '<!-- npm run guide-tables writes this table of URL rules -->' },
])('a guide without a place for the table is refused: $reason', ({ guide }) => {
  expect(() => withTable(guide, { of: 'fields', make: () => '| table |' })).toThrow(
    'needs <!-- npm run guide-tables writes this table of fields -->',
  )
})
