import { expect, test } from 'vitest'
import { addressText, kindOf, redisFoundText, redisPlaceText } from '../../../domain/redis/place.ts'

const nodes = [
  { host: 'a', port: 1 },
  { host: '::1', port: 2 },
]
const sentinel = { sentinel: { name: 'main', nodes } }
const cluster = { cluster: { nodes } }

test.each([
  { place: { url: 'redis://user:hunter2@r:1/2' }, kind: 'url', told: 'redis://r:1/2' },
  { place: sentinel, kind: 'sentinel', told: 'Sentinel main (a:1, [::1]:2)' },
  { place: cluster, kind: 'cluster', told: 'cluster (a:1, [::1]:2)' },
])('a place of the kind $kind is $told', ({ place, kind, told }) => {
  expect(kindOf(place)).toBe(kind)
  expect(redisPlaceText(place)).toBe(told)
  expect(redisFoundText(place, null)).toBe(told)
})

test.each([
  {
    reason: 'one server',
    place: { url: 'redis://:hunter2@r' },
    found: { kind: 'url' },
    told: 'redis://r, one server',
  },
  {
    reason: 'not all Sentinels',
    place: sentinel,
    found: { kind: 'sentinel', primary: 'p:1', answering: 1, sentinels: 2 },
    told: 'Sentinel main (a:1, [::1]:2): the primary is p:1; 1 of 2 Sentinels answer',
  },
  {
    reason: 'a single Sentinel',
    place: sentinel,
    found: { kind: 'sentinel', primary: 'p:1', answering: 1, sentinels: 1 },
    told: 'Sentinel main (a:1, [::1]:2): the primary is p:1; 1 of 1 Sentinel answers',
  },
  {
    reason: 'a cluster',
    place: cluster,
    found: { kind: 'cluster', primaries: 3, replicas: 1 },
    told: 'cluster (a:1, [::1]:2): 3 primaries, 1 replica',
  },
  {
    reason: 'a cluster of one',
    place: cluster,
    found: { kind: 'cluster', primaries: 1, replicas: 0 },
    told: 'cluster (a:1, [::1]:2): 1 primary, 0 replicas',
  },
] as const)('what was found is told: $reason', ({ place, found, told }) => {
  expect(redisFoundText(place, found)).toBe(told)
})

test.each([
  { host: 'a.example', text: 'a.example:1' },
  { host: 'fe80::1', text: '[fe80::1]:1' },
])('an address is $text', ({ host, text }) => {
  expect(addressText({ host, port: 1 })).toBe(text)
})
