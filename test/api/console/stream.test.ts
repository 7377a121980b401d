import { PassThrough } from 'node:stream'
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHttp } from '../../../adapters/http/http.ts'
import { createOidc } from '../../../adapters/oidc/oidc.ts'
import { connect } from '../../../adapters/postgres/database/connect.ts'
import type { Postgres } from '../../../adapters/postgres/database/connect.ts'
import { createSessions } from '../../../adapters/postgres/sessions.ts'
import { forward } from '../../../api/console/forward.ts'
import { servers } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { consoleSettings, rules, sealing, signedIn, startConsole } from './support.ts'

const documented = { method: 'GET', path: '/v1/stream', action: 'client.read', document: {} } as const

describe.skipIf(servers === null)('a stream that the console passes on', () => {
  let stack: Stack
  let postgres: Postgres
  let app: FastifyInstance
  let url: string
  /** The streams that the API has begun, with what tells that it let go of them. */
  const begun: { readonly stream: PassThrough; readonly gone: Promise<void> }[] = []

  beforeAll(async () => {
    stack = await startConsole()
    postgres = connect(stack.databaseUrl, () => undefined)
    app = Fastify()
    app.decorateRequest('isKnown', false)
    app.get('/v1/stream', (_request, reply) => {
      const stream = new PassThrough()
      const gone = new Promise<void>((resolve) => {
        reply.raw.once('close', resolve)
      })
      begun.push({ stream, gone })
      stream.write('data: 1\n\n')
      return reply.type('text/event-stream').send(stream)
    })
    const settings = { ...consoleSettings, ...rules }
    const issuer = { issuer: stack.simulator.issuer, audience: 'urn:nexus', allowInsecure: true }
    forward(
      app,
      {
        console: {
          oidc: createOidc(createHttp({}), { ...settings, ...issuer }, () => performance.now()),
          sessions: createSessions(postgres.db, sealing, rules),
          settings,
        },
        audit: { store: () => Promise.resolve() },
        strangers: { count: () => undefined },
        log: pino({ level: 'silent' }),
        settings: { applicationTokenHeader: 'X-Application-Token', listLimitBytes: 1000 },
        overdue: new AbortController().signal,
      },
      [documented],
    )
    url = await app.listen({ host: '127.0.0.1', port: 0 })
  })
  afterAll(async () => {
    for (const { stream } of begun) stream.end()
    await app.close()
    await postgres.close()
    await stack.close()
  })

  const open = async () => {
    const leaving = new AbortController()
    const answer = await fetch(`${url}/console/api/v1/stream`, {
      headers: { cookie: await signedIn(stack), accept: 'text/event-stream' },
      signal: leaving.signal,
    })
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
    if (reader === undefined) throw new Error('There is no body.')
    const source = begun.at(-1)
    if (source === undefined) throw new Error('Nobody asked the API.')
    return { reader, source, leave: () => leaving.abort() }
  }

  test('comes piece by piece, as it is made', async () => {
    const { reader, source } = await open()
    expect(await reader.read()).toMatchObject({ value: 'data: 1\n\n' })
    source.stream.write('data: 2\n\n')
    expect(await reader.read()).toMatchObject({ value: 'data: 2\n\n' })
    source.stream.end()
    expect(await reader.read()).toMatchObject({ done: true })
  })

  test('ends at the API when the browser goes', async () => {
    const { reader, source, leave } = await open()
    await reader.read()
    leave()
    await expect(reader.read()).rejects.toThrow('abort')
    await source.gone
  })

  test('ends with its session, wherever that was ended', async () => {
    const { reader, source } = await open()
    await reader.read()
    await stack.query('delete from nexus.console_sessions')
    expect(await reader.read()).toMatchObject({ done: true })
    await source.gone
  })
})
