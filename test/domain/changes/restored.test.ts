import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { comparedWith, isAsBackedUp, takeover } from '../../../domain/changes/restored.ts'
import { workOf } from '../../../domain/changes/plan.ts'
import { driftIn } from '../../../domain/clients/drift.ts'
import { writeFields } from '../../../domain/clients/field-values.ts'
import { defaultMetadataKeys as keys } from '../../../domain/clients/metadata-keys.ts'
import type { Auth0Client, PendingChange, Values } from '../../../domain/vocabulary.ts'
import { pathsOf } from '../../../domain/vocabulary.ts'

const auth0 = (callbacks: readonly string[], more: Auth0Client = {}): Auth0Client => ({ callbacks, ...more })
const change = (generation: number, values: Values): PendingChange => ({
  id: `change-${generation}`,
  generation,
  values,
})
const [old, middle, newest] = [['https://old.example'], ['https://middle.example'], ['https://newest.example']]

describe('a client of a backup, beside what Auth0 has now', () => {
  test.each([
    {
      reason: 'nothing has happened since',
      base: { callbackUrls: old },
      observed: auth0(old),
      pending: [],
      now: auth0(old),
      newer: [],
      fates: [],
    },
    {
      reason: 'a change that the backup does not have was applied',
      base: { callbackUrls: old },
      observed: auth0(old),
      pending: [],
      now: auth0(newest),
      newer: ['callbackUrls'],
      fates: [],
    },
    {
      reason: 'what Nexus does not own is nobody’s business',
      base: {},
      observed: auth0(old),
      pending: [],
      now: auth0(newest),
      newer: [],
      fates: [],
    },
    {
      reason: 'a drift that was there before the backup is still one',
      base: { callbackUrls: old },
      observed: auth0(middle),
      pending: [],
      now: auth0(middle),
      newer: [],
      fates: [],
    },
    {
      reason: 'what had drifted was changed again',
      base: { callbackUrls: old },
      observed: auth0(middle),
      pending: [],
      now: auth0(newest),
      newer: ['callbackUrls'],
      fates: [],
    },
    {
      reason: 'what waited was applied',
      base: { callbackUrls: old },
      observed: auth0(old),
      pending: [change(2, { callbackUrls: middle })],
      now: auth0(middle),
      newer: [],
      fates: ['there'],
    },
    {
      reason: 'what waited waits still',
      base: { callbackUrls: old },
      observed: auth0(old),
      pending: [change(2, { callbackUrls: middle })],
      now: auth0(old),
      newer: [],
      fates: ['untouched'],
    },
    {
      reason: 'what waited was applied, and something came after it',
      base: { callbackUrls: old },
      observed: auth0(old),
      pending: [change(2, { callbackUrls: middle })],
      now: auth0(newest),
      newer: ['callbackUrls'],
      fates: ['overtaken'],
    },
    {
      reason: 'of a field that Nexus did not own yet, what was seen is what was before',
      base: {},
      observed: auth0(old),
      pending: [change(1, { callbackUrls: middle })],
      now: auth0(newest),
      newer: [],
      fates: ['overtaken'],
    },
    {
      reason: 'of two that waited, the second replaced the first',
      base: { callbackUrls: old },
      observed: auth0(old),
      pending: [change(2, { callbackUrls: middle }), change(3, { callbackUrls: newest })],
      now: auth0(newest),
      newer: [],
      fates: ['there', 'there'],
    },
    {
      reason: 'of two that waited, only the first was applied',
      base: { callbackUrls: old },
      observed: auth0(old),
      pending: [change(2, { callbackUrls: middle }), change(3, { callbackUrls: newest })],
      now: auth0(middle),
      newer: [],
      fates: ['there', 'untouched'],
    },
    {
      reason: 'one field of a change is there and the other was overtaken: as a whole it is not to be sent',
      base: {},
      observed: auth0(old, { allowed_origins: [] }),
      pending: [change(1, { callbackUrls: middle, allowedCorsOrigins: ['https://a.example'] })],
      now: auth0(middle, { allowed_origins: ['https://b.example'] }),
      newer: [],
      fates: ['overtaken'],
    },
  ])('$reason', ({ base, observed, pending, now, newer, fates }) => {
    const found = comparedWith({ base, observed, pending }, now, keys)
    expect(found.newer.map(({ path }) => path)).toEqual(newer)
    expect(found.waited.map(({ fate }) => fate)).toEqual(fates)
    expect(isAsBackedUp(found)).toBe(newer.length === 0 && fates.length === 0)
  })
})

describe('what is taken over', () => {
  const urls = fc.constantFrom([], old, middle, newest)
  const names = fc.constantFrom(null, 'One', 'Two')
  const values: fc.Arbitrary<Values> = fc.record(
    { callbackUrls: urls, allowedLogoutUrls: urls, applicationName: names },
    { requiredKeys: [] },
  )
  const client = values.map((held): Auth0Client => writeFields(held, {}, keys))
  const state = fc.record({ base: values, observed: client, waiting: fc.array(values, { maxLength: 3 }) })

  test('leaves nothing to send that would overwrite what came after the backup', () => {
    fc.assert(
      fc.property(state, client, fc.constantFrom('send' as const, 'withdraw' as const), (backup, now, waiting) => {
        const { base, observed } = backup
        const pending = backup.waiting.map((held, index) => change(index + 1, held))
        const found = comparedWith({ base, observed, pending }, now, keys)
        const { applied, withdrawn, confirmed } = takeover(found, now, waiting, keys)
        const left = pending.filter(({ id }) => !applied.includes(id) && !withdrawn.includes(id))
        const after = {
          base: { ...base, ...confirmed },
          observed: now,
          pending: left,
          generation: 9,
          oneByOneUntil: null,
        }
        const fateOf = (id: string) => found.waited.find(({ change: { id: other } }) => other === id)?.fate
        // What is sent is what waited and what nothing has overtaken; with all of the history it is the same.
        expect(left.every(({ id }) => fateOf(id) === 'untouched')).toBe(true)
        expect(left.length === 0 || waiting === 'send').toBe(true)
        const drifted = driftIn(after, keys).map(({ path }) => path)
        const known = new Set(driftIn({ base, observed, pending: [] }, keys).map(({ path }) => path))
        expect(drifted.filter((path) => !known.has(path))).toEqual([])
        const work = workOf(after, keys)
        const named = new Set(left.flatMap(({ values: held }) => pathsOf(held)))
        expect(pathsOf(work.values).every((path) => named.has(path))).toBe(true)
        // Nothing that waited is lost: each is applied, withdrawn or still there.
        expect(applied.length + withdrawn.length + left.length).toBe(pending.length)
      }),
    )
  })

  test('is nothing where it was taken over already', () => {
    fc.assert(
      fc.property(state, client, ({ base, observed, waiting }, now) => {
        const pending = waiting.map((held, index) => change(index + 1, held))
        const { confirmed } = takeover(comparedWith({ base, observed, pending }, now, keys), now, 'withdraw', keys)
        const again = comparedWith({ base: { ...base, ...confirmed }, observed: now, pending: [] }, now, keys)
        expect(isAsBackedUp(again)).toBe(true)
      }),
    )
  })
})
