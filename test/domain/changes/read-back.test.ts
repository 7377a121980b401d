import { describe, expect, test } from 'vitest'
import { readAnswer } from '../../../domain/changes/read-back.ts'
import type { Auth0Client, Values } from '../../../domain/vocabulary.ts'
import { defaultMetadataKeys as keys } from '../../../domain/clients/metadata-keys.ts'

const sent: Values = { callbackUrls: ['new'], productName: 'New' }
const before: Values = { callbackUrls: ['old'], productName: 'Old' }
const answer = (callbacks: string[], product: string): Auth0Client => ({
  callbacks,
  client_metadata: { product_name: product },
})

describe("what Auth0's answer says of the values that were sent", () => {
  test.each<{ reason: string; answer: Auth0Client; roundsLeft: number; reading: object }>([
    {
      reason: 'all there',
      answer: answer(['new'], 'New'),
      roundsLeft: 2,
      reading: { kind: 'taken', confirmed: sent },
    },
    {
      reason: 'one differs, and rounds are left',
      answer: answer(['old'], 'New'),
      roundsLeft: 1,
      reading: { kind: 'again', differing: ['callbackUrls'] },
    },
    {
      reason: 'the old value at the end was ignored',
      answer: answer(['old'], 'New'),
      roundsLeft: 0,
      reading: { kind: 'settled', confirmed: { productName: 'New' }, ignored: ['callbackUrls'] },
    },
    {
      reason: 'a third value at the end was normalised, and is the confirmed one',
      answer: answer(['NEW'], 'New'),
      roundsLeft: 0,
      reading: { kind: 'settled', confirmed: { callbackUrls: ['NEW'], productName: 'New' }, ignored: [] },
    },
    {
      reason: 'emptied instead: that is a third value too',
      answer: answer([], 'New'),
      roundsLeft: 0,
      reading: { kind: 'settled', confirmed: { callbackUrls: [], productName: 'New' }, ignored: [] },
    },
  ])('$reason', ({ answer, roundsLeft, reading }) => {
    expect(readAnswer(sent, before, answer, roundsLeft, keys)).toEqual(reading)
  })
})
