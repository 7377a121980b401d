import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDatabase, servers } from '../support/stack.ts'
import { nexus } from '../support/process.ts'
import { everyRow } from './old-database.ts'

const run = async (parameters: readonly string[]) => {
  const one = nexus(parameters)
  await one.ended
  return { code: one.child.exitCode, said: one.output() }
}

describe.skipIf(servers === null)('nexus migrate', () => {
  let folder: string
  let database: Awaited<ReturnType<typeof createDatabase>>
  const configured = async (where: Record<string, unknown>): Promise<string> => {
    const file = path.join(folder, 'nexus.yaml')
    const tenant = { id: 'acme', domain: 'acme.eu.auth0.com', credential: { clientId: 'a', clientSecret: 'b' } }
    await writeFile(file, JSON.stringify({ database: where, tenants: [tenant] }), { mode: 0o600 })
    return file
  }
  beforeAll(async () => {
    if (servers === null) throw new Error('There are no servers for this run.')
    folder = await mkdtemp(path.join(os.tmpdir(), 'nexus-migrate-'))
    database = await createDatabase(servers)
  })
  afterAll(async () => {
    await database.drop()
    await rm(folder, { recursive: true })
  })

  test('--check says what is to be done and does not do it; then it is done, and there is nothing more to do', async () => {
    const file = await configured({ url: database.url })
    const before = await run(['migrate', '--check', '--config', file])
    expect(before.code).toBe(2)
    expect(before.said).toContain('To be applied by `nexus migrate`:\n  0001-clients-and-changes\n')
    expect(before.said).toContain('the tables of the queue')
    await expect(everyRow(database.url)).rejects.toThrow('schema "nexus" does not exist')
    expect((await run(['migrate', '--config', file])).code).toBe(0)
    expect(await run(['migrate', '--check', '--config', file])).toEqual({
      code: 0,
      said: 'The database is up to date.\n',
    })
    expect(await run(['migrate', '--check', '--json', '--config', file])).toEqual({
      code: 0,
      said: '{"pending":[],"newer":[],"needed":[]}\n',
    })
  }, 60_000)

  test('--check makes no database where there is none yet', async () => {
    const embedded = path.join(folder, 'embedded')
    const checked = await run(['migrate', '--check', '--json', '--config', await configured({ embedded })])
    expect(checked.code).toBe(2)
    expect(JSON.parse(checked.said)).toMatchObject({ pending: expect.arrayContaining(['0001-clients-and-changes']) })
    expect(existsSync(embedded)).toBe(false)
  })
})
