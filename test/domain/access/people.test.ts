import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { keptAboutPeople, nothingAboutPeople, tablesWithPeople } from '../../../domain/access/people.ts'
import { recordOf } from '../../../domain/shape.ts'

const example: unknown = parse(readFileSync(new URL('../../../docs/examples/nexus.yaml', import.meta.url), 'utf8'))
/** With those that the example has as a comment. */
const settings = new Set([
  ...Object.entries(recordOf(example)).flatMap(([section, members]) =>
    Object.keys(recordOf(members)).map((name) => `${section}.${name}`),
  ),
  'terraform.keepVersions',
])

describe('what is kept about people', () => {
  test.each(tablesWithPeople)('%s: its setting exists, and no column is on both lists', (table) => {
    const { columns, setting } = keptAboutPeople[table]
    const others = new Set(nothingAboutPeople[table])
    expect(columns.filter((column) => others.has(column))).toEqual([])
    expect((setting?.split(', ') ?? []).filter((name) => !settings.has(name))).toEqual([])
  })

  test('the audit, changes and sessions, where people appear by what they do, each have a setting', () => {
    const unset = (['audit', 'changes', 'console_sessions'] as const).filter(
      (table) => keptAboutPeople[table].setting === null,
    )
    expect(unset).toEqual([])
  })
})
