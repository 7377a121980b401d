import { readFileSync, writeFileSync } from 'node:fs'
import { guideTables, withTable } from './guide-tables.ts'

/** Writes the tables of the guides. A test fails where one is old. */
for (const table of guideTables) {
  const file = new URL(`../${table.guide}`, import.meta.url)
  writeFileSync(file, withTable(readFileSync(file, 'utf8'), table))
}
