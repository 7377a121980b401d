import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, symlink } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { migrations } from '../../../adapters/postgres/database/migrations.ts'

const run = promisify(execFile)
const root = path.resolve(import.meta.dirname, '../../..')
const newest = Object.keys(migrations).at(-1) ?? ''

const git = async (...args: string[]): Promise<string> => (await run('git', args, { cwd: root })).stdout.trim()

/** The commit before the newest migration came; HEAD while that is not committed yet. */
const commitBefore = async (): Promise<string> => {
  const file = `:(glob)adapters/postgres/database/migrations/**/${newest}.ts`
  const added = (await git('log', '--format=%H', '--diff-filter=A', '--', file)).split('\n').at(-1) ?? ''
  return git('rev-parse', '--verify', '--quiet', added === '' ? 'HEAD' : `${added}^`)
}

/** The version before the newest migration, ready to be started. */
export interface FormerVersion {
  /** Path of its command line. */
  readonly cli: string
  readonly commit: string
}

/**
 * Unpacks the version before the newest migration into a folder. Packages are those of this clone, unless it needs others.
 *
 * @returns what is missing, where this is no clone with its history
 */
export const unpackFormer = async (folder: string): Promise<FormerVersion | { readonly missing: string }> => {
  const commit = await commitBefore().catch(() => undefined)
  if (commit === undefined)
    return { missing: 'the version before the newest migration: clone the project with git and its whole history' }
  await mkdir(folder, { recursive: true })
  const archive = path.join(folder, 'former.tar')
  await git('archive', '--format=tar', `--output=${archive}`, commit, '--', '.', ':!test', ':!docs', ':!bench')
  await run('tar', ['-xf', archive, '-C', folder])
  if (await areInstalled(folder)) await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
  else await run('npm', ['ci', '--omit=dev', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: folder })
  return { cli: path.join(folder, 'cli/nexus.mjs'), commit }
}

const Manifest = z.object({ dependencies: z.record(z.string(), z.string()) })

/** Whether this clone has every package that a version needs. */
const areInstalled = async (folder: string): Promise<boolean> => {
  const { dependencies } = Manifest.parse(JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')))
  return Object.keys(dependencies).every((name) => existsSync(path.join(root, 'node_modules', name)))
}
