import { Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, DummyDriver } from 'kysely'
import { describe, expect, test } from 'vitest'
import { apart, contractions, migrations } from '../../../adapters/postgres/database/migrations.ts'
import { textOf } from '../sources.ts'
import { offences } from './law.ts'

/** Up to here migrations were made before there was this law. */
const baseline = '0020-lag-by-waking'

const names = Object.keys(migrations)
const bound = names.filter((name) => name > baseline)

/** The statements of a migration, without a database. */
const statementsOf = async (name: string): Promise<string[]> => {
  const statements: string[] = []
  const db = new Kysely<unknown>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (on) => new PostgresIntrospector(on),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    log: ({ query }) => void statements.push(query.sql),
  })
  await migrations[name]?.up(db)
  return statements
}

describe('a migration expands', () => {
  test.each(bound)('%s leaves the version before be, and keeps nobody waiting', async (name) => {
    const statements = await statementsOf(name)
    expect(statements).not.toEqual([])
    expect(offences(statements, Object.hasOwn(contractions, name))).toEqual([])
    // What is in no transaction has to be able to begin again, and an index is made concurrently in none.
    const fits = apart.has(name) ? /concurrently|^\s*select\b/ : /^(?![^]*concurrently)/
    expect(statements.filter((one) => !fits.test(one))).toEqual([])
  })

  test('names are in order, and none is named twice', () => {
    expect(names).toEqual(names.toSorted())
    expect(new Set(names.map((name) => name.slice(0, 4))).size).toBe(names.length)
  })
})

describe('a contraction', () => {
  test('follows an expansion that an earlier release made unused, and tells older programs', async () => {
    const releases = [...textOf('CHANGELOG.md').matchAll(/^## \[?v?(\d+\.\d+\.\d+)/gm)].map(([, release]) => release)
    for (const [name, { of, unusedSince }] of Object.entries(contractions)) {
      expect(names.indexOf(of), `${name} is of a migration before it`).toBeGreaterThanOrEqual(0)
      expect(names.indexOf(of)).toBeLessThan(names.indexOf(name))
      expect(releases, `${name} is of a release that is out`).toContain(unusedSince)
      expect((await statementsOf(name)).join('\n')).toMatch(/insert into nexus\.schema_needs/)
    }
  })
})

describe('the law', () => {
  test.each([
    { reason: 'a column goes', statement: 'alter table nexus.clients drop column base' },
    { reason: 'a table goes', statement: 'drop table nexus.changes' },
    { reason: 'an index goes', statement: 'drop index nexus.clients_lag' },
    { reason: 'a name changes', statement: 'alter table nexus.clients rename column base to confirmed' },
    { reason: 'null is refused', statement: 'alter table nexus.clients alter column base set not null' },
    { reason: 'a type changes', statement: 'alter table nexus.clients alter column base type text' },
    { reason: 'a type changes, in other words', statement: 'alter table nexus.c alter column b set data type text' },
    { reason: 'a column has to be given', statement: 'alter table nexus.clients add column more text not null' },
    {
      reason: 'the second column has to be given',
      statement: `alter table nexus.clients add column a int not null default 1, add column b int not null`,
    },
    { reason: 'values are refused', statement: 'alter table nexus.clients add constraint few check (generation < 5)' },
    { reason: 'rows are refused', statement: 'create unique index one on nexus.changes (client_id)' },
    { reason: 'writers wait', statement: 'create index slow on nexus.changes (client_id)' },
    { reason: 'rows go', statement: 'delete from nexus.changes' },
    { reason: 'a right goes', statement: 'revoke insert on nexus.audit from public' },
    { reason: 'everybody waits', statement: 'lock table nexus.changes' },
  ])('forbids that $reason', ({ statement }) => {
    expect(offences([statement], false)).toHaveLength(1)
  })

  test.each([
    { reason: 'a table', statements: ['create table nexus.more (id text primary key, what text not null)'] },
    { reason: 'a column', statements: ['alter table nexus.clients add column more text'] },
    {
      reason: 'a column that nobody need give',
      statements: [`alter table nexus.clients add column more text not null default ''`],
    },
    {
      reason: 'indexes of a table of its own',
      statements: ['create table nexus.more (id text)', 'create unique index one on nexus.more (id)'],
    },
    {
      reason: 'an index beside writers',
      statements: ['create index concurrently if not exists i on nexus.changes (id)'],
    },
    { reason: 'the rest of an attempt at one', statements: ['drop index concurrently nexus.i'] },
    { reason: 'words in a remark', statements: ['create table nexus.more (id text) -- drop table'] },
  ])('allows $reason', ({ statements }) => {
    expect(offences(statements, false)).toEqual([])
  })

  test.each([
    ['alter table nexus.clients add column a text', 'alter table nexus.changes add column a text'],
    ['alter table nexus.clients add column a text', 'create table nexus.more (id text references nexus.tenants)'],
  ])('forbids two tables of others in one migration: %s, %s', (...statements) => {
    expect(offences(statements, false)).toHaveLength(1)
    for (const statement of statements) expect(offences([statement], false)).toEqual([])
  })

  test('allows a contraction to take away, and not to lock', () => {
    expect(offences(['alter table nexus.clients drop column base'], true)).toEqual([])
    expect(offences(['lock table nexus.clients'], true)).toHaveLength(1)
    expect(offences(['create index slow on nexus.changes (client_id)'], true)).toHaveLength(1)
  })
})
