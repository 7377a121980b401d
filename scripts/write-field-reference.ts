import { readFileSync, writeFileSync } from 'node:fs'
import { guides, withTable } from './field-reference.ts'

/** Writes the tables of fields into the guides. A test fails where one is old. */
for (const [guide, table] of Object.entries(guides)) {
  const file = new URL(`../${guide}`, import.meta.url)
  writeFileSync(file, withTable(readFileSync(file, 'utf8'), table()))
}
