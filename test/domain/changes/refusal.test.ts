import { describe, expect, test } from 'vitest'
import { ignoredIssues, refusalIssues } from '../../../domain/changes/refusal.ts'
import type { Values } from '../../../domain/vocabulary.ts'
import { defaultMetadataKeys as keys } from '../../../domain/clients/metadata-keys.ts'

const mobile: Values = { 'mobile.ios.team_id': 'T', 'mobile.android.app_package_name': 'com.example' }

describe("where Auth0's words point to", () => {
  test.each<{ reason: string; said: string; sent: Values; pointers: string[] }>([
    { reason: 'a list', said: 'on property callbacks', sent: { callbackUrls: ['x'] }, pointers: ['/callbackUrls'] },
    {
      reason: 'an element of it, however far behind',
      said: 'on property allowed_logout_urls[12] (not a URL)',
      sent: { callbackUrls: ['x'], allowedLogoutUrls: ['y'] },
      pointers: ['/allowedLogoutUrls/12'],
    },
    {
      reason: 'one key of the metadata',
      said: 'on property client_metadata.product_name',
      sent: { productName: 'x', applicationName: 'y' },
      pointers: ['/productName'],
    },
    {
      reason: 'the metadata as a whole: every field that is kept there and was sent',
      said: 'on property client_metadata',
      sent: { owners: ['a'], productName: 'x', callbackUrls: ['y'] },
      pointers: ['/owners', '/productName'],
    },
    {
      reason: 'a part of mobile',
      said: 'on property mobile.ios',
      sent: mobile,
      pointers: ['/mobile/ios/team_id'],
    },
    {
      reason: 'a fingerprint, which is one text here',
      said: 'on property mobile.android.sha256_cert_fingerprints[1]',
      sent: { 'mobile.android.keystore_hash': 'AA,BB' },
      pointers: ['/mobile/android/keystore_hash'],
    },
    {
      reason: 'a member that no field has: all that was sent',
      said: 'on property grant_types',
      sent: { callbackUrls: ['x'], productName: 'y' },
      pointers: ['/productName', '/callbackUrls'],
    },
    {
      reason: 'a field that was not sent: all that was',
      said: 'on property callbacks[0]',
      sent: { productName: 'y' },
      pointers: ['/productName'],
    },
    {
      reason: 'no member at all: all that was sent',
      said: 'Something is wrong.',
      sent: { ...mobile, callbackUrls: ['x'] },
      pointers: ['/mobile/ios/team_id', '/mobile/android/app_package_name', '/callbackUrls'],
    },
    {
      reason: 'half a word is no member',
      said: 'upon property callbacks',
      sent: { callbackUrls: ['x'], productName: 'y' },
      pointers: ['/productName', '/callbackUrls'],
    },
  ])('$reason', ({ said, sent, pointers }) => {
    expect(refusalIssues(said, sent, keys)).toEqual(pointers.map((pointer) => ({ pointer, detail: said })))
  })
})

test('fields that Auth0 left as they were are named one by one', () => {
  const issues = ignoredIssues(['owners', 'mobile.ios.team_id'])
  expect(issues.map(({ pointer }) => pointer)).toEqual(['/owners', '/mobile/ios/team_id'])
})
