import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse, parseDocument } from 'yaml'
import { parseConfiguration } from '../../../adapters/config/load.ts'
import type { Configuration } from '../../../adapters/config/configuration.ts'
import { compare, effective } from '../../../process/reload/compare.ts'
import { effectOf, settings } from '../../../process/reload/settings.ts'
import { writtenSettings } from '../../config/written-settings.ts'

const env = {
  ACME_CLIENT_ID: 'a',
  ACME_CLIENT_SECRET: 'secret-1',
  NEXUS_DATABASE_URL: 'postgres://nexus:secret-2@127.0.0.1/nexus',
  CONSOLE_CLIENT_ID: 'c',
  CONSOLE_CLIENT_SECRET: 'secret-3',
  CONSOLE_APPLICATION_TOKEN: 'nxa_x',
  CONSOLE_SESSION_KEY: Buffer.alloc(32, 1).toString('base64'),
}
const text = readFileSync(new URL('../../../docs/examples/nexus.yaml', import.meta.url), 'utf8')
const example: Readonly<Record<'tenants' | 'issuers' | 'serviceAccounts', readonly object[]>> = parse(text)

/** What is written otherwise: where, and what. */
type Edit = readonly [readonly (string | number)[], unknown]

/** The example, edited. */
const configured = (edits: readonly Edit[] = [], variables: Record<string, string> = {}): Configuration => {
  const file = parseDocument(text)
  for (const [place, value] of edits) file.setIn(place, value)
  return parseConfiguration(file.toString(), { file: 'nexus.yaml', env: { ...env, ...variables } })
}

interface Case {
  readonly reason: string
  readonly edits: readonly Edit[]
  readonly changed: readonly string[]
  readonly needsRestart: readonly string[]
}

describe('what has changed is told by its name', () => {
  const before = configured()
  test.each<Case>([
    { reason: 'nothing', edits: [], changed: [], needsRestart: [] },
    { reason: 'a limit', edits: [[['limits', 'burst'], 7]], changed: ['limits.burst'], needsRestart: [] },
    {
      reason: 'a time, by the name that it has in the file',
      edits: [[['worker', 'httpTimeout'], '3s']],
      changed: ['worker.httpTimeout'],
      needsRestart: [],
    },
    {
      reason: 'a port, and with it a level',
      edits: [
        [['server', 'port'], 1],
        [['log', 'level'], 'debug'],
      ],
      changed: ['log.level'],
      needsRestart: ['server.port'],
    },
    {
      reason: 'a caller that is new, and one that is gone',
      edits: [[['serviceAccounts', 0, 'name'], 'other']],
      changed: ['serviceAccounts.other (new)', 'serviceAccounts.ci (removed)'],
      needsRestart: [],
    },
    {
      reason: 'rights of a caller',
      edits: [[['applicationTokens', 'tokens', 0, 'permissions'], ['client.read']]],
      changed: ['applicationTokens.tokens.developer-portal.permissions'],
      needsRestart: [],
    },
    {
      reason: 'the domain of a tenant, with what follows from it that can be written too',
      edits: [[['tenants', 1, 'domain'], 'http://127.0.0.1:4001']],
      changed: ['tenants.sandbox.domain', 'tenants.sandbox.audience'],
      needsRestart: [],
    },
    {
      reason: 'a tenant that is new',
      edits: [[['tenants', 2], { ...example.tenants[0], id: 'new', domain: 'new.eu.auth0.com' }]],
      changed: [],
      needsRestart: ['tenants.new (new)'],
    },
    {
      reason: 'the order of issuers, which decides whose users have no prefix',
      edits: [[['issuers'], [example.issuers[2], example.issuers[0], example.issuers[1]]]],
      changed: ['issuers (order)'],
      needsRestart: [],
    },
  ])('$reason', ({ edits, changed, needsRestart }) => {
    expect(compare(before, configured(edits))).toEqual({ changed, needsRestart })
  })

  test('and never by its value', () => {
    const after = configured([], { ACME_CLIENT_SECRET: 'secret-4', NEXUS_DATABASE_URL: 'postgres://n:secret-5@h/d' })
    const said = compare(before, after)
    expect(said.changed).toEqual(['tenants.acme.credential.clientSecret'])
    expect(said.needsRestart).toEqual(['database.url'])
    expect(JSON.stringify(said)).not.toContain('secret-')
  })
})

