import { describe, expect, test } from 'vitest'
import { servers } from '../../support/stack.ts'
import { lockOf, managedClient, stateText } from '../support.ts'
import { fresh, useBackend } from './stack.ts'

const textOf = (serial: number): string => stateText(serial, [managedClient(`client-${serial}`)])

/** Statuses, lowest first. */
const statusesOf = (answers: readonly { readonly status: number }[]): number[] =>
  answers.map(({ status }) => status).toSorted((a, b) => a - b)

describe.skipIf(servers === null)('the state backend', () => {
  useBackend()

  describe('the lock', () => {
    test('is taken once; the same request again is one whose answer was lost', async () => {
      const state = fresh()
      expect(await state.lock(lockOf('one'))).toMatchObject({ status: 200, text: '' })
      expect(await state.lock(lockOf('one'))).toMatchObject({ status: 200 })
      expect((await state.rows()).lock).toEqual(lockOf('one'))
    })

    test('of another is told with all that Terraform shows', async () => {
      const state = fresh()
      await state.lock(lockOf('one', { Info: 'why', Path: 'there' }))
      const refused = await state.lock(lockOf('two', { Who: 'bob' }))
      expect(refused).toMatchObject({
        status: 423,
        body: { ...lockOf('one', { Info: 'why', Path: 'there' }), type: '/problems/state-locked', status: 423 },
      })
      expect(refused.body.detail).toContain('ann@laptop')
      expect((await state.rows()).lock).toMatchObject({ ID: 'one' })
    })

    test('goes to exactly one of many who ask at the very same time', async () => {
      for (let round = 0; round < 5; round += 1) {
        const state = fresh()
        const answers = await Promise.all(Array.from({ length: 12 }, (_, index) => state.lock(lockOf(`lock-${index}`))))
        expect(statusesOf(answers)).toEqual([200, ...Array.from({ length: 11 }, () => 423)])
        const winner = answers.findIndex(({ status }) => status === 200)
        expect((await state.rows()).lock).toMatchObject({ ID: `lock-${winner}` })
        const told = answers.filter(({ status }) => status === 423).map(({ body }) => body['ID'])
        expect(new Set(told)).toEqual(new Set([`lock-${winner}`]))
      }
    })

    test.each([
      { reason: 'who holds it writes', held: true, query: '?ID=mine', status: 200 },
      { reason: 'another does not', held: true, query: '?ID=other', status: 423 },
      { reason: 'nor who names none', held: true, query: '', status: 423 },
      { reason: 'who names none writes while nobody holds it', held: false, query: '', status: 200 },
      { reason: 'who has lost it does not', held: false, query: '?ID=mine', status: 409 },
    ])('and a write: $reason', async ({ held, query, status }) => {
      const state = fresh()
      await state.post(stateText(1, [managedClient('before')]))
      if (held) await state.lock(lockOf('mine'))
      const answer = await state.post(stateText(2, [managedClient('after')]), { query })
      expect(answer.status).toBe(status)
      expect(answer.body).toMatchObject(
        status === 423 ? lockOf('mine') : status === 409 ? { type: '/problems/state-lock-lost' } : {},
      )
      expect(await state.rows()).toMatchObject(
        status === 200
          ? { current: 2, index: [['auth0_client.this', 'after']] }
          : { current: 1, index: [['auth0_client.this', 'before']] },
      )
    })

    test('that was taken away by force while somebody wrote', async () => {
      const state = fresh()
      await state.lock(lockOf('mine'))
      expect(await state.unlock()).toMatchObject({ status: 200 })
      await state.lock(lockOf('theirs'))
      expect(await state.post(stateText(1), { query: '?ID=mine' })).toMatchObject({
        status: 423,
        body: lockOf('theirs'),
      })
      expect((await state.rows()).versions).toEqual([])
    })

    test.each([
      { reason: 'by its id', body: { ID: 'mine' }, status: 200, gone: true },
      { reason: 'as it was sent', body: lockOf('mine'), status: 200, gone: true },
      { reason: 'by another id', body: lockOf('other'), status: 409, gone: false },
      { reason: 'by nothing, which is force', body: null, status: 200, gone: true },
      { reason: 'by what is no lock', body: {}, status: 400, gone: false },
    ])('is given back: $reason', async ({ body, status, gone }) => {
      const state = fresh()
      await state.lock(lockOf('mine'))
      const answer = await state.unlock(body)
      expect(answer.status).toBe(status)
      expect(answer.body).toMatchObject(status === 409 ? lockOf('mine') : {})
      expect((await state.rows()).lock === null).toBe(gone)
    })

    test('that nobody holds can be given back again: the answer may have been lost', async () => {
      const state = fresh()
      expect(await state.unlock(lockOf('mine'))).toMatchObject({ status: 200 })
      expect(await state.unlock()).toMatchObject({ status: 200 })
    })

    test('is held while many write with it: every serial follows the one before, or is told to be late', async () => {
      const state = fresh()
      await state.lock(lockOf('mine'))
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, index) => state.post(textOf(index + 1), { query: '?ID=mine' })),
      )
      expect(answers.filter(({ status }) => status !== 200 && status !== 409)).toEqual([])
      const { versions, index, current } = await state.rows()
      const serials = versions.map(({ serial }) => serial)
      expect(serials).toEqual(serials.toSorted((a, b) => a - b))
      expect(serials.at(-1)).toBe(40)
      expect(versions.length).toBe(answers.filter(({ status }) => status === 200).length)
      expect(index).toEqual([['auth0_client.this', 'client-40']])
      expect(current).toBe(versions.at(-1)?.version)
      expect((await state.get()).text).toBe(textOf(40))
    })

    test('and the very same text from many at once is one version', async () => {
      const state = fresh()
      const answers = await Promise.all(Array.from({ length: 10 }, () => state.post(stateText(1))))
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200))
      expect((await state.rows()).versions).toHaveLength(1)
    })
  })

  describe('DELETE', () => {
    test('leaves no state and no index; what was there stays as versions', async () => {
      const state = fresh()
      await state.post(stateText(5, [managedClient('abc')]))
      expect(await state.remove()).toMatchObject({ status: 200 })
      expect(await state.get()).toMatchObject({ status: 404 })
      expect(await state.rows()).toMatchObject({ current: null, index: [], versions: [{ serial: 5 }] })
      expect(await state.remove()).toMatchObject({ status: 200 })
      // A state may begin anew then, elsewhere and lower.
      expect(await state.post(stateText(1, [], { lineage: 'other' }))).toMatchObject({ status: 200 })
      expect(await state.rows()).toMatchObject({ current: 2 })
    })

    test.each([
      { reason: 'without the lock', query: '', status: 423 },
      { reason: 'with another', query: '?ID=other', status: 423 },
      { reason: 'with the lock', query: '?ID=mine', status: 200 },
    ])('while it is locked, $reason', async ({ query, status }) => {
      const state = fresh()
      await state.post(stateText(1))
      await state.lock(lockOf('mine'))
      expect((await state.remove({ query })).status).toBe(status)
      expect((await state.rows()).current).toBe(status === 200 ? null : 1)
    })
  })
})
