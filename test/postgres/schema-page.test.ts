import { readFile } from 'node:fs/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { schemaPage } from '../../adapters/postgres/database/schema-page.ts'
import { servers } from '../support/stack.ts'
import { openStore } from './support.ts'

describe.skipIf(servers === null)('the page of the schema', () => {
  test('says what the migrations come to, whichever PostgreSQL is asked; `npm run schema` writes it anew', async () => {
    const store = await openStore()
    onTestFinished(store.close)
    const page = await readFile(new URL('../../docs/reference/schema.sql', import.meta.url), 'utf8')
    expect(await schemaPage(store.postgres.db)).toBe(page)
  })
})
