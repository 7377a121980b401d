import { describe, expect, test } from 'vitest'
import { createAbsences } from '../../../api/clients/negative-cache.ts'

describe('what was looked for in vain', () => {
  test('is remembered for its time', () => {
    let now = 0
    const absences = createAbsences(30, 10, () => now)
    absences.add('a')
    now = 29
    expect(absences.has('a')).toBe(true)
    now = 30
    expect(absences.has('a')).toBe(false)
  })

  test('is never more than the limit: the oldest goes first, and what was added anew is young', () => {
    const absences = createAbsences(30, 2, () => 0)
    for (const key of ['a', 'b', 'a', 'c']) absences.add(key)
    expect(['a', 'b', 'c'].filter((key) => absences.has(key))).toEqual(['a', 'c'])
  })
})
