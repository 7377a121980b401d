import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { performanceTables } from '../../scripts/tables/performance-tables.ts'

test.each(['docs/performance.md', 'docs/scale.md'])('every table of %s is of what was measured', (page) => {
  const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8')
  const marked = [...text.matchAll(/<!-- npm run guide-tables writes this table of (.+) -->/g)].map(([, of]) => of)
  const made = performanceTables.filter(({ guide }) => guide === page).map(({ of }) => of)
  expect(new Set(marked)).toEqual(new Set(made))
  expect(made.length).toBeGreaterThan(0)
})
