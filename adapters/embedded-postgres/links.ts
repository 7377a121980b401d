import { readFile, symlink } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'

/** Of each link the file that it leads to and where it stands, from the package's folder on. */
const Links = z.array(z.object({ source: z.string(), target: z.string() }))

/**
 * Makes the links to PostgreSQL's libraries that a package of npm cannot hold. The package's install script makes them too,
 * but npm 12 and later run no install script that nobody has allowed. Links that are there stay; where this user may not write,
 * the programs do not start, and say so themselves (`causes.ts`).
 *
 * @param folder the package's
 */
export const makeLinks = async (folder: string): Promise<void> => {
  const text = await readFile(path.join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of Links.parse(JSON.parse(text)))
    await symlink(path.relative(path.dirname(target), source), path.join(folder, target)).catch(() => undefined)
}
