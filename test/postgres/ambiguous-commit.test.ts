import { once } from 'node:events'
import { connect as dial, createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAccept, OutcomeUnknown } from '../../adapters/postgres/changes/accept.ts'
import { connect } from '../../adapters/postgres/database/connect.ts'
import { servers } from '../support/stack.ts'
import { author, keysOf, known, openStore, takes } from './support.ts'
import type { Store } from './support.ts'

/** A way to the database that is cut as a COMMIT comes along: before it is passed on, or after. */
const cutAtCommit = async (url: string, when: 'before' | 'after', thenGone: boolean) => {
  const to = new URL(url)
  let cut = false
  const server = createServer((near) => {
    near.on('error', () => undefined)
    if (cut && thenGone) {
      near.destroy()
      return
    }
    const far = dial(Number(to.port), to.hostname)
    far.on('error', () => near.destroy())
    far.on('close', () => near.destroy())
    far.pipe(near)
    near.on('close', () => far.destroy())
    near.on('data', (chunk: Buffer) => {
      if (cut || !chunk.toString('latin1').includes('commit')) {
        far.write(chunk)
        return
      }
      cut = true
      far.unpipe(near)
      if (when === 'before') near.destroy()
      else
        far.write(chunk, () =>
          setTimeout(() => {
            near.destroy()
          }, 200),
        )
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const through = new URL(url)
  through.port = String(typeof address === 'object' ? address?.port : '')
  const postgres = connect(through.href, () => undefined)
  return {
    accept: createAccept(postgres.db, keysOf),
    close: async () => {
      await postgres.close()
      server.close()
    },
  }
}

describe.skipIf(servers === null)('a connection that is lost at COMMIT', () => {
  let store: Store
  beforeAll(async () => {
    store = await openStore()
  })
  afterAll(() => store.close())

  const stored = async (clientId: string): Promise<number> =>
    (await store.query('select 1 from nexus.changes where client_id = $1', [clientId])).length

  test('after it had arrived: the change is there, and counts as accepted', async () => {
    const key = await known(store)
    const through = await cutAtCommit(store.url, 'after', false)
    const accepted = await through.accept(key, author, takes({ productName: 'a' }))
    expect(accepted).toMatchObject({ kind: 'accepted', settled: false })
    expect(await stored(key.clientId)).toBe(1)
    await through.close()
  })

  test('before it had arrived: nothing is there, and the error says so', async () => {
    const key = await known(store)
    const through = await cutAtCommit(store.url, 'before', false)
    await expect(through.accept(key, author, takes({ productName: 'a' }))).rejects.not.toBeInstanceOf(OutcomeUnknown)
    expect(await stored(key.clientId)).toBe(0)
    await through.close()
  })

  test('and the database stays away: nobody claims to know', async () => {
    const key = await known(store)
    const through = await cutAtCommit(store.url, 'after', true)
    await expect(through.accept(key, author, takes({ productName: 'a' }))).rejects.toBeInstanceOf(OutcomeUnknown)
    expect(await stored(key.clientId)).toBe(1)
    await through.close()
  })
})
