import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hashPassword } from '../../../adapters/credentials/passwords.ts'
import { findOnPath, isThere } from '../../support/postgres/programs.ts'
import { commandsIn } from './commands.ts'
import { filled } from './page.ts'
import type { Values } from './page.ts'
import { account, configure, shop } from './serve.ts'
import { writeStates } from './terraform.ts'
import { openWorld } from './world.ts'
import type { World } from './world.ts'

const root = path.resolve(import.meta.dirname, '../../..')
const folder = path.join(root, 'docs/runbooks')
const commandsOf = (file: string): string[] =>
  commandsIn(readFileSync(path.join(folder, file), 'utf8')).map(({ text }) => text)

/** What every page takes for granted, and the pages that have a command. */
const before = commandsOf('README.md')
const pages = globSync('Nexus*.md', { cwd: folder }).toSorted()

const permissions = [
  'client.write.all',
  'terraform.state',
  'terraform.state.force-unlock',
  'terraform.read',
  'tenant.admin',
]

// Somebody is woken, and pastes.
describe.skipIf(!isThere(findOnPath('psql'), 'postgresql-client'))('the commands of the runbooks', () => {
  let world: World
  let values: Values
  let replaced: Awaited<ReturnType<typeof configure>>['replaced']

  const run = async (text: string): Promise<{ code: number; output: string }> =>
    world.session.run(filled(text, values, replaced))
  const authorization = `Basic ${Buffer.from(`operator:${account.password}`).toString('base64')}`
  const ask = async (method: string, place: string, body: unknown): Promise<void> => {
    const answer = await fetch(`${world.url}/v1/tenants/acme/${place}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${method} ${place}: ${answer.status} ${await answer.text()}`)
  }

  beforeAll(async () => {
    world = await openWorld()
    const serviceAccounts = ['operator', account.name].map(async (name) => ({
      name,
      passwordHash: await hashPassword(account.password),
      tenants: ['acme'],
      permissions,
    }))
    ;({ values, replaced } = await configure(world, { serviceAccounts: await Promise.all(serviceAccounts) }))
    await world.session.start('npx nexus start', /Nexus is up/)
    await writeStates(world, { main: 1 })
    await ask('LOCK', 'terraform/states/main', { ID: 'gone', Operation: 'OperationTypeApply', Who: 'ci@runner' })
    await ask('PATCH', `clients/${shop}`, { callbackUrls: ['https://shop.example.com/new'] })
    for (const command of before) {
      const { code, output } = await run(command)
      if (code !== 0) throw new Error(`${command} ended with ${code}:\n${output}`)
    }
  }, 60_000)
  afterAll(() => world.close())

  test('stand on most pages', () => {
    expect(pages.length).toBeGreaterThan(10)
    expect(pages.filter((file) => commandsOf(file).length > 0).length).toBeGreaterThan(10)
  })

  // What stands on several pages is run once.
  test.each([...new Set(pages.flatMap(commandsOf))])('%s', async (command) => {
    const { code, output } = await run(command)
    // What is tried again need not be in Auth0 yet.
    const waits = code === 2 && command.startsWith('npx nexus clients retry')
    expect({ code: waits ? 0 : code, output }).toEqual({ code: 0, output })
  })
})
