import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadConfiguration } from '../../adapters/config/load.ts'
import { least, parse } from './support.ts'
import { contractKeys } from '../support/contract.ts'

describe('a configuration', () => {
  test('needs a tenant only; everything else has a default', () => {
    expect(parse(least)).toEqual({
      server: {
        host: '127.0.0.1',
        port: 8080,
        bodyLimitBytes: 262_144,
        publicUrl: null,
        trustedProxies: [],
        corsOrigins: [],
        maximumConnections: 5000,
        metricsPort: null,
        shutdownDelayMs: 0,
      },
      log: { level: 'info' },
      database: { embedded: '.nexus' },
      redis: null,
      worker: { concurrency: 8, httpTimeoutMs: 10_000 },
      console: null,
      audit: { keepMs: 34_560_000_000 },
      changes: { keepMs: 34_560_000_000 },
      events: { keepMs: 86_400_000 },
      limits: {
        requestsPerSecond: 200,
        burst: 1000,
        waitingChanges: 20_000,
        waitingChangesOfCaller: 10_000,
        failedSignInsOfAddress: 1000,
        failedSignInsOfName: 500,
      },
      terraform: { stateKeys: [], maximumStateBytes: 33_554_432, keepVersions: null, applyWaitMs: 900_000 },
      tenants: [
        {
          id: 'acme',
          domain: 'acme.eu.auth0.com',
          credential: { clientId: 'nexus', clientSecret: 'hush' },
          baseUrl: 'https://acme.eu.auth0.com/api/v2',
          tokenUrl: 'https://acme.eu.auth0.com/oauth/token',
          audience: 'https://acme.eu.auth0.com/api/v2/',
          plan: 'free',
          freshnessMs: 60_000,
          driftPolicy: 'report',
          scanIntervalMs: 900_000,
          foreignTerraform: 'warn',
          terraformStates: [],
          otherStates: [],
          metadataKeys: contractKeys,
          allowInsecure: false,
        },
      ],
      issuers: [],
      applicationTokens: { header: 'X-Application-Token', tokens: [] },
      serviceAccounts: [],
    })
  })

  test('is frozen at every depth', () => {
    const { tenants } = parse(least)
    expect(Object.isFrozen(tenants)).toBe(true)
    expect(Object.isFrozen(tenants[0]?.credential)).toBe(true)
  })

  test('the example is complete and fine', () => {
    const env = {
      ACME_CLIENT_ID: 'a',
      ACME_CLIENT_SECRET: 'b',
      CONSOLE_CLIENT_ID: 'c',
      CONSOLE_CLIENT_SECRET: 'd',
      CONSOLE_APPLICATION_TOKEN: 'e',
      CONSOLE_SESSION_KEY: 'f'.repeat(64),
    }
    const configuration = loadConfiguration({ file: 'docs/examples/nexus.yaml', env })
    expect(configuration.tenants.map(({ id }) => id)).toEqual(['acme', 'sandbox'])
    expect(configuration.database).toEqual({ embedded: '.nexus' })
    expect(configuration.terraform).toEqual(parse(least).terraform)
    const production = { ...env, NEXUS_DATABASE_URL: 'postgres://db/nexus', NEXUS_REDIS_URL: 'redis://r' }
    const { database, redis } = loadConfiguration({ file: 'docs/examples/nexus.yaml', env: production })
    expect([database, redis]).toEqual([
      { url: 'postgres://db/nexus', adminUrl: null, pooler: 'none', directUrl: null },
      { url: 'redis://r', prefix: 'nexus' },
    ])
    const pooled = {
      ...production,
      NEXUS_DATABASE_POOLER: 'transaction',
      NEXUS_DATABASE_DIRECT_URL: 'postgres://a,b/nexus',
    }
    expect(loadConfiguration({ file: 'docs/examples/nexus.yaml', env: pooled }).database).toMatchObject({
      pooler: 'transaction',
      directUrl: 'postgres://a,b/nexus',
    })
  })

  test('the issuer and its keys have defaults', () => {
    const [issuer] = parse(`${least}
issuers: [{ issuer: 'https://issuer.example', audience: nexus, tenants: '*' }]`).issuers
    expect(issuer).toMatchObject({
      audience: ['nexus'],
      jwksUrl: 'https://issuer.example/.well-known/jwks.json',
      algorithms: ['RS256'],
      tenants: '*',
      claims: { userId: 'sub', scope: 'scope' },
    })
  })

  test('which file is read: the one named, then NEXUS_CONFIG, then nexus.yaml', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'nexus-config-')), 'a.yaml')
    writeFileSync(file, least)
    expect(loadConfiguration({ file, env: { NEXUS_CONFIG: '/no/such' } }).tenants).toHaveLength(1)
    expect(loadConfiguration({ env: { NEXUS_CONFIG: file } }).tenants).toHaveLength(1)
    expect(() => loadConfiguration({ env: {} })).toThrow(/^nexus\.yaml has one mistake:\n.*no such file/)
    expect(() => loadConfiguration({ file: tmpdir(), env: {} })).toThrow('EISDIR')
  })
})
