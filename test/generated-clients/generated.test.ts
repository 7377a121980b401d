import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { eventsChannel } from '../../adapters/postgres/database/notifications.ts'
import { applicationToken, servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'
import { isRecord } from '../../domain/shape.ts'
import { basic, withStates } from '../support/pipeline.ts'
import { pythonTools } from './python-tools.ts'

const run = promisify(execFile)

/** Words of a command line. */
const words = (text: TemplateStringsArray, ...values: readonly string[]): string[] =>
  String.raw({ raw: text }, ...values)
    .split(/\s+/)
    .filter((word) => word !== '')

const outcomes = (results: Record<string, unknown>, callback: string) => {
  expect(results).toMatchObject({
    applied: { status: 200, callbackUrls: [callback], manuallyCreated: true, teamId: 'TEAM' },
    nulls: { status: 200 },
    later: { status: 202 },
    unauthenticated: { status: 401, problem: '/problems/unauthenticated' },
    forbidden: { status: 403, problem: '/problems/forbidden' },
    'not-found': { status: 404, problem: '/problems/not-found' },
    'precondition-failed': { status: 412, problem: '/problems/precondition-failed' },
    impossible: { status: 422, problem: '/problems/impossible' },
  })
  // Clients that serialise a whole object with nulls must not wipe a client.
  expect(results['after']).toEqual(results['before'])
}

/** The same document with every object closed whose schema says nothing of further members. */
const closed = (part: unknown): unknown => {
  if (Array.isArray(part)) return part.map(closed)
  if (!isRecord(part)) return part
  const inner = Object.fromEntries(Object.entries(part).map(([name, value]) => [name, closed(value)]))
  return isRecord(part['properties']) && part['type'] === 'object' ? { additionalProperties: false, ...inner } : inner
}

/** Ordinary generators on the document that the server gives, and ordinary programs over what they make of it. */
describe.skipIf(servers === null)('programs of other people', { timeout: 300_000 }, () => {
  let stack: Stack
  let folder: string
  beforeAll(async () => {
    stack = await startStack(withStates({ simulator: { clients: 5 } }))
    folder = await mkdtemp(path.join(os.tmpdir(), 'nexus-clients-'))
    await writeFile(path.join(folder, 'openapi.json'), await (await fetch(`${stack.url}/openapi.json`)).text())
  })
  afterAll(async () => {
    await stack.close()
    await rm(folder, { recursive: true, force: true })
  })

  const environment = () => ({
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    NEXUS_URL: stack.url,
    NEXUS_APPLICATION_TOKEN: applicationToken,
    NEXUS_TOKEN: stack.token(),
    NEXUS_OTHER_TOKEN: stack.token({ sub: 'auth0|stranger' }),
    CLIENT_ID: stack.simulator.seed({
      name: 'Generated',
      callbacks: ['https://first.example.com/cb'],
      client_metadata: { owners: '["auth0|tester"]', product_name: 'Shop' },
      mobile: { ios: { team_id: 'TEAM' } },
    }),
  })

  test('TypeScript: openapi-typescript and openapi-fetch', async () => {
    const project = path.join(folder, 'typescript')
    await cp(path.join(import.meta.dirname, 'typescript'), project, { recursive: true })
    const inProject = (command: string, parameters: string[], env: NodeJS.ProcessEnv = process.env) =>
      run(command, parameters, { cwd: project, env })
    await inProject('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--silent'])
    await inProject('npx', ['openapi-typescript', '../openapi.json', '--output', 'api.d.ts'])
    await inProject(
      'npx',
      words`tsc --noEmit --strict --module nodenext --target esnext --types node --skipLibCheck
      --allowImportingTsExtensions consumer.ts`,
    )
    const { stdout } = await inProject(process.execPath, ['consumer.ts'], environment())
    const results: Record<string, unknown> = JSON.parse(stdout)
    outcomes(results, 'https://typescript.example.com/cb')
    expect(results['malformed']).toMatchObject({ status: 400, problem: '/problems/malformed', pointer: '/owners' })
  })

  test('redocly and spectral: nothing to say of the document', async () => {
    const project = path.join(folder, 'lint')
    await cp(path.join(import.meta.dirname, 'lint'), project, { recursive: true })
    const inProject = (command: string, parameters: string[]) =>
      run(command, parameters, {
        cwd: project,
        env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
      })
    await inProject('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--silent'])
    const redocly = await inProject('npx', words`redocly lint ../openapi.json --format json`)
    expect(JSON.parse(redocly.stdout)).toMatchObject({ totals: { errors: 0, warnings: 0 }, problems: [] })
    const spectral = await inProject(
      'npx',
      words`spectral lint ../openapi.json --ruleset spectral.yaml --format json --fail-severity hint --quiet`,
    )
    expect(JSON.parse(spectral.stdout)).toEqual([])
  })

  test.skipIf(pythonTools === null)('Python: openapi-python-client', async () => {
    const bin = pythonTools ?? ''
    const made = path.join(folder, 'python')
    await run(
      path.join(bin, 'openapi-python-client'),
      words`generate --path ${path.join(folder, 'openapi.json')} --output-path ${made} --meta none --overwrite`,
    )
    const packages = path.join(folder, 'packages')
    await cp(made, path.join(packages, 'nexus_client'), { recursive: true })
    const { stdout } = await run(path.join(bin, 'python'), [path.join(import.meta.dirname, 'python/consumer.py')], {
      env: { ...environment(), PYTHONPATH: packages },
    })
    const results: Record<string, unknown> = JSON.parse(stdout)
    outcomes(results, 'https://python.example.com/cb')
    expect(Object.keys(results)).toHaveLength(10)
  })

  test.skipIf(pythonTools === null)('schemathesis finds no fault', async () => {
    const [clientId = ''] = stack.simulator.clients.all().map((client) => client.client_id)
    await writeFile(
      path.join(folder, 'schemathesis.toml'),
      [
        `headers = { Authorization = ${JSON.stringify(basic)} }`,
        '[parameters]',
        '"path.tenantId" = "acme"',
        `"path.clientId" = ${JSON.stringify(clientId)}`,
        '"path.state" = "main"',
        // A stream does not end: each is listened to until something has happened.
        '[[operations]]',
        'include-path = "/v1/tenants/{tenantId}/events"',
        'max-stream-events = 1',
      ].join('\n'),
    )
    // The document leaves answers open for later members. This version answers with no other than it tells of.
    const document: unknown = JSON.parse(await readFile(path.join(folder, 'openapi.json'), 'utf8'))
    await writeFile(path.join(folder, 'closed.json'), JSON.stringify(closed(document)))
    const happening = setInterval(
      () =>
        void stack
          .query(
            `insert into nexus.events (tenant_id, kind) values ('acme', 'tenant.scanned')
             returning pg_notify('${eventsChannel}', '')`,
          )
          .catch(() => undefined),
      200,
    )
    onTestFinished(() => clearInterval(happening))
    // Not every body that has the right shape is possible: 422 is an answer that the document names.
    const { stdout } = await run(
      path.join(pythonTools ?? '', 'schemathesis'),
      words`--config-file schemathesis.toml run closed.json --url ${stack.url} --exclude-checks positive_data_acceptance
        --max-examples 5 --seed 1 --no-color`,
      { cwd: folder },
    ).catch((error: { stdout?: string }) => ({ stdout: error.stdout ?? 'it did not run' }))
    expect(stdout).not.toMatch(/\d+ failures?|\d+ errors?/)
    expect(stdout).toMatch(/\d+ generated, \d+ passed/)
  })
})
