import { describe, expect, test } from 'vitest'
import { etagOf, ifMatchMismatch, isKnownTo } from '../../../api/http/etag.ts'
import { patchKindOf } from '../../../api/http/media-type.ts'
import { waitPreferenceOf } from '../../../api/http/prefer.ts'
import { Problem } from '../../../api/http/problem.ts'
import { requestIdOf } from '../../../api/http/request-id.ts'

describe('Content-Type of a PATCH', () => {
  test.each([
    { type: 'application/json', kind: 'plain' },
    { type: 'Application/JSON', kind: 'plain' },
    { type: 'application/json; charset=utf-8', kind: 'plain' },
    { type: 'application/json;charset="UTF-8";odata=verbose', kind: 'plain' },
    { type: ' text/json ', kind: 'plain' },
    { type: 'application/*+json', kind: 'plain' },
    { type: 'application/vnd.acme.v1+json', kind: 'plain' },
    { type: 'application/scim+json; v=2', kind: 'plain' },
    { type: 'application/merge-patch+json', kind: 'merge-patch' },
    { type: 'APPLICATION/Merge-Patch+JSON; charset=utf-8', kind: 'merge-patch' },
    { type: 'application/json-patch+json', kind: 'json-patch' },
  ])('$type', ({ type, kind }) => {
    expect(patchKindOf(type, undefined)).toBe(kind)
  })

  test.each([
    { reason: 'none', type: undefined, encoding: undefined },
    { reason: 'empty', type: '', encoding: undefined },
    { reason: 'a text', type: 'text/plain', encoding: undefined },
    { reason: 'a form', type: 'application/x-www-form-urlencoded', encoding: undefined },
    { reason: 'XML', type: 'application/soap+xml', encoding: undefined },
    { reason: 'any type', type: '*/*', encoding: undefined },
    { reason: 'JSON lines', type: 'application/jsonl', encoding: undefined },
    { reason: 'another top level type', type: 'image/x+json', encoding: undefined },
    { reason: 'a suffix without a name', type: 'application/+json', encoding: undefined },
    { reason: 'two types', type: 'application/json, text/plain', encoding: undefined },
    { reason: 'compressed', type: 'application/json', encoding: 'gzip' },
  ])('$reason is a 415 that says what is supported', ({ type, encoding }) => {
    const refuse = (): unknown => patchKindOf(type, encoding)
    expect(refuse).toThrow(Problem)
    expect(refuse).toThrow(expect.objectContaining({ code: 'unsupported-media-type' }))
    expect(refuse).toThrow(
      expect.objectContaining({ headers: { 'accept-patch': expect.stringContaining('application/*+json') } }),
    )
  })

  test('identity is no compression', () => {
    expect(patchKindOf('application/json', 'identity')).toBe('plain')
  })
})

describe('Prefer', () => {
  const settings = { waitMs: 10_000, maximumWaitMs: 60_000 }
  test.each([
    { reason: 'nothing asked for', header: undefined, ms: 10_000, applied: null },
    { reason: 'asynchronous', header: 'respond-async', ms: 0, applied: 'respond-async' },
    { reason: 'in any case', header: 'Respond-Async', ms: 0, applied: 'respond-async' },
    { reason: 'a time', header: 'wait=5', ms: 5000, applied: 'wait=5' },
    { reason: 'a quoted time', header: 'wait="5"', ms: 5000, applied: 'wait=5' },
    { reason: 'spaces', header: ' wait = 5 ', ms: 5000, applied: 'wait=5' },
    { reason: 'no time', header: 'wait=0', ms: 0, applied: 'wait=0' },
    { reason: 'more than the most', header: 'wait=600', ms: 60_000, applied: 'wait=60' },
    {
      reason: 'asynchronous after a time',
      header: 'respond-async, wait=5',
      ms: 5000,
      applied: 'respond-async, wait=5',
    },
    { reason: 'the first of two counts', header: 'wait=5, wait=7', ms: 5000, applied: 'wait=5' },
    {
      reason: 'with parameters and others around',
      header: 'return=minimal, wait=5; x=y, foo',
      ms: 5000,
      applied: 'wait=5',
    },
    { reason: 'not a number', header: 'wait=soon', ms: 10_000, applied: null },
    { reason: 'a negative number', header: 'wait=-1', ms: 10_000, applied: null },
    { reason: 'a fraction', header: 'wait=1.5', ms: 10_000, applied: null },
    { reason: 'no number', header: 'wait', ms: 10_000, applied: null },
    { reason: 'a number beyond reason', header: `wait=${'9'.repeat(30)}`, ms: 10_000, applied: null },
    { reason: 'nonsense', header: ';;==,,"', ms: 10_000, applied: null },
    { reason: 'a name of every object', header: 'constructor', ms: 10_000, applied: null },
  ])('$reason: $header', ({ header, ms, applied }) => {
    expect(waitPreferenceOf(header, settings)).toEqual({ ms, applied })
  })
})

describe('entity tags', () => {
  const tag = etagOf('{"a":1}')
  test('the same body has the same tag, another one another, and they are strong', () => {
    expect(tag).toBe(etagOf('{"a":1}'))
    expect(tag).not.toBe(etagOf('{"a":2}'))
    expect(tag).toMatch(/^"[\w-]+"$/)
  })
  test.each([
    { header: tag, match: true, known: true },
    { header: `"x", ${tag}`, match: true, known: true },
    { header: '*', match: true, known: true },
    { header: `W/${tag}`, match: false, known: true },
    { header: '"x"', match: false, known: false },
    { header: tag.slice(1, -1), match: false, known: false },
    { header: '', match: false, known: false },
  ])('$header', ({ header, match, known }) => {
    expect(ifMatchMismatch(header, tag) === null).toBe(match)
    expect(isKnownTo(header, tag)).toBe(known)
  })
})

describe('If-Match says why it does not hold', () => {
  const tag = etagOf('body')
  const bare = tag.slice(1, -1)
  test.each([
    { reason: 'nginx compresses: the tag is weak', header: `W/${tag}`, mismatch: 'weakened' },
    { reason: 'Apache compresses: the coding stands in the tag', header: `"${bare}-gzip"`, mismatch: 'weakened' },
    { reason: 'Jetty', header: `"${bare}--gzip"`, mismatch: 'weakened' },
    { reason: 'both, among others', header: `"other", W/"${bare}-br"`, mismatch: 'weakened' },
    { reason: 'one of several holds', header: `W/${tag}, ${tag}`, mismatch: null },
    { reason: 'a weak tag of another version', header: 'W/"other"', mismatch: 'moved-on' },
    { reason: 'another version', header: '"other"', mismatch: 'moved-on' },
    { reason: 'without its quotation marks', header: bare, mismatch: 'malformed' },
    { reason: 'empty', header: '', mismatch: 'malformed' },
  ])('$reason: $mismatch', ({ header, mismatch }) => {
    expect(ifMatchMismatch(header, tag)).toBe(mismatch)
  })
})

const idOf = (given: string | undefined) =>
  requestIdOf({ headers: given === undefined ? {} : { 'x-request-id': given } })

describe('X-Request-Id', () => {
  test.each(['abc', 'A.b_c-1', '0f8fad5b-d9cb-469f-a165-70867728950e'])('%s is taken over', (given) => {
    expect(idOf(given)).toBe(given)
  })
  test.each([undefined, '', 'a b', 'x'.repeat(129), 'a\tb', '<script>', 'a,b', 'ü'])('%s is replaced', (given) => {
    expect(idOf(given)).toMatch(/^[\da-f-]{36}$/)
  })
})
