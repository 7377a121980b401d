import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import path from 'node:path'
import { people } from './cast.ts'
import { bold, dim, say } from './screen.ts'
import type { World } from './world.ts'

/** The console of the demo: the page for people, which people of one tenant sign in to. */
export const consoleTenant = 'acme'

/** The console's application at the tenant's issuer. */
export const consoleApplication = (publicUrl: string, clientSecret: string) => ({
  client_id: 'nexus-console',
  client_secret: clientSecret,
  name: 'Nexus console',
  app_type: 'regular_web',
  token_endpoint_auth_method: 'client_secret_post',
  callbacks: [`${publicUrl}/console/callback`],
  allowed_logout_urls: [`${publicUrl}/console/`],
  grant_types: ['authorization_code', 'refresh_token'],
})

const ours = Object.values(people).filter(({ tenant }) => tenant === consoleTenant)

/** Who can sign in, as the simulated tenant takes them. */
export const consoleUsers = ours.map(({ name, about, claims: { sub, ...rights } }) => ({ sub, name, about, ...rights }))

/** A port that was free a moment ago: the console's address has to be known before anything listens there. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return address === null || typeof address === 'string' ? 0 : address.port
}

/**
 * Builds the page, and first installs what it is built of: in the background, as that takes half a minute the first time.
 * Until it is there, /console says so.
 *
 * @returns ends it
 */
export const buildConsole = (): (() => void) => {
  const child = spawn(process.execPath, ['scripts/console.mjs'], {
    cwd: path.join(import.meta.dirname, '..'),
    stdio: 'ignore',
  })
  // Where it cannot be built, the page says how; the rest of the demo does without it.
  child.on('error', () => undefined)
  return () => void child.kill()
}

/** Says where the console is, and who can sign in. */
export const showConsole = ({ nexusUrl }: Pick<World, 'nexusUrl'>): void => {
  say(`${bold('The console')}, a page for owners, operators and administrators: ${bold(`${nexusUrl}/console`)}`)
  for (const { name, about } of ours) say(dim(`Sign in as ${name}, who ${about}`), 2)
  say()
}
