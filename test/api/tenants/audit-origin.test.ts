import { describe, expect, test } from 'vitest'
import { servers, startStack } from '../../support/stack.ts'
import { world, from } from './audit-support.ts'

describe.skipIf(servers === null)('where a request came from', () => {
  describe('X-Forwarded-For of anybody says nothing', () => {
    const { stack, recorded } = world(() => startStack())
    test('the connection counts', async () => {
      expect((await recorded('/v1/tenants', from(stack(), '203.0.113.9'))).rows).toMatchObject([
        { address: '127.0.0.1' },
      ])
    })
  })

  describe('behind trusted proxies', () => {
    const { stack, recorded } = world(() =>
      startStack({ file: { server: { host: '127.0.0.1', port: 0, trustedProxies: ['127.0.0.1', '10.0.0.0/8'] } } }),
    )
    test.each([
      { reason: 'what the proxy saw', forwarded: '203.0.113.9', address: '203.0.113.9' },
      { reason: 'past a chain of proxies', forwarded: '203.0.113.9, 10.1.2.3', address: '203.0.113.9' },
      {
        reason: 'what the caller made up before it is not believed',
        forwarded: '198.51.100.1, 203.0.113.9',
        address: '203.0.113.9',
      },
      { reason: 'IPv6', forwarded: '2001:db8::7', address: '2001:db8::7' },
      { reason: 'IPv4 in IPv6 is IPv4', forwarded: '::ffff:203.0.113.9', address: '203.0.113.9' },
      { reason: 'nonsense is no address', forwarded: "x'); drop table", address: null },
    ])('$reason', async ({ forwarded, address }) => {
      expect((await recorded('/v1/tenants', from(stack(), forwarded))).rows).toMatchObject([{ address }])
    })
  })
})
