import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { people } from './cast.ts'
import { bold, dim, say } from './screen.ts'

/** The console of the demo: the page for people, which people of one tenant sign in to. */
export const consoleTenant = 'acme'

const ours = Object.values(people).filter(({ tenant }) => tenant === consoleTenant)

/** Who can sign in, as the simulated tenant takes them. */
export const consoleUsers = ours.map(({ name, about, claims: { sub, ...rights } }) => ({ sub, name, about, ...rights }))

/**
 * Builds the page, and first installs what it is built of: in the background, as that takes half a minute the first time.
 * Until it is there, /console says so. A package brings the page, and nothing to build it with.
 *
 * @returns ends it
 */
export const buildConsole = (): (() => void) => {
  const folder = path.join(import.meta.dirname, '..')
  if (!existsSync(path.join(folder, 'scripts/console.mjs'))) return () => undefined
  const child = spawn(process.execPath, ['scripts/console.mjs'], { cwd: folder, stdio: 'ignore' })
  // Where it cannot be built, the page says how; the rest of the demo does without it.
  child.on('error', () => undefined)
  return () => void child.kill()
}

/** Says where the console is, and who can sign in. */
export const showConsole = ({ nexusUrl }: { readonly nexusUrl: string }): void => {
  say(`${bold('The console')}, a page for owners, operators and administrators: ${bold(`${nexusUrl}/console`)}`)
  for (const { name, about } of ours) say(dim(`Sign in as ${name}, who ${about}`), 2)
  say()
}
