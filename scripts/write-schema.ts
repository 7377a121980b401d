import { mkdtemp, rm, chmod } from 'node:fs/promises'
import { writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { connect } from '../adapters/postgres/database/connect.ts'
import { startEmbedded } from '../adapters/embedded-postgres/embedded.ts'
import { migrate } from '../adapters/postgres/database/migrate.ts'
import { schemaPage } from '../adapters/postgres/database/schema-page.ts'

/** Writes docs/reference/schema.sql: what every migration together comes to. A test fails where it is old. */
const directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-schema-'))
await chmod(directory, 0o755)
const embedded = await startEmbedded(path.join(directory, '.nexus'))
const postgres = connect(embedded.url, () => undefined, { size: 1 })
try {
  await migrate(postgres.db)
  writeFileSync(new URL('../docs/reference/schema.sql', import.meta.url), await schemaPage(postgres.db))
} finally {
  await postgres.close()
  await embedded.stop()
  await rm(directory, { recursive: true, force: true })
}
