import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTurns } from '../../../adapters/limits/turns.ts'
import { displaced, nextTurn } from '../../../domain/limits/turns.ts'
import type { Comer, LastServed } from '../../../domain/limits/turns.ts'

const stranger = (source: string, name = 'ci'): Comer => ({ lane: 'stranger', source, name })
const known = (source: string, name = 'ci'): Comer => ({ lane: 'known', source, name })

/** Until everything that can go on has gone on. */
const settle = () => new Promise<void>((resolve) => void setImmediate(resolve))

/** Turns whose work ends when it is told to. `log` has who was served, in order; `refused` who was not. */
const start = (limits = { running: 2, waiting: 4 }) => {
  const byTurns = createTurns(limits, () => new Error('too many'))
  const log: string[] = []
  const refused: string[] = []
  const ends: (() => void)[] = []
  let underWay = 0
  let most = 0
  const come = (comer: Comer, label = comer.source): void => {
    byTurns(comer, async () => {
      log.push(label)
      most = Math.max(most, (underWay += 1))
      await new Promise<void>((resolve) => void ends.push(resolve))
      underWay -= 1
    }).catch(() => refused.push(label))
  }
  /** Ends what has run longest, until nothing runs. */
  const finish = async (): Promise<void> => {
    await settle()
    for (let end = ends.shift(); end !== undefined; end = ends.shift()) {
      end()
      await settle()
    }
  }
  return { come, finish, settle, end: () => ends.shift()?.(), log, refused, mostAtOnce: () => most }
}

describe('turns', () => {
  test('strangers leave a place free for who is known', async () => {
    const { come, settle, finish, log } = start()
    for (const source of ['a', 'b', 'c']) come(stranger(source))
    await settle()
    expect(log).toEqual(['a'])
    come(known('home'))
    await settle()
    expect(log).toEqual(['a', 'home'])
    await finish()
    expect(log).toEqual(['a', 'home', 'b', 'c'])
  })

  test('who is known leaves strangers a place, and does not wait for another who is known', async () => {
    const { come, finish, log } = start({ running: 2, waiting: 10 })
    for (let index = 0; index < 5; index += 1) come(known('noisy'))
    come(known('quiet'))
    come(stranger('a'))
    await finish()
    expect(log.indexOf('quiet')).toBeLessThan(4)
    expect(log.indexOf('a')).toBeLessThan(4)
  })

  test('an address with many waits for itself, and so does a name there', async () => {
    const { come, finish, log } = start({ running: 1, waiting: 10 })
    for (let index = 0; index < 4; index += 1) come(stranger('a', 'ci'), `a ci ${index}`)
    come(stranger('a', 'other'), 'a other')
    come(stranger('b'))
    await finish()
    expect(log).toEqual(['a ci 0', 'b', 'a other', 'a ci 1', 'a ci 2', 'a ci 3'])
  })

  test('where too many wait, the last of the longest queue has to go, without having cost anything', async () => {
    const { come, settle, finish, log, refused } = start({ running: 1, waiting: 3 })
    for (let index = 0; index < 4; index += 1) come(stranger('flood'), `flood ${index}`)
    come(stranger('b'))
    come(stranger('flood'), 'flood 4')
    await settle()
    expect(refused).toEqual(['flood 3', 'flood 4'])
    await finish()
    expect(log).toEqual(['flood 0', 'b', 'flood 1', 'flood 2'])
  })

  test('newcomers without end do not keep anybody waiting for ever', async () => {
    const { come, settle, end, log, refused } = start({ running: 1, waiting: 6 })
    for (let index = 0; index < 3; index += 1) come(stranger('office'), `office ${index}`)
    for (let index = 0; index < 60; index += 1) {
      come(stranger(`new ${index}`))
      await settle()
      end()
      await settle()
    }
    const served = log.filter((label) => label.startsWith('office')).length
    expect(served + refused.filter((label) => label.startsWith('office')).length).toBe(3)
    expect(served).toBeGreaterThan(1)
  })

  test('whoever comes: each is served or refused, never more at once than may be, and one queue of one is never refused for a longer one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.boolean(), fc.nat(5), fc.nat(2), fc.boolean()), { maxLength: 40 }),
        async (arrivals) => {
          const { come, settle, finish, end, log, refused, mostAtOnce } = start({ running: 2, waiting: 6 })
          for (const [isKnown, source, name, ends] of arrivals) {
            come({ lane: isKnown ? 'known' : 'stranger', source: `s${source}`, name: `n${name}` })
            await settle()
            if (ends) end()
          }
          await finish()
          expect(log.length + refused.length).toBe(arrivals.length)
          expect(mostAtOnce()).toBeLessThanOrEqual(2)
          // There is room for one of each source, so nobody who came once from theirs was refused.
          for (const source of new Set(refused)) {
            const times = arrivals.filter((one) => `s${one[1]}` === source).length
            expect(times).toBeGreaterThan(1)
          }
        },
      ),
      { numRuns: 60 },
    )
  })
})

