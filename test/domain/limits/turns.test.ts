import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTurns } from '../../../adapters/limits/turns.ts'
import type { Comer } from '../../../domain/limits/turns.ts'

const stranger = (source: string, name = 'ci'): Comer => ({ lane: 'stranger', source, name })
const known = (source: string): Comer => ({ lane: 'known', source, name: 'ci' })

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
