import type { Configuration } from '../adapters/config/configuration.ts'
import { embeddedExists } from '../adapters/embedded-postgres/embedded.ts'
import type { Progress } from '../adapters/embedded-postgres/backup/copy.ts'
import type { Manifest } from '../adapters/embedded-postgres/backup/manifest.ts'
import { BackupRefused } from '../adapters/embedded-postgres/backup/refused.ts'
import { restoreBackup } from '../adapters/embedded-postgres/backup/restore.ts'
import { writeBackup } from '../adapters/embedded-postgres/backup/write.ts'
import type { Facts } from '../adapters/embedded-postgres/backup/write.ts'
import { connect } from '../adapters/postgres/database/connect.ts'
import { sealedWith } from '../adapters/postgres/database/inspect.ts'
import { knowsMigration, newestMigration } from '../adapters/postgres/database/migrate.ts'
import { bringUpToDate } from '../adapters/postgres/database/prepare.ts'
import { knownTenants, stopRestored } from '../adapters/postgres/tenants/restored.ts'
import { keyIdsOf } from '../adapters/sealing/sealing.ts'
import type { Actor } from '../domain/access/audit.ts'
import manifest from '../package.json' with { type: 'json' }
import { openDatabase } from './database.ts'

/** The backup of an embedded database, and its return. */

const guide = 'docs/guides/backup.md'

/** @throws BackupRefused for a database by its URL: its own programs are made for that */
const embeddedOf = ({ database }: Pick<Configuration, 'database'>): string => {
  if ('embedded' in database) return database.embedded
  throw new BackupRefused(
    'The database has a URL, so it is backed up with the programs of PostgreSQL: pg_dump, or pg_basebackup. ' +
      `${guide} says how, and how to restore it.`,
  )
}

/** Backs the embedded database up, whether Nexus runs or not. @throws BackupRefused with the remedy */
export const backUp = async (
  configuration: Configuration,
  file: string,
  say: (note: string) => void,
  progress: Progress,
): Promise<Manifest> => {
  const directory = embeddedOf(configuration)
  if (!(await embeddedExists(directory)))
    throw new BackupRefused(`There is no database in ${directory} yet: nexus start makes it.`)
  const database = await openDatabase(configuration, say)
  try {
    const facts = await factsOf(database.url)
    return await writeBackup(directory, database.url, file, facts, progress)
  } finally {
    await database.close()
  }
}

const factsOf = async (url: string): Promise<Facts> => {
  const postgres = connect(url, () => undefined, { size: 1 })
  try {
    const migration = await newestMigration(postgres.db)
    return {
      nexus: manifest.version,
      migration,
      at: new Date().toISOString(),
      tenants: migration === null ? [] : await knownTenants(postgres.db),
      keys: await sealedWith(postgres.db),
    }
  } finally {
    await postgres.close()
  }
}

interface Restoring {
  readonly replace: boolean
  /** Whether states may come back whose keys the configuration lacks. */
  readonly withoutKeys: boolean
  readonly actor: Actor
  readonly progress: (bytes: number) => void
}

/**
 * Restores the embedded database, brings its schema up to date, and stops every tenant until somebody has compared it with
 * Auth0.
 *
 * @throws BackupRefused with the remedy, with nothing changed
 */
export const restore = (
  configuration: Configuration,
  file: string,
  { replace, withoutKeys, actor, progress }: Restoring,
) =>
  restoreBackup(embeddedOf(configuration), file, {
    replace,
    judge: (backup) => {
      refuseNewer(backup)
      if (!withoutKeys) refuseWithoutKeys(backup, configuration)
    },
    prepare: async (url) => {
      const postgres = connect(url, () => undefined, { size: 1 })
      try {
        await bringUpToDate(postgres.db)
        await stopRestored(postgres.db, actor)
      } finally {
        await postgres.close()
      }
    },
    progress,
  })

const refuseNewer = ({ migration, nexus }: Manifest): void => {
  if (migration === null || knowsMigration(migration)) return
  throw new BackupRefused(
    `The backup was made by Nexus ${nexus}, and its schema (${migration}) is newer than this version knows ` +
      `(${manifest.version}). Install that version or a later one, and restore again.`,
  )
}

/** What was sealed is worth nothing without its key, which no backup holds. */
const refuseWithoutKeys = ({ keys }: Manifest, { terraform }: Configuration): void => {
  const known = keyIdsOf(terraform.stateKeys)
  const lacking = keys.states.filter((id) => !known.includes(id))
  if (lacking.length === 0) return
  throw new BackupRefused(
    `The backup has Terraform states that were encrypted with ${lacking.join(', ')}, and terraform.stateKeys has no such ` +
      'key: they could not be read. Add it, or restore without them being readable (--without-keys).',
  )
}

/** The keys of console sessions that the configuration lacks: these people sign in again. */
export const sessionKeysLacking = ({ keys }: Manifest, { console }: Configuration): string[] => {
  const known = keyIdsOf(console?.sessionKeys ?? [])
  return keys.sessions.filter((id) => !known.includes(id))
}
