import { spawnSync } from 'node:child_process'
import path from 'node:path'
import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startOwnPostgres } from '../../support/local-servers.ts'
import {
  afterBackup,
  beforeBackup,
  callsOf,
  follow,
  fromTo,
  goesOn,
  isUntouched,
  namesWhatCameAfter,
  page,
  startNexus,
} from './drill-support.ts'
import { configure } from './serve.ts'
import { openWorld } from './world.ts'

// Back up, go on, lose everything, restore: by the commands of docs/guides/backup.md, as they stand there.

const lacks = ['pg_dump', 'pg_ctlcluster'].filter((program) => spawnSync('which', [program]).status !== 0)
if (lacks.length > 0 && process.env['CI'] === 'true') throw new Error(`CI lacks ${lacks.join(', ')} (postgresql).`)

const opened = async () => {
  const world = await openWorld()
  onTestFinished(world.close)
  return world
}

/** Rows of what has to come back as it was, as texts; of the audit, all but that a tenant was paused. */
const standing = async (url: string): Promise<unknown[]> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const tables = ['service_accounts', 'application_tokens', 'console_sessions', 'terraform_state_versions', 'audit']
    const found: unknown[] = []
    for (const table of tables)
      found.push(
        ...(await client.query(`select '${table}' as table, t::text as row from nexus.${table} t order by 2`)).rows,
      )
    return found.filter((row) => !JSON.stringify(row).includes(',pause,'))
  } finally {
    await client.end()
  }
}

const run = async (url: string, text: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}

describe('the drill of the guide', () => {
  test('with the embedded database', { timeout: 240_000 }, async () => {
    const world = await opened()
    await configure(world, { database: { embedded: path.join(world.clone, '.nexus') } })
    const nexus = await startNexus(world)
    await beforeBackup(nexus)
    const backup = await follow(world, fromTo('npx nexus backup', 'npx nexus restore nexus.backup --check'))
    expect([...backup.values()].join('\n')).toContain('nexus.backup is whole.')
    await afterBackup(nexus, world)
    await nexus.stop()
    const said = await follow(
      world,
      fromTo('npx nexus restore nexus.backup --replace', 'npx nexus after-restore --settle'),
    )
    namesWhatCameAfter(said.get('npx nexus after-restore') ?? '')
    isUntouched(world)
    await startNexus(world)
    await goesOn(callsOf(world), world)
  })

  test.skipIf(lacks.length > 0)('with a PostgreSQL by its URL', { timeout: 240_000 }, async () => {
    const world = await opened()
    const [old, fresh] = [await startOwnPostgres([]), await startOwnPostgres([])]
    if (old === undefined || fresh === undefined) throw new Error('The machine has no PostgreSQL.')
    onTestFinished(fresh.close)
    const { values } = await configure(world, { database: { url: '${NEXUS_DATABASE_URL}' } })
    const nexus = await startNexus(world, { NEXUS_DATABASE_URL: old.url })
    await beforeBackup(nexus)
    await run(
      old.url,
      `insert into nexus.console_sessions (id_hash, user_id, key_id, sealed, signed_in_at, ends_at, access_until)
       values ('\\x01', 'auth0|ann', '01234567', '\\x02', now(), now() + interval '1 hour', now())`,
    )
    await world.session.run(`export NEXUS_DATABASE_URL='${old.url}'`)
    const { output } = await world.session.run(
      'npx nexus accounts create of-the-drill --tenant acme --permission client.read.all',
    )
    const password = /nxs_\S+/.exec(output)?.[0] ?? ''
    const kept = await standing(old.url)
    await follow(world, fromTo('npx nexus database pg_dump', 'pg_restore --list'))
    await afterBackup(nexus, world)
    await nexus.stop()
    await old.close()

    const restored = await follow(world, fromTo('export NEXUS_DATABASE_URL', 'npx nexus migrate'), {
      ...values,
      NEXUS_DATABASE_URL: fresh.url,
    })
    expect(restored.get('npx nexus migrate')).toContain('the database was restored from a dump')
    expect(await standing(fresh.url)).toEqual(kept)

    // A supervisor starts Nexus too soon: nothing is sent, and nobody can have it sent.
    const early = await startNexus(world, { NEXUS_DATABASE_URL: fresh.url })
    expect(await early.call('POST', '/resume')).toBe(409)
    expect(await early.call('POST', `/clients/invoices-web/resume`)).toBe(204)
    expect(await early.call('POST', `/clients/invoices-web/pause`)).toBe(204)
    await early.stop()
    isUntouched(world)

    const said = await follow(
      world,
      fromTo('npx nexus after-restore', 'npx nexus after-restore acme --settle').slice(-2),
    )
    namesWhatCameAfter(said.get('npx nexus after-restore') ?? '')
    isUntouched(world)
    const [start = ''] = fromTo('npx nexus start', 'npx nexus start')
    await world.session.start(start, /Nexus is up/)
    await goesOn(callsOf(world), world)
    const account = await fetch(`${world.url}/v1/tenants/acme`, {
      headers: { authorization: `Basic ${btoa(`of-the-drill:${password}`)}` },
    })
    expect(account.status).toBe(200)
  })

  test('is all that the page has', () => {
    expect(page.map(({ text }) => text.split(' ').slice(0, 3).join(' '))).toEqual([
      'npx nexus backup',
      'npx nexus restore',
      'npx nexus restore',
      'npx nexus after-restore',
      'npx nexus after-restore',
      'npx nexus database',
      'pg_restore --list nexus.dump',
      "export NEXUS_DATABASE_URL='…'",
      'npx nexus database',
      'npx nexus migrate',
      'npx nexus after-restore',
      'npx nexus after-restore',
      'npx nexus start',
    ])
  })
})