const never = () => 0

/** As if each of these had been served at its number. */
const served =
  (times: Readonly<Record<string, number>>): LastServed =>
  (...of) =>
    times[of.join(' ')] ?? 0

describe('who is next', () => {
  const limits = { running: 4, waiting: 9 }
  test.each<{ reason: string; waiting: Comer[]; running: Comer[]; more?: number; next: Comer | undefined }>([
    { reason: 'nobody where nobody waits', waiting: [], running: [], next: undefined },
    {
      reason: 'nobody where all places are taken',
      waiting: [known('b')],
      running: [known('a'), known('a'), known('a'), known('a')],
      next: undefined,
    },
    {
      reason: 'who is known may take the last place',
      waiting: [known('b')],
      running: [known('a'), known('a'), known('a')],
      next: known('b'),
    },
    {
      reason: 'a stranger may not, and who is known goes ahead',
      waiting: [stranger('b'), known('c')],
      running: [stranger('a'), stranger('a'), stranger('a')],
      next: known('c'),
    },
    {
      reason: 'a single place is for strangers too',
      waiting: [stranger('b')],
      running: [],
      more: 1,
      next: stranger('b'),
    },
    {
      reason: 'whose lane has fewer running, whoever came first',
      waiting: [known('b'), stranger('c')],
      running: [known('a')],
      next: stranger('c'),
    },
  ])('$reason', ({ waiting, running, more, next }) => {
    expect(nextTurn(waiting, running, { ...limits, running: more ?? limits.running }, never)).toEqual(next)
  })

  test.each<{ reason: string; waiting: Comer[]; times: Record<string, number>; next: Comer }>([
    {
      reason: 'the lane',
      waiting: [known('a'), stranger('b')],
      times: { known: 2, stranger: 1 },
      next: stranger('b'),
    },
    {
      reason: 'the source in it',
      waiting: [stranger('a'), stranger('b')],
      times: { 'stranger a': 2, 'stranger b': 1 },
      next: stranger('b'),
    },
    {
      reason: 'the name there',
      waiting: [stranger('a', 'x'), stranger('a', 'y')],
      times: { 'stranger a x': 2, 'stranger a y': 1 },
      next: stranger('a', 'y'),
    },
    {
      reason: 'the first of several that were never served',
      waiting: [stranger('a', 'x'), stranger('b', 'y')],
      times: {},
      next: stranger('a', 'x'),
    },
  ])('that was served longest ago: $reason', ({ waiting, times, next }) => {
    expect(nextTurn(waiting, [], limits, served(times))).toEqual(next)
  })
})

describe('who has to go', () => {
  const limits = { running: 1, waiting: 2 }
  const gone = (waiting: readonly Comer[]): number => waiting.findIndex((one) => one === displaced(waiting, limits))
  test.each<{ reason: string; waiting: Comer[]; place: number }>([
    { reason: 'nobody where nobody waits', waiting: [], place: -1 },
    { reason: 'nobody where there is room', waiting: [known('a'), known('a')], place: -1 },
    {
      reason: 'nobody for one of another lane, however full this one is',
      waiting: [stranger('a'), stranger('a'), stranger('b'), known('c')],
      place: -1,
    },
    {
      reason: 'the last of the source with the most',
      waiting: [known('a'), known('a'), known('b')],
      place: 1,
    },
    {
      reason: 'of several sources with as many, the one that came last',
      waiting: [known('a'), known('b'), known('c')],
      place: 2,
    },
    {
      reason: 'of several with as many, the one whose last came last',
      waiting: [known('a'), known('b'), known('b'), known('a'), known('c')],
      place: 3,
    },
    {
      reason: 'there the last of the name with the most',
      waiting: [known('a', 'x'), known('a', 'x'), known('a', 'y')],
      place: 1,
    },
  ])('$reason', ({ waiting, place }) => {
    expect(gone(waiting)).toBe(place)
  })
})
