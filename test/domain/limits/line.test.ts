import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createLine } from '../../../domain/limits/line.ts'

/** Enters entries called after their asker, such as `a1`, and answers who was refused, in order. */
const filled = (bounds: { all: number; each: number }, entries: readonly string[]) => {
  const line = createLine<string>(bounds)
  const refused = entries.flatMap((entry) => line.enter(entry.charAt(0), entry) ?? [])
  return { line, refused }
}
const emptied = (line: ReturnType<typeof createLine<string>>): string[] =>
  Array.from({ length: line.size() }, () => line.next() ?? '')

describe('a line', () => {
  test.each([
    { reason: 'one asker is served in the order of asking', entries: ['a1', 'a2', 'a3'], served: ['a1', 'a2', 'a3'] },
    {
      reason: 'askers are served in turn',
      entries: ['a1', 'a2', 'a3', 'b1', 'c1'],
      served: ['a1', 'b1', 'c1', 'a2', 'a3'],
    },
    {
      reason: 'who comes late waits for one of each',
      entries: ['a1', 'b1', 'b2', 'a2'],
      served: ['a1', 'b1', 'a2', 'b2'],
    },
  ])('$reason', ({ entries, served }) => {
    const { line, refused } = filled({ all: 10, each: 10 }, entries)
    expect(refused).toEqual([])
    expect(emptied(line)).toEqual(served)
  })

  test.each([
    { reason: 'one asker has no more than its share', entries: ['a1', 'a2', 'a3', 'a4'], refused: ['a4'] },
    {
      reason: 'in a full line the one with the most gives way to the one with the least',
      entries: ['a1', 'a2', 'a3', 'b1', 'c1', 'd1'],
      refused: ['a3'],
    },
    {
      reason: 'the one with the most, wherever it stands',
      entries: ['a1', 'b1', 'b2', 'b3', 'c1', 'd1'],
      refused: ['b3'],
    },
    {
      reason: 'nobody gives way to who would have as many',
      entries: ['a1', 'a2', 'b1', 'b2', 'c1', 'a3'],
      refused: ['a3'],
    },
    { reason: 'with one each, the last is refused', entries: ['a1', 'b1', 'c1', 'd1', 'e1', 'f1'], refused: ['f1'] },
  ])('$reason', ({ entries, refused }) => {
    const filling = filled({ all: 5, each: 3 }, entries)
    expect(filling.refused).toEqual(refused)
    expect(emptied(filling.line).toSorted()).toEqual(entries.filter((entry) => !refused.includes(entry)).toSorted())
  })

  test('who leaves makes room, and leaves once', () => {
    const { line } = filled({ all: 2, each: 2 }, ['a1', 'a2'])
    expect([line.leave('a', 'a1'), line.leave('a', 'a1'), line.leave('b', 'b1')]).toEqual([true, false, false])
    expect(line.enter('b', 'b1')).toBeUndefined()
    expect(emptied(line)).toEqual(['a2', 'b1'])
    expect(line.next()).toBeUndefined()
  })

  test('law: never above its bounds, and nobody is lost, whatever comes and goes', () => {
    const bounds = { all: 7, each: 4 }
    const asker = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
    const step = fc.record({ what: fc.constantFrom('enter', 'enter', 'next', 'leave'), asker })
    const law = fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const line = createLine<string>(bounds)
      const inside = new Set<string>()
      for (const [number, { what, asker: name }] of steps.entries()) {
        const own = [...inside].find((entry) => entry.startsWith(name)) ?? ''
        const entry = `${name}${number}`
        if (what === 'enter') inside.add(entry).delete(line.enter(name, entry) ?? '')
        else inside.delete(what === 'next' ? (line.next() ?? '') : line.leave(name, own) ? own : '')
        const share = [...inside].filter((other) => other.startsWith(name)).length
        if (line.size() !== inside.size || inside.size > bounds.all || share > bounds.each) return false
      }
      return emptied(line).toSorted().join() === [...inside].toSorted().join()
    })
    expect(fc.check(law).failed).toBe(false)
  })
})
