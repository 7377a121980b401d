import { describe, expect, test } from 'vitest'
import { raw } from '../../api/support.ts'
import { applicationToken, servers, sha256Of } from '../../support/stack.ts'
import { managedClient, md5Of, stateText } from '../support.ts'
import { maximumStateBytes, stack, fresh, tokenWith, useBackend } from './stack.ts'

/** A state of so many bytes. */
const filling = (bytes: number): string =>
  stateText(1, [], { x: 'x'.repeat(bytes - stateText(1, [], { x: '' }).length) })

describe.skipIf(servers === null)('the state backend', () => {
  useBackend()

  describe('the text', () => {
    test('there is none until it is written; then it is the same, byte by byte', async () => {
      const state = fresh()
      expect(await state.get()).toMatchObject({ status: 404, body: { type: '/problems/not-found' } })
      const text = `${stateText(1, [managedClient('abc')], { big: 1 })}\r\n \t`.replace(
        '"big":1',
        '"big":12345678901234567890.10',
      )
      expect(await state.post(text)).toMatchObject({ status: 200, text: '' })
      const got = await state.get()
      expect(got).toMatchObject({ status: 200, text })
      expect(got.headers.get('content-md5')).toBe(md5Of(text))
      expect(got.headers.get('cache-control')).toBe('no-store')
      expect(await state.rows()).toMatchObject({
        current: 1,
        versions: [{ version: 1, serial: 1, sha256: sha256Of(text) }],
        index: [['auth0_client.this', 'abc']],
      })
    })

    test('is taken with its digest, and not with another', async () => {
      const state = fresh()
      const text = stateText(1)
      const wrong = await state.post(text, { headers: { 'content-md5': md5Of(`${text} `) } })
      expect(wrong).toMatchObject({ status: 400, body: { type: '/problems/malformed' } })
      expect((await state.rows()).versions).toEqual([])
      expect(await state.post(text, { headers: { 'content-md5': md5Of(text) } })).toMatchObject({ status: 200 })
    })

    test.each([
      { reason: 'nothing', body: '', status: 400 },
      { reason: 'no JSON', body: '{"version":4,', status: 400 },
      { reason: 'no UTF-8', body: new Uint8Array([0x7b, 0xff, 0x7d]), status: 400 },
      { reason: 'no state', body: '{}', status: 422 },
      { reason: 'another version', body: stateText(1, [], { version: 3 }), status: 422 },
      { reason: 'U+0000 where a row has to hold it', body: stateText(1, [], { lineage: 'a\u0000' }), status: 422 },
      {
        reason: 'the same in Terraform’s version',
        body: stateText(1, [], { terraform_version: '\u0000' }),
        status: 422,
      },
      {
        reason: 'what Terraform could not read again',
        body: `{"a":${'['.repeat(11_000)}${']'.repeat(11_000)}}`,
        status: 400,
      },
    ])('is refused, and nothing is stored: $reason', async ({ body, status }) => {
      const state = fresh()
      await state.post(stateText(1, [managedClient('before')]))
      const refused = await state.post(body)
      expect(refused.status).toBe(status)
      expect(refused.headers.get('content-type')).toContain('application/problem+json')
      expect(await state.rows()).toMatchObject({ current: 1, index: [['auth0_client.this', 'before']] })
    })

    test('above the limit is refused, and the connection goes on', async () => {
      const state = fresh()
      expect(await state.post(filling(maximumStateBytes))).toMatchObject({ status: 200 })
      const body = filling(maximumStateBytes + 1)
      expect(await state.post(body)).toMatchObject({ status: 413, body: { type: '/problems/body-too-large' } })
      const head = (method: string): string =>
        `${method} ${state.path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${tokenWith('terraform.state')}\r\n` +
        `x-application-token: ${applicationToken}\r\n`
      const answers = await raw(
        stack,
        `${head('POST')}content-length: ${body.length}\r\n\r\n${body}${head('GET')}connection: close\r\n\r\n`,
      )
      expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200'])
      // Without a length said beforehand, too.
      const chunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
      const chunked = await raw(
        stack,
        `${head('POST')}transfer-encoding: chunked\r\n\r\n${chunk}${head('GET')}connection: close\r\n\r\n`,
      )
      expect(chunked.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200'])
      expect((await state.rows()).versions).toHaveLength(1)
    })
  })

  describe('lineage and serial', () => {
    test.each([
      { reason: 'a higher serial follows', next: stateText(6), status: 200, current: 2 },
      {
        reason: 'the same again is a repetition, and no version of its own',
        next: stateText(5),
        status: 200,
        current: 1,
      },
      { reason: 'another text of this serial', next: stateText(5, [managedClient('x')]), status: 409, current: 1 },
      { reason: 'a lower serial', next: stateText(4), status: 409, current: 1 },
      { reason: 'another lineage', next: stateText(6, [], { lineage: 'other' }), status: 409, current: 1 },
    ])('$reason', async ({ next, status, current }) => {
      const state = fresh()
      await state.post(stateText(5))
      const answer = await state.post(next)
      expect(answer.status).toBe(status)
      expect(answer.body.type).toBe(status === 409 ? '/problems/state-conflict' : undefined)
      expect((answer.body.detail ?? '').includes('nexus state restore')).toBe(status === 409)
      const rows = await state.rows()
      expect(rows).toMatchObject({ current, index: [] })
      expect(rows.versions).toHaveLength(current)
    })
  })
})
