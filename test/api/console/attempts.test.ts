import { describe, expect, test } from 'vitest'
import { createSealing } from '../../../adapters/sealing/sealing.ts'
import { attemptMs, createAttempts } from '../../../api/console/attempts.ts'

const keyOf = (byte: number): string => Buffer.alloc(32, byte).toString('base64')

/** What a browser keeps, on a clock that is moved by hand. */
const setUp = (keys = [keyOf(1)]) => {
  const clock = { ms: 0 }
  const sealing = createSealing(keys)
  if (sealing === undefined) throw new Error('There is a key.')
  return { clock, ...createAttempts(sealing, () => clock.ms) }
}
const attempt = (state: string) => ({ state, nonce: 'n', verifier: 'v', fresh: false })
/** As long as they are. */
const long = (name: string) => ({
  state: name.repeat(43),
  nonce: 'n'.repeat(43),
  verifier: 'v'.repeat(43),
  fresh: true,
})

describe('a sign-in that a browser has begun', () => {
  test('can be finished for ten minutes', async () => {
    const { clock, add, take } = setUp()
    const value = await add(undefined, attempt('a'), '/tenants/acme')
    clock.ms = attemptMs - 1
    expect((await take(value, 'a')).begun).toMatchObject({ state: 'a', page: '/tenants/acme' })
    clock.ms = attemptMs
    expect(await take(value, 'a')).toEqual({ begun: undefined, rest: undefined })
  })

  test('is one of three: a fourth takes the place of the first', async () => {
    const { add, take } = setUp()
    let value: string | undefined
    for (const state of ['a', 'b', 'c', 'd']) value = await add(value, attempt(state), null)
    expect((await take(value, 'a')).begun).toBeUndefined()
    for (const state of ['b', 'c', 'd']) expect((await take(value, state)).begun).toMatchObject({ state })
  })

  test.each([
    { reason: 'a page of the longest address', page: `/${'a'.repeat(511)}`, kept: true },
    { reason: 'no longer one', page: `/${'a'.repeat(512)}`, kept: false },
    {
      reason: 'none of characters that take up more room than they count',
      page: `/${'\u{e000}'.repeat(511)}`,
      kept: false,
    },
  ])('fits into a cookie with two others, and keeps $reason', async ({ page, kept }) => {
    const { add, take } = setUp()
    let value: string | undefined
    for (const name of ['a', 'b', 'c']) value = await add(value, long(name), page)
    // A browser takes 4096 characters (RFC 6265, 6.1), with the name and what else stands in the line.
    expect(value?.length).toBeLessThan(3900)
    expect((await take(value, 'a'.repeat(43))).begun?.page).toBe(kept ? page : null)
  })

  test('is taken out of what is left', async () => {
    const { add, take } = setUp()
    const both = await add(await add(undefined, attempt('a'), null), attempt('b'), null)
    const { rest } = await take(both, 'a')
    expect((await take(rest, 'a')).begun).toBeUndefined()
    expect(await take(rest, 'b')).toMatchObject({ begun: { state: 'b' }, rest: undefined })
  })

  test('tells nobody its secrets, and looks different every time', async () => {
    const { add } = setUp()
    const values = [
      await add(undefined, attempt('canary'), '/canary'),
      await add(undefined, attempt('canary'), '/canary'),
    ]
    expect(values[0]).not.toBe(values[1])
    for (const value of values)
      expect(Buffer.from(value.split('.')[1] ?? '', 'base64url').toString('latin1')).not.toContain('canary')
  })

  test.each([
    { reason: 'of another key', make: () => setUp([keyOf(2)]).add(undefined, attempt('a'), null) },
    {
      reason: 'that was changed',
      make: async () =>
        (await setUp().add(undefined, attempt('a'), null)).replace(/.(?=.{9}$)/, (one) => (one === 'A' ? 'B' : 'A')),
    },
    { reason: 'that is none', make: async () => 'x' },
    { reason: 'that is empty', make: async () => '' },
  ])('is not one $reason', async ({ make }) => {
    expect(await setUp().take(await make(), 'a')).toEqual({ begun: undefined, rest: undefined })
  })

  test('outlives a new key, while the old one is kept', async () => {
    const value = await setUp([keyOf(1)]).add(undefined, attempt('a'), null)
    expect((await setUp([keyOf(2), keyOf(1)]).take(value, 'a')).begun).toMatchObject({ state: 'a' })
  })
})
