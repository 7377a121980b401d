import { execFile } from 'node:child_process'
import { mkdtemp, readFile } from 'node:fs/promises'
import { once } from 'node:events'
import { get } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { decodeJwt } from 'jose'
import { z } from 'zod'
import { management, simulated } from './support.ts'

const run = promisify(execFile)

const status = (url: string, ca?: string): Promise<number> =>
  new Promise((resolve, reject) => {
    get(url, ca === undefined ? {} : { ca }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    }).on('error', reject)
  })

const text = (url: string, ca: string): Promise<string> =>
  new Promise((resolve, reject) => {
    get(url, { ca }, (answer) => {
      answer.setEncoding('utf8')
      let body = ''
      answer.on('data', (chunk: string) => (body += chunk)).on('end', () => resolve(body))
    }).on('error', reject)
  })

const decoded = (answer: string): { payload: object } => {
  const { access_token: token } = z.object({ access_token: z.string() }).parse(JSON.parse(answer))
  return { payload: decodeJwt(token) }
}

describe('https', () => {
  test.each(['127.0.0.1', 'localhost'])('with its CA, %s is trusted', async (host) => {
    const simulator = await simulated({ https: true })
    const ca = await readFile(simulator.caFile ?? '', 'utf8')
    expect(simulator.url).toMatch(/^https:/)
    expect(await status(`https://${host}:${simulator.port}/.well-known/jwks.json`, ca)).toBe(200)
  })

  test('without its CA it is not', async () => {
    const simulator = await simulated({ https: true })
    await expect(status(`${simulator.url}/.well-known/jwks.json`)).rejects.toThrow(/certificate/)
  })

  test('NODE_EXTRA_CA_CERTS is enough for another program', async () => {
    const simulator = await simulated({ https: true })
    const program = `fetch('${simulator.url}/.well-known/jwks.json').then((answer) => console.log(answer.status))`
    const { stdout } = await run(process.execPath, ['-e', program], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: simulator.caFile },
    })
    expect(stdout.trim()).toBe('200')
  })

  test('the CA goes where it is wanted, and is a CA', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'simulator-test-'))
    const simulator = await simulated({ https: { directory } })
    expect(simulator.caFile).toBe(join(directory, 'simulator-ca.pem'))
    const text = await readFile(simulator.caFile ?? '', 'utf8')
    expect(text).not.toContain('PRIVATE KEY')
    const certificate = new X509Certificate(text)
    expect(certificate.ca).toBe(true)
    expect(certificate.verify(certificate.publicKey)).toBe(true)
  })

  test('a broken connection is broken here too', async () => {
    const simulator = await simulated({ https: true, faults: { outage: 'reset' } })
    const ca = await readFile(simulator.caFile ?? '', 'utf8')
    await expect(status(`${simulator.url}/api/v2/clients`, ca)).rejects.toThrow(/hang up|ECONNRESET/)
  })

  test('the same tenant answers without TLS on the same port, for Nexus beside the provider', async () => {
    const simulator = await simulated({ https: true, clients: 1 })
    const { url, httpUrl } = simulator
    expect([url, httpUrl]).toEqual([`https://${simulator.domain}`, `http://${simulator.domain}`])
    const api = await management({ ...simulator, url: httpUrl })
    const id = simulator.clients.all()[0]?.client_id ?? ''
    expect((await api('PATCH', `/clients/${id}`, { name: 'Changed by http' })).status).toBe(200)

    const ca = await readFile(simulator.caFile ?? '', 'utf8')
    const other = `${url}/_simulator/clients/${id}`
    expect(JSON.parse(await text(other, ca))).toMatchObject({ name: 'Changed by http' })
  })

  test('each scheme has the issuer of its own', async () => {
    const { url, httpUrl, caFile } = await simulated({ https: true })
    const path = '/.well-known/openid-configuration'
    const ca = await readFile(caFile ?? '', 'utf8')
    const issuers = [await (await fetch(`${httpUrl}${path}`)).text(), await text(`${url}${path}`, ca)]
    expect(issuers.map((answer) => z.object({ issuer: z.string() }).parse(JSON.parse(answer)).issuer)).toEqual([
      `${httpUrl}/`,
      `${url}/`,
    ])
    const { payload } = decoded(
      await (await fetch(`${httpUrl}/_simulator/token`, { method: 'POST', body: '{"sub":"ada"}' })).text(),
    )
    expect(payload).toMatchObject({ iss: `${httpUrl}/` })
  })

  test.each([
    { reason: 'says nothing', sent: '' },
    { reason: 'is neither', sent: '\u0000\u0001' },
    { reason: 'breaks off a handshake', sent: '\u0016\u0003' },
  ])('a connection that $reason harms nobody, and does not outlive the simulator', async ({ sent }) => {
    const simulator = await simulated({ https: true })
    const socket = connect(simulator.port, '127.0.0.1')
    socket.on('error', () => undefined).resume()
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await once(socket, 'connect')
    if (sent !== '') socket.write(sent)
    const ca = await readFile(simulator.caFile ?? '', 'utf8')
    expect(await status(`${simulator.url}/.well-known/jwks.json`, ca)).toBe(200)
    await simulator.close()
    await closed
  })

  test('takes bodies of many packets, by either scheme, one after another on one connection', async () => {
    const simulator = await simulated({ https: true })
    const api = await management({ ...simulator, url: simulator.httpUrl })
    const page = 'x'.repeat(300_000)
    for (const name of ['one', 'two']) {
      const { body } = await api('POST', '/clients', { name, custom_login_page: page })
      expect(body['custom_login_page']).toBe(page)
    }
  })

  test('an address of IPv6 stands in brackets', async () => {
    const simulator = await simulated({ https: true, host: '::1' })
    const ca = await readFile(simulator.caFile ?? '', 'utf8')
    expect(simulator.domain).toBe(`[::1]:${simulator.port}`)
    expect(await status(`${simulator.url}/.well-known/jwks.json`, ca)).toBe(200)
  })
})
