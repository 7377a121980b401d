import { describe, expect, test } from 'vitest'
import { evaluate, filled, holds } from '../../support/github/expressions.ts'
import type { Lookup, Value } from '../../support/github/expressions.ts'

const values: Readonly<Record<string, Value>> = {
  'inputs.state': 'main',
  'inputs.empty': '',
  'success()': true,
  'failure()': false,
}
const lookup = (name: string): Value => {
  const value = values[name]
  if (value === undefined) throw new Error(`unknown: ${name}`)
  return value
}

/** After steps that were all good, or not. */
const whenSo =
  (good: boolean): Lookup =>
  (name) =>
    name === 'success()' ? good : name === 'failure()' ? !good : lookup(name)

describe('expressions', () => {
  test.each<{ text: string; value: Value; reason: string }>([
    { reason: 'a name', text: 'inputs.state', value: 'main' },
    { reason: 'a text, with a quote in it', text: "'it''s'", value: "it's" },
    { reason: 'the first that is something', text: 'inputs.empty || inputs.state', value: 'main' },
    { reason: 'the first that is nothing', text: 'inputs.empty && inputs.state', value: '' },
    { reason: 'and binds closer than or', text: "inputs.state || inputs.empty && ''", value: 'main' },
    { reason: 'the same', text: "inputs.state == 'main'", value: true },
    { reason: 'not the same', text: "inputs.state != 'main'", value: false },
    { reason: 'not', text: "!failure() && inputs.state == 'main'", value: true },
  ])('$reason: $text', ({ text, value }) => expect(evaluate(text, lookup)).toBe(value))

  test.each([
    { reason: 'a name that nobody knows', text: 'github.token' },
    { reason: 'a function with arguments', text: "contains(inputs.state, 'm')" },
    { reason: 'a number', text: 'inputs.state == 1' },
    { reason: 'parentheses', text: "(inputs.state == 'main')" },
    { reason: 'an index', text: "inputs['state']" },
    { reason: 'two values', text: 'inputs.state inputs.empty' },
    { reason: 'nothing beside an operator', text: 'inputs.state ||' },
    { reason: 'nothing at all', text: ' ' },
  ])('what is not understood fails: $reason', ({ text }) => {
    expect(() => evaluate(text, lookup)).toThrow(/unknown|The expression/)
  })

  test('a text is filled in', () => {
    expect(filled('${{ inputs.state }}-${{inputs.empty}}-plan', lookup)).toBe('main--plan')
  })

  test.each([
    { reason: 'no condition', condition: undefined, after: [true, false] },
    { reason: 'one that does not ask how it went', condition: "inputs.state == 'main'", after: [true, false] },
    { reason: 'one that asks', condition: '${{ failure() }}', after: [false, true] },
  ])('a step runs after success, unless it asks: $reason', ({ condition, after }) => {
    expect([holds(condition, whenSo(true)), holds(condition, whenSo(false))]).toEqual(after)
  })
})
