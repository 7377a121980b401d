import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { servers } from '../../support/stack.ts'
import { stack, client, useMatrix } from './matrix-support.ts'

describe.skipIf(servers === null)('who may do what', () => {
  useMatrix()

  test('the ceiling of an application is the most that anybody may do through it', async () => {
    const as = stack.token({ permissions: ['tenant.admin', 'client.write.all'], sub: 'auth0|other' })
    const answer = await stack.request('/v1/tenants/acme/pause', {
      method: 'POST',
      as,
      headers: { 'x-application-token': 'nxa_reads-only' },
    })
    expect(answer.status).toBe(403)
  })

  test('more headers than anybody needs: 431', async () => {
    const headers = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`x-header-${index}`, 'x']))
    expect((await stack.request('/v1/tenants', { headers })).status).toBe(431)
  })

  test('a body of 1 MB: 413, and it is not read', async () => {
    const answer = await stack.patch(client, JSON.stringify({ productName: 'x'.repeat(1_000_000) }))
    expect(answer.status).toBe(413)
  })

  test('what is no HTTP is answered as such, and the server goes on', async () => {
    const { hostname, port } = new URL(stack.url)
    const socket = connect(Number(port), hostname)
    socket.write('NONSENSE\r\n\r\n')
    expect(await text(socket)).toContain('400')
    expect((await fetch(`${stack.url}/healthz`)).status).toBe(200)
  })
})
