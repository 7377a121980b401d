import { describe, expect, test } from 'vitest'
import { parseConfiguration } from '../../adapters/config/load.ts'
import { createHttp } from '../../adapters/http/http.ts'
import { signingIn } from '../../cli/doctor/console.ts'
import { simulated } from '../simulator/support.ts'

/** What `nexus doctor` says of the console. */

const configured = (issuer: string, withConsole = true) =>
  parseConfiguration(
    JSON.stringify({
      tenants: [{ id: 'acme', domain: 'acme.eu.auth0.com', credential: { clientId: 'a', clientSecret: 's3cr3t' } }],
      issuers: [{ issuer, audience: 'urn:nexus', tenants: '*', allowInsecure: true }],
      ...(withConsole && {
        console: {
          issuer,
          clientId: 'console',
          clientSecret: 's3cr3t',
          applicationToken: 'nxa_s3cr3t',
          publicUrl: 'https://nexus.example.com/portal',
          sessionKeys: [Buffer.alloc(32).toString('base64')],
        },
      }),
    }),
    { file: 'nexus.yaml', env: {} },
  )
const look = (issuer: string, withConsole?: boolean) => signingIn(configured(issuer, withConsole), createHttp({}))

describe('the console', () => {
  test('is nothing to look at where there is none', async () => {
    expect(await look('https://acme.eu.auth0.com/', false)).toEqual([])
  })

  test('names the addresses to register, and its issuer is asked what it can', async () => {
    const { issuer } = await simulated()
    const found = await look(issuer)
    expect(found.map(({ about, level }) => [about, level])).toEqual([
      ['console', 'ok'],
      [`sign-in at ${issuer}`, 'ok'],
    ])
    expect(found[0]?.said).toContain('https://nexus.example.com/portal/console/callback')
    expect(found[0]?.said).toContain('the logout URL https://nexus.example.com/portal/console/.')
    expect(JSON.stringify(found)).not.toContain('s3cr3t')
  })

  test('cannot be signed in to at an issuer that is not there', async () => {
    const [, issuer] = await look('http://127.0.0.1:1/')
    expect(issuer).toMatchObject({ level: 'fail', remedy: expect.stringContaining('Check the address') })
  })

  test('nor at another that answers there', async () => {
    const { url } = await simulated()
    const [, issuer] = await look(url.replace('127.0.0.1', 'localhost'))
    expect(issuer).toMatchObject({ level: 'fail' })
  })
})
