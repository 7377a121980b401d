import { describe, expect, test } from 'vitest'
import { eachServer, isDatabaseUrl, parameterOf } from '../../../domain/texts/database-url.ts'

describe('the servers of a URL', () => {
  test.each([
    { reason: 'one', url: 'postgres://u:p@a:1/db?x=1', are: ['postgres://u:p@a:1/db?x=1'] },
    {
      reason: 'several, each with all the rest',
      url: 'postgres://u:p@a:1,b:2/db?sslmode=verify-full',
      are: ['postgres://u:p@a:1/db?sslmode=verify-full', 'postgres://u:p@b:2/db?sslmode=verify-full'],
    },
    { reason: 'without ports', url: 'postgresql://a,b/db', are: ['postgresql://a/db', 'postgresql://b/db'] },
    { reason: 'IPv6', url: 'postgres://[::1]:1,[::2]/db', are: ['postgres://[::1]:1/db', 'postgres://[::2]/db'] },
    { reason: 'a comma in the password', url: 'postgres://u:p,q@a/db', are: ['postgres://u:p,q@a/db'] },
    {
      reason: 'an @ in the password',
      url: 'postgres://u:p@q@a,b/db',
      are: ['postgres://u:p@q@a/db', 'postgres://u:p@q@b/db'],
    },
    { reason: 'a comma in the name or a parameter', url: 'postgres://a/d,b?x=1,2', are: ['postgres://a/d,b?x=1,2'] },
    { reason: 'a socket', url: 'postgres:///db?host=/run', are: ['postgres:///db?host=/run'] },
    { reason: 'no URL', url: 'a,b', are: ['a,b'] },
  ])('$reason', ({ url, are }) => {
    expect(eachServer(url)).toEqual(are)
  })
})

test.each([
  { url: 'postgres://a:1,b:2/db', is: true },
  { url: 'postgresql://a/db', is: true },
  { url: 'postgres://a:1,b:port/db', is: false },
  { url: 'postgres://a:1,b:99999/db', is: false },
  { url: 'mysql://a,b/db', is: false },
  { url: 'a,b', is: false },
])('$url is the URL of a PostgreSQL: $is', ({ url, is }) => {
  expect(isDatabaseUrl(url)).toBe(is)
})

test.each([
  { url: 'postgres://a:1,b:2/db?target_session_attrs=any', is: 'any' },
  { url: 'postgres://a/db', is: null },
  { url: 'no URL', is: null },
])('target_session_attrs of $url', ({ url, is }) => {
  expect(parameterOf(url, 'target_session_attrs')).toBe(is)
})
