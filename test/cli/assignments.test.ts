import { describe, expect, test } from 'vitest'
import { assigned, parseAssignment } from '../../cli/clients/assignments.ts'
import { differencesBetween, valuesIn } from '../../cli/clients/client-answers.ts'

describe('an assignment', () => {
  test.each([
    { reason: 'a text', raw: 'productName=Billing', is: { field: 'productName', operator: '=', value: 'Billing' } },
    { reason: 'a text that is emptied', raw: 'productName=', is: { value: '' } },
    { reason: 'only the first = divides', raw: 'applicationName=a=b', is: { value: 'a=b' } },
    { reason: 'a text may have lines', raw: 'applicationName=a\nb', is: { value: 'a\nb' } },
    { reason: 'a field inside mobile', raw: 'mobile.ios.team_id=ABC', is: { field: 'mobile.ios.team_id' } },
    { reason: 'an element more', raw: 'callbackUrls+=https://a/?x=1', is: { operator: '+=', value: 'https://a/?x=1' } },
    { reason: 'an element less', raw: 'owners-=auth0|ann', is: { operator: '-=', value: 'auth0|ann' } },
    { reason: 'a whole list', raw: 'owners=["a", "b"]', is: { operator: '=', value: ['a', 'b'] } },
    { reason: 'a list that is emptied', raw: 'owners=', is: { operator: '=', value: [] } },
    { reason: 'an empty list', raw: 'owners=[]', is: { operator: '=', value: [] } },
  ])('$reason: $raw', ({ raw, is }) => {
    expect(parseAssignment(raw)).toMatchObject(is)
  })

  test.each([
    { reason: 'nothing assigned', raw: 'productName', says: 'is no assignment' },
    { reason: 'no field', raw: '=x', says: 'is no assignment' },
    { reason: 'a field of Auth0', raw: 'callbacks+=https://a', says: 'Did you mean callbackUrls?' },
    { reason: 'a field that is read only', raw: 'name=x', says: 'no field that can be set' },
    { reason: 'an object', raw: 'mobile={}', says: 'mobile.ios.team_id' },
    { reason: 'a member of every object', raw: 'constructor=x', says: 'no field that can be set' },
    { reason: 'a text is no list', raw: 'productName+=x', says: 'write productName=value' },
    { reason: 'one URL would replace all others', raw: 'callbackUrls=https://a', says: 'callbackUrls+=element' },
    { reason: 'a list of what is no text', raw: 'owners=[1]', says: 'a JSON array of texts' },
    { reason: 'nothing to add', raw: 'owners+=', says: 'needs an element' },
  ])('$reason: $raw is refused', ({ raw, says }) => {
    expect(() => parseAssignment(raw)).toThrow(says)
  })
})

describe('what assignments come to', () => {
  const current = { callbackUrls: ['https://a', 'https://b'], productName: 'Shop', owners: null }

  test.each([
    {
      reason: 'at the end',
      raw: ['callbackUrls+=https://c'],
      values: { callbackUrls: ['https://a', 'https://b', 'https://c'] },
    },
    { reason: 'the rest stays in order', raw: ['callbackUrls-=https://a'], values: { callbackUrls: ['https://b'] } },
    {
      reason: 'from left to right',
      raw: ['callbackUrls-=https://a', 'callbackUrls+=https://a'],
      values: { callbackUrls: ['https://b', 'https://a'] },
    },
    {
      reason: 'replaced, then added to',
      raw: ['callbackUrls=', 'callbackUrls+=https://c'],
      values: { callbackUrls: ['https://c'] },
    },
    { reason: 'to a list that is not there', raw: ['owners+=a', 'owners+=b'], values: { owners: ['a', 'b'] } },
    { reason: 'the later one holds', raw: ['productName=A', 'productName=B'], values: { productName: 'B' } },
    { reason: 'only what is named', raw: ['productName='], values: { productName: '' } },
  ])('$reason: $raw', ({ raw, values }) => {
    expect(assigned(raw.map(parseAssignment), current)).toEqual({ values, notes: [] })
  })

  test('what changes nothing is named: it may be a slip', () => {
    const raw = ['callbackUrls+=https://a', 'callbackUrls-=https://x']
    expect(assigned(raw.map(parseAssignment), current)).toEqual({
      values: { callbackUrls: current.callbackUrls },
      notes: ['callbackUrls: https://a is there already.', 'callbackUrls: https://x is not there.'],
    })
  })
})

test('values are read from an answer, and only what reads otherwise is a difference', () => {
  const before = valuesIn({ owners: null, callbackUrls: ['a', 'b'], mobile: { ios: { team_id: 'T' } }, name: 'x' })
  expect(before).toEqual({ owners: null, callbackUrls: ['a', 'b'], 'mobile.ios.team_id': 'T' })
  expect(
    differencesBetween(before, { ...before, owners: [], callbackUrls: ['b', 'a'], 'mobile.ios.team_id': null }),
  ).toEqual([
    { field: 'mobile.ios.team_id', from: 'T', to: null },
    { field: 'callbackUrls', from: ['a', 'b'], to: ['b', 'a'] },
  ])
})
