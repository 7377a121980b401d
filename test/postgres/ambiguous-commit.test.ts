import { once } from 'node:events'
import { connect as dial, createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAuditDraft } from '../../adapters/postgres/audit-draft.ts'
import { createAccept, OutcomeUnknown } from '../../adapters/postgres/changes/accept.ts'
import { connect } from '../../adapters/postgres/database/connect.ts'
import { servers } from '../support/stack.ts'
import { accepted, author, keysOf, known, openStore, takes } from './support.ts'
import type { Store } from './support.ts'

/**
 * A way to the database that is cut as what makes a change true comes along (a COMMIT, or the one statement): before it is
 * passed on, after it, or so that it arrives a second after the connection was lost.
 */
const cutWhereItCounts = async (url: string, when: 'before' | 'after' | 'late', thenGone: boolean) => {
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
    let isLate = false
    near.on('close', () => {
      if (!isLate) far.destroy()
    })
    near.on('data', (chunk: Buffer) => {
      const said = chunk.toString('latin1')
      if (cut || !(said.includes('commit') || said.includes('with asked'))) {
        far.write(chunk)
        return
      }
      cut = true
      far.unpipe(near)
      if (when === 'after') far.write(chunk, () => setTimeout(() => near.destroy(), 200))
      else near.destroy()
      if (when !== 'late') return
      isLate = true
      setTimeout(() => far.write(chunk, () => setTimeout(() => far.destroy(), 500)), 1000)
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

describe.skipIf(servers === null).each([
  { way: 'under the lock', isLoaded: false },
  { way: 'by one statement', isLoaded: true },
])('a connection that is lost as a change is stored $way', ({ isLoaded }) => {
  let store: Store
  beforeAll(async () => {
    store = await openStore()
  })
  afterAll(() => store.close())

  const stored = async (clientId: string): Promise<number> =>
    (await store.query('select 1 from nexus.changes where client_id = $1', [clientId])).length

  /** Accepts a change by that way. */
  const accept = async (when: 'before' | 'after' | 'late', thenGone = false) => {
    const key = await known(store)
    const loaded = isLoaded ? await store.clients.load(key) : undefined
    const through = await cutWhereItCounts(store.url, when, thenGone)
    const audit = createAuditDraft({
      action: 'client.patch',
      tenantId: 'acme',
      actor: author,
      address: null,
      requestId: null,
      target: key.clientId,
      changeId: null,
    })
    const [outcome] = await Promise.allSettled([
      through.accept(key, author, takes({ productName: 'a' }), { loaded, audit }),
    ])
    await through.close()
    return { key, outcome, audit }
  }

  test('after it had arrived: the change is there, and counts as accepted', async () => {
    const { key, outcome, audit } = await accept('after')
    expect(outcome).toMatchObject({ value: { kind: 'accepted', settled: false } })
    expect(await stored(key.clientId)).toBe(1)
    expect(audit.isStored()).toBe(true)
  })

  test('before it had arrived: nothing is there, and the error says so', async () => {
    const { key, outcome } = await accept('before')
    expect(outcome.status === 'rejected' && outcome.reason).toBeInstanceOf(Error)
    expect(outcome.status === 'rejected' && outcome.reason).not.toBeInstanceOf(OutcomeUnknown)
    expect(await stored(key.clientId)).toBe(0)
  })

  test('and the database stays away: nobody claims to know', async () => {
    const { key, outcome } = await accept('after', true)
    expect(outcome.status === 'rejected' && outcome.reason).toBeInstanceOf(OutcomeUnknown)
    expect(await stored(key.clientId)).toBe(1)
  })

  test('what arrives after the connection was lost is waited for, or stores nothing: never told one way, and then the other', async () => {
    const { key, outcome } = await accept('late')
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(await stored(key.clientId)).toBe(outcome.status === 'fulfilled' ? 1 : 0)
    // The row is free.
    await accepted(store, key, { productName: 'b' })
  })
})
