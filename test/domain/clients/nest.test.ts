import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nest, nestedValues } from '../../../domain/clients/nest.ts'
import { fieldPaths } from '../../../domain/vocabulary.ts'

test('fields stand in the objects that their paths name, in their order', () => {
  const paths = ['mobile.ios.team_id', 'owners', 'mobile.android.keystore_hash'] as const
  const nested = nestedValues(paths, (path) => path)
  expect(nested).toEqual({
    mobile: { ios: { team_id: 'mobile.ios.team_id' }, android: { keystore_hash: 'mobile.android.keystore_hash' } },
    owners: 'owners',
  })
  expect(Object.keys(nested)).toEqual(['mobile', 'owners'])
  expect(nestedValues([], (path) => path)).toEqual({})
})

test('each object is made of its members, and told its name from the top', () => {
  const paths = ['mobile.ios.team_id', 'mobile.ios.app_bundle_identifier', 'productName'] as const
  const told = nest<(typeof paths)[number], string>(
    paths,
    (path) => path.toUpperCase(),
    (members, name) => `${name}(${Object.entries(members).join(' ')})`,
  )
  expect(told).toEqual({
    mobile: 'mobile(ios,mobile.ios(team_id,MOBILE.IOS.TEAM_ID app_bundle_identifier,MOBILE.IOS.APP_BUNDLE_IDENTIFIER))',
    productName: 'PRODUCTNAME',
  })
})

test('law: every field is found again where its path leads', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...fieldPaths]), (paths) => {
      const nested: unknown = nestedValues(paths, (path) => path)
      for (const path of paths)
        expect(path.split('.').reduce((here: unknown, name) => Object(here)[name], nested)).toBe(path)
    }),
  )
})
