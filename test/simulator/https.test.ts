import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { get } from 'node:https'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { simulated } from './support.ts'

const run = promisify(execFile)

const status = (url: string, ca?: string): Promise<number> =>
  new Promise((resolve, reject) => {
    get(url, ca === undefined ? {} : { ca }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    }).on('error', reject)
  })

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
})