describe('what a running process goes on with', () => {
  test('has everything new but what needs a restart', () => {
    const running = configured()
    const next = configured([
      [['limits', 'burst'], 7],
      [['server', 'port'], 1],
      [['server', 'corsOrigins'], ['https://portal.example.com']],
      [['worker'], { concurrency: 3, httpTimeout: '3s' }],
      [['tenants'], [{ ...example.tenants[1], plan: 'free' }]],
      [['serviceAccounts', 0, 'tenants'], '*'],
      [['issuers'], []],
      [['console'], undefined],
    ])
    const now = effective(running, next)
    expect(now.limits.burst).toBe(7)
    expect(now.server).toMatchObject({ port: 8080, corsOrigins: ['https://portal.example.com'] })
    expect(now.worker).toEqual({ concurrency: 8, httpTimeoutMs: 3000 })
    // A tenant that is gone is served until the process starts again.
    expect(now.tenants.map(({ id, plan }) => [id, plan])).toEqual([
      ['acme', 'enterprise-production'],
      ['sandbox', 'free'],
    ])
    // What needs a restart is told again and again, until there is one.
    expect(compare(now, next).needsRestart).toEqual(['tenants.acme (removed)', 'server.port', 'worker.concurrency'])
    expect(compare(now, next).changed).toEqual([])
  })

  const edits: Readonly<Record<string, Edit>> = {
    'server.host': [['server', 'host'], '127.0.0.9'],
    'server.port': [['server', 'port'], 1],
    'server.metricsPort': [['server', 'metricsPort'], 9999],
    database: [['database'], { url: 'postgres://elsewhere/nexus' }],
    redis: [['redis'], { url: 'redis://elsewhere' }],
    'worker.concurrency': [['worker', 'concurrency'], 3],
    tenants: [['tenants', 2], { ...example.tenants[0], id: 'new', domain: 'new.eu.auth0.com' }],
  }
  const editOf = (place: string): Edit => edits[place] ?? expect.fail(`Say here how ${place} could change.`)
  const needRestart = Object.keys(settings).filter((place) => settings[place]?.effect === 'restart')

  test.each(needRestart)('has the former %s, as the table of settings says', (place) => {
    const running = configured()
    const next = configured([editOf(place)])
    expect(compare(running, next).needsRestart).not.toEqual([])
    expect(effective(running, next)).toEqual(running)
  })
})

/** Whether a line of the table stands for a setting. */
const stands = (setting: string, place: string): boolean =>
  setting === place || (setting.startsWith(place) && /^[.[]/.test(setting.slice(place.length)))

describe('the table of settings', () => {
  const written = writtenSettings().map(({ path }) => path)

  test('knows every setting', () => {
    expect(written.length).toBeGreaterThan(60)
    expect(written).toContain('tenants[].credential.clientId')
    const unplaced = written.filter((setting) => !Object.keys(settings).some((place) => stands(setting, place)))
    expect(unplaced).toEqual([])
  })

  test('names nothing that is no setting', () => {
    const unknown = Object.keys(settings).filter(
      (place) => !written.some((setting) => setting.startsWith(place.replace(/\[\]$/, ''))),
    )
    expect(unknown).toEqual([])
  })

  test.each([
    ['tenants', 'restart'],
    ['tenants[].plan', 'reload'],
    ['server.port', 'restart'],
    ['server.corsOrigins', 'reload'],
    ['database.url', 'restart'],
    ['worker.concurrency', 'restart'],
    ['worker.httpTimeout', 'reload'],
    ['serviceAccounts', 'reload'],
  ])('%s takes effect with the next %s', (setting, effect) => {
    expect(effectOf(setting)).toBe(effect)
  })
})
