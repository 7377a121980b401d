import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseLoose } from '../../../api/http/json.ts'
import { withNumberAt } from '../../../domain/texts/json-text.ts'

describe('another number in a text', () => {
  test.each([
    { reason: 'the member', text: '{"serial": 7}', becomes: '{"serial": 99}' },
    {
      reason: 'not one of the same name further down',
      text: '{"a":{"serial":1},"serial":2}',
      becomes: '{"a":{"serial":1},"serial":99}',
    },
    { reason: 'nor in a list', text: '{"a":[{"serial":1}],"serial":2}', becomes: '{"a":[{"serial":1}],"serial":99}' },
    {
      reason: 'nor in a text',
      text: String.raw`{"a":"\"serial\":1,","serial":2}`,
      becomes: String.raw`{"a":"\"serial\":1,","serial":99}`,
    },
    { reason: 'nor as a value', text: '{"a":"serial","b":1,"serial":2}', becomes: '{"a":"serial","b":1,"serial":99}' },
    {
      reason: 'the last of several, which JSON.parse reads',
      text: '{"serial":1,"serial":2}',
      becomes: '{"serial":1,"serial":99}',
    },
    {
      reason: 'a key that is written otherwise',
      text: String.raw`{"seri\u0061l" : 2}`,
      becomes: String.raw`{"seri\u0061l" : 99}`,
    },
    {
      reason: 'numbers that JavaScript cannot hold stay',
      text: '{"n":12345678901234567890.10,"serial":1e2}',
      becomes: '{"n":12345678901234567890.10,"serial":99}',
    },
    { reason: 'white space stays', text: '{\r\n\t"serial"\n:\n-0\n}\n', becomes: '{\r\n\t"serial"\n:\n99\n}\n' },
    { reason: 'where there is none', text: '{"a":1}', becomes: undefined },
    { reason: 'where it is no number', text: '{"serial":"7","b":8}', becomes: undefined },
    { reason: 'where it is an object', text: '{"serial":{"x":1},"b":8}', becomes: undefined },
  ])('$reason', ({ text, becomes }) => {
    expect(withNumberAt(text, 'serial', 99)).toBe(becomes)
  })

  test('changes that and nothing else', () => {
    const json = fc.dictionary(fc.oneof(fc.constant('x'), fc.string({ unit: 'binary' })), fc.jsonValue(), {
      maxKeys: 5,
    })
    fc.assert(
      fc.property(json, fc.nat(), fc.constantFrom(0, 2), (before, value, indent) => {
        const text = JSON.stringify({ ...before, serial: value, after: before }, null, indent)
        expect(JSON.parse(withNumberAt(text, 'serial', 99) ?? '')).toEqual(
          JSON.parse(JSON.stringify({ ...before, serial: 99, after: before })),
        )
      }),
    )
  })

  test('in a text that is nested as deeply as Terraform reads', () => {
    const text = `{"a":${'['.repeat(9999)}${']'.repeat(9999)},"serial":1}`
    expect(withNumberAt(text, 'serial', 2)).toBe(text.replace('"serial":1', '"serial":2'))
  })
})

describe('what other programs write', () => {
  test.each([
    { reason: 'a key that stands twice', text: '{"a":1,"a":2}', is: { a: 2 } },
    { reason: 'brackets in a text are no nesting', text: `"${'['.repeat(20_000)}"`, is: '['.repeat(20_000) },
  ])('is taken: $reason', ({ text, is }) => {
    expect(parseLoose(Buffer.from(text))).toEqual(is)
  })

  test.each([
    { reason: 'nothing', text: '', says: 'empty' },
    { reason: 'nothing but white space', text: ' \n', says: 'empty' },
    { reason: 'what is no JSON', text: '{"a":canary}', says: 'not JSON' },
    {
      reason: 'what Terraform could not read again',
      text: '['.repeat(10_001) + ']'.repeat(10_001),
      says: 'deeper than 10000',
    },
    {
      reason: 'brackets without end, before they cost anything',
      text: '['.repeat(5_000_000),
      says: 'deeper than 10000',
    },
    { reason: 'a text that does not end', text: '{"a":"\\', says: 'not JSON' },
  ])('is not: $reason', ({ text, says }) => {
    const parse = () => parseLoose(Buffer.from(text))
    expect(parse).toThrow(says)
    expect(parse).not.toThrow('canary')
  })

  test('is not: bytes that are no UTF-8', () => {
    expect(() => parseLoose(Buffer.from([0x22, 0xff, 0x22]))).toThrow('not UTF-8')
  })
})
