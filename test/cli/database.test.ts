import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { emptyDirectory, nexus } from './support.ts'

describe('nexus database', () => {
  const folder = emptyDirectory()
  const file = join(folder, 'nexus.yaml')
  const database = (...args: readonly string[]) => nexus(['database', '--config', file, ...args])
  beforeAll(() => {
    chmodSync(folder, 0o755)
    writeFileSync(
      file,
      `database: { embedded: ${join(folder, '.nexus')} }
tenants: [{ id: acme, domain: acme.eu.auth0.com, credential: { clientId: a, clientSecret: b } }]`,
    )
  })

  test('gives a program the connection in its environment, and ends with its code', async () => {
    const { code, stdout } = await database('sh', '-c', 'echo "$PGUSER at $PGHOST, $PGDATABASE"; exit 7')
    expect([code, stdout]).toEqual([7, 'nexus at 127.0.0.1, postgres\n'])
  })

  test('shows the password in no list of processes, and prints it nowhere', async () => {
    const { stdout, stderr } = await database('sh', '-c', 'ps axww -o args; test -n "$PGPASSWORD" && echo has one')
    const password = readFileSync(join(folder, '.nexus', 'password'), 'utf8').trim()
    expect(stdout).toContain('has one')
    expect(stdout + stderr).not.toContain(password)
  })

  test('says what to install where the program is not there', async () => {
    const { code, stderr } = await database('psql-of-nobody')
    expect([code, stderr]).toEqual([1, expect.stringContaining('apt-get install postgresql-client')])
  })
})
