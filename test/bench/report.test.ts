import { expect, test } from 'vitest'
import { goalText, isReached, lineOf, valueText } from '../../bench/report.ts'

test.each([
  { reason: 'at the most: equal is enough', value: 6, goal: { most: 6 }, reached: true },
  { reason: 'at the most: above', value: 6.1, goal: { most: 6 }, reached: false },
  { reason: 'what is printed as 6 is not more than 6', value: 6.004, goal: { most: 6 }, reached: true },
  { reason: 'at the least: equal is enough', value: 0.25, goal: { least: 0.25 }, reached: true },
  { reason: 'at the least: below', value: 0.24, goal: { least: 0.25 }, reached: false },
  { reason: 'without a number nothing is reached', value: Number.NaN, goal: { most: 6 }, reached: false },
])('$reason', ({ value, goal, reached }) => {
  expect(isReached({ name: 'any', value, unit: '', goal })).toBe(reached)
})

test('a figure without a goal is neither reached nor missed', () => {
  expect(isReached({ name: 'any', value: 1, unit: '' })).toBeUndefined()
  expect(lineOf({ name: 'any', value: 1, unit: '' })).not.toMatch(/reached|missed/)
})

test.each([
  { reason: 'three digits, a unit apart', value: 11.345, unit: 'ms', text: '11.3 ms' },
  { reason: 'a rate stands at its number', value: 1859.4, unit: '/s', text: '1,859/s' },
  { reason: 'a ratio has no unit', value: 0.1124, unit: '', text: '0.11' },
])('$reason', ({ value, unit, text }) => {
  expect(valueText({ value, unit })).toBe(text)
})

test('a goal is written with its direction and unit', () => {
  expect(goalText({ goal: { most: 5 }, unit: 'ms' })).toBe('≤ 5 ms')
  expect(goalText({ goal: { least: 0.25 }, unit: '' })).toBe('≥ 0.25')
})
