import { isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createStrangerTally, networkOf } from '../../../domain/access/strangers.ts'

describe('the network that an address is counted under', () => {
  test.each([
    { reason: 'an IPv4 address is its own', address: '192.0.2.7', network: '192.0.2.7' },
    { reason: 'of IPv6 the /64', address: '2001:db8:1:2:3:4:5:6', network: '2001:db8:1:2::/64' },
    { reason: 'zeros left out at the end', address: '2001:db8::', network: '2001:db8:0:0::/64' },
    { reason: 'zeros left out in the middle', address: '2001:db8::7', network: '2001:db8:0:0::/64' },
    { reason: 'zeros left out among the first four', address: '2001::2:3:4:5:6', network: '2001:0:0:2::/64' },
    { reason: 'zeros left out at the beginning', address: '::1', network: '0:0:0:0::/64' },
    { reason: 'an IPv4 part at the end', address: '64:ff9b::192.0.2.7', network: '64:ff9b:0:0::/64' },
    { reason: 'upper case and leading zeros are the same', address: '2001:0DB8::0007', network: '2001:db8:0:0::/64' },
    { reason: 'not known', address: null, network: null },
  ])('$reason', ({ address, network }) => {
    expect(networkOf(address)).toBe(network)
  })

  test('all addresses of a /64 are one, and those of another are not', () => {
    fc.assert(
      fc.property(fc.ipV6(), fc.ipV6(), (one, other) => {
        const network = networkOf(one)?.replace(/\/64$/, '') ?? ''
        expect(isIP(network)).toBe(6)
        // The network is in itself, and so is each address of it.
        expect(networkOf(network)).toBe(networkOf(one))
        expect(networkOf(network.replace(/::$/, ':a:b:c:d'))).toBe(networkOf(one))
        expect(networkOf(one) === networkOf(other)).toBe(networkOf(other)?.startsWith(`${network}/`))
      }),
    )
  })
})

describe('a tally of strangers', () => {
  test('never has more rows than it may, and loses no request', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.oneof(fc.ipV4(), fc.ipV6()), fc.constantFrom('unauthenticated', 'malformed'))),
        fc.integer({ min: 1, max: 20 }),
        (requests, maximum) => {
          const tally = createStrangerTally(maximum)
          for (const [address, reason] of requests) tally.count(address, reason)
          const rows = tally.take()
          expect(rows.length).toBeLessThanOrEqual(maximum)
          expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(requests.length)
          expect(tally.take()).toEqual([])
        },
      ),
    )
  })

  test('the rest is one row, also where it has been counted before', () => {
    const tally = createStrangerTally(3)
    for (const host of [1, 2, 3, 4, 4]) tally.count(`192.0.2.${host}`, 'unauthenticated')
    tally.count(null, 'others', 5)
    expect(tally.take()).toEqual([
      { network: '192.0.2.1', reason: 'unauthenticated', count: 1 },
      { network: '192.0.2.2', reason: 'unauthenticated', count: 1 },
      { network: null, reason: 'others', count: 8 },
    ])
  })

  test('the rest is one row, also where it was counted first', () => {
    const tally = createStrangerTally(2)
    tally.count(null, 'others', 5)
    for (const host of [1, 2]) tally.count(`192.0.2.${host}`, 'unauthenticated')
    expect(tally.take()).toEqual([
      { network: '192.0.2.1', reason: 'unauthenticated', count: 1 },
      { network: null, reason: 'others', count: 6 },
    ])
  })

  test('who is told apart already stays so', () => {
    const tally = createStrangerTally(2)
    for (const host of [1, 2, 1]) tally.count(`192.0.2.${host}`, 'unauthenticated')
    expect(tally.take()).toEqual([
      { network: '192.0.2.1', reason: 'unauthenticated', count: 2 },
      { network: null, reason: 'others', count: 1 },
    ])
  })
})
