import { readFile } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'

/** Databases of released versions, each as its `pg_dump` left it, and when that was. */
const databases = { '0.1.0': { file: 'nexus-0.1.0.sql', at: Date.parse('2026-11-25T13:13:08Z') } } as const

/**
 * Puts the database of an old version into an empty one. Its times are moved to the present, so that a lease that was
 * held when it was dumped is held now, and a key that was new is new.
 *
 * @param url as the role that is to own it
 */
export const loadDatabase = async (url: string, version: keyof typeof databases = '0.1.0'): Promise<void> => {
  const { file, at } = databases[version]
  const text = await readFile(path.join(import.meta.dirname, file), 'utf8')
  const moved = text.replaceAll(
    /'(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d{1,6})?\+00'/g,
    (_all, day: string, time: string, fraction = '') =>
      `'${new Date(Date.parse(`${day}T${time}Z`) + Date.now() - at).toISOString().slice(0, 19)}${String(fraction)}+00'`,
  )
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(moved)
  } finally {
    await client.end()
  }
}

/** Every row of every table, by table. */
export const everyRow = async (url: string): Promise<Readonly<Record<string, Record<string, unknown>[]>>> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'nexus'::regnamespace and relkind = 'r' order by 1`,
    )
    const found: [string, Record<string, unknown>[]][] = []
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: Record<string, unknown> }>(
        `select to_jsonb(t) as row from nexus."${name}" t`,
      )
      found.push([name, rows.map(({ row }) => row)])
    }
    return Object.fromEntries(found)
  } finally {
    await client.end()
  }
}
