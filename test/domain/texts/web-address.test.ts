import { expect, test } from 'vitest'
import { isLoopback, placeOf, withoutSlashes } from '../../../domain/texts/web-address.ts'

test.each([
  { reason: 'none', address: 'https://a.test', is: 'https://a.test' },
  { reason: 'one', address: 'https://a.test/', is: 'https://a.test' },
  { reason: 'many', address: 'https://a.test/x///', is: 'https://a.test/x' },
  { reason: 'those inside stay', address: 'https://a.test//x', is: 'https://a.test//x' },
  { reason: 'nothing else', address: '//', is: '' },
  { reason: 'nothing', address: '', is: '' },
])('slashes at the end of an address: $reason', ({ address, is }) => {
  expect(withoutSlashes(address)).toBe(is)
})

test.each([
  {
    reason: 'a user and a password are nobody else’s business',
    url: 'redis://ann:secret@a.test:6379/1',
    is: 'redis://a.test:6379/1',
  },
  { reason: 'nor is a query, which may hold a token', url: 'https://a.test/x?token=secret#y', is: 'https://a.test/x' },
  { reason: 'a host alone', url: 'https://a.test', is: 'https://a.test/' },
  {
    reason: 'several servers',
    url: 'postgres://ann:secret@a.test:5432,b.test:5433/nexus?sslmode=verify-full',
    is: 'postgres://a.test:5432,b.test:5433/nexus',
  },
])('where something is: $reason', ({ url, is }) => {
  expect(placeOf(url)).toBe(is)
})

test.each([
  { host: 'localhost', is: true },
  { host: '127.0.0.1', is: true },
  { host: '127.8.9.10', is: true },
  { host: '[::1]', is: true },
  { host: '127.0.0.1.evil.example', is: false },
  { host: 'localhost.evil.example', is: false },
  { host: '0.0.0.0', is: false },
  { host: '10.0.0.1', is: false },
])('$host is this machine: $is', ({ host, is }) => {
  expect(isLoopback(host)).toBe(is)
})
