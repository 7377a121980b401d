import { readFile } from 'node:fs/promises'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterEach, expect, test } from 'vitest'
import { createAuth0 } from '../../adapters/auth0/auth0.ts'
import { createIssuerKeys } from '../../adapters/credentials/keys.ts'
import { IssuerUnavailable } from '../../adapters/credentials/errors.ts'
import { createHttp } from '../../adapters/http/http.ts'
import type { Http } from '../../adapters/http/http.ts'
import { createRemote } from '../../adapters/nexus-api/client.ts'
import type { Simulator } from '../../simulator/main.ts'
import { simulated } from '../simulator/support.ts'
import { startHttps } from '../support/https.ts'
import { startProxy } from '../support/proxy.ts'

/** Everything of Nexus that calls somebody, against real servers: it goes through the proxy, and tells why it cannot. */

const trusted = getCACertificates('default')
afterEach(() => setDefaultCACertificates(trusted))

const auth0Of = (http: Http, { url, credential }: Simulator, onSilence?: (tenantId: string, reason: string) => void) =>
  createAuth0(
    http,
    [
      {
        id: 'acme',
        baseUrl: `${url}/api/v2`,
        token: { tokenUrl: `${url}/oauth/token`, audience: `${url}/api/v2/`, ...credential },
      },
    ],
    2000,
    onSilence,
  )

test('tokens, the Management API, keys and Nexus itself are reached through the proxy', async () => {
  const simulator = await simulated({ https: true, clients: 1 })
  setDefaultCACertificates([...trusted, await readFile(simulator.caFile ?? '', 'utf8')])
  const proxy = await startProxy({ login: 'ann:secret' })
  const http = createHttp({ HTTPS_PROXY: `http://ann:secret@127.0.0.1:${proxy.port}` })
  const way = `CONNECT 127.0.0.1:${simulator.port}`

  const page = await auth0Of(http, simulator).list('acme', undefined, 10)
  expect(page).toMatchObject({ ok: true })
  expect(proxy.asked).toEqual(expect.arrayContaining([way]))

  const asked = proxy.asked.length
  const fresh = createHttp({ HTTPS_PROXY: `http://ann:secret@127.0.0.1:${proxy.port}` })
  const { find: keys } = createIssuerKeys(
    fresh,
    { issuer: 'a', jwksUrl: `${simulator.url}/.well-known/jwks.json` },
    () => 0,
  )
  await expect(keys({ alg: 'RS256', kid: 'unknown' }, { payload: '', signature: '' })).rejects.toThrow(
    'no applicable key',
  )
  expect(proxy.asked.slice(asked)).toEqual([way])

  const remote = createRemote({ http, url: simulator.url, credential: { token: 't', applicationToken: null } })
  expect((await remote.ask('GET', '/.well-known/jwks.json')).status).toBe(200)
})

test('a whole answer of Auth0 is read as before: values, rates, errors', async () => {
  const simulator = await simulated({ clients: 1 })
  const auth0 = auth0Of(createHttp({}), simulator)
  const clientId = simulator.clients.all()[0]?.client_id ?? ''
  const key = { tenantId: 'acme', clientId }
  expect(await auth0.update(key, { callbacks: ['https://a.example.com/ü'] }, 'one')).toMatchObject({
    ok: true,
    body: { callbacks: ['https://a.example.com/ü'] },
  })
  expect(await auth0.get({ ...key, clientId: 'absent' })).toMatchObject({
    ok: false,
    status: 404,
    errorCode: 'inexistent_client',
    fromAuth0: true,
  })
})

test('why Auth0 does not answer stands in the reply, and is told once for each call', async () => {
  const simulator = await simulated({ https: true })
  const told: string[] = []
  const untrusting = auth0Of(createHttp({}), simulator, (tenantId, reason) => told.push(`${tenantId}: ${reason}`))
  const reply = await untrusting.get({ tenantId: 'acme', clientId: 'one' })
  const reason = 'its certificate comes from an authority that this machine does not trust.'
  expect(reply).toMatchObject({ ok: false, status: null, message: `The token endpoint did not answer: ${reason}` })
  expect(told).toEqual([`acme: The token endpoint did not answer: ${reason}`])
})

test('why the Management API does not answer, though the token endpoint does', async () => {
  const { url } = await startHttps(() => undefined)
  const tokens = await simulated()
  const auth0 = createAuth0(
    createHttp({}),
    [
      {
        id: 'acme',
        baseUrl: `${url}/api/v2`,
        token: { tokenUrl: `${tokens.url}/oauth/token`, audience: `${tokens.url}/api/v2/`, ...tokens.credential },
      },
    ],
    2000,
  )
  expect(await auth0.get({ tenantId: 'acme', clientId: 'one' })).toMatchObject({
    ok: false,
    message:
      'No complete answer came from Auth0: its certificate comes from an authority that this machine does not trust.',
  })
})

test('why keys cannot be had is the cause of the refusal, for the log', async () => {
  const { url } = await startHttps(() => undefined, { names: ['other.test'] })
  const { find: keys } = createIssuerKeys(createHttp({}), { issuer: 'https://issuer.test/', jwksUrl: url }, () => 0)
  const refusal: unknown = await Promise.resolve(keys({ alg: 'RS256' }, { payload: '', signature: '' })).catch(
    (error: unknown) => error,
  )
  expect(refusal).toBeInstanceOf(IssuerUnavailable)
  expect(refusal).toMatchObject({
    cause: {
      message: `${url} cannot be reached: its certificate comes from an authority that this machine does not trust.`,
    },
  })
})
