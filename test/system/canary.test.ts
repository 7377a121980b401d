import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { hashPassword } from '../../adapters/credentials/passwords.ts'
import { openTraces } from '../../process/parts/traces.ts'
import { managementToken } from '../support/auth0.ts'
import { startOtlpReceiver } from '../support/otlp/receiver.ts'
import type { OtlpReceiver } from '../support/otlp/receiver.ts'
import { nexus } from '../support/process.ts'
import { applicationToken, servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'
import { scanAgain } from '../worker/scans.ts'

const password = 'canary-password-3f81c5a09b'

/** What is printed, stack traces included, by a process whose database does not answer. */
const printedBy = async (configuration: string): Promise<string> => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'nexus-canary-'))
  try {
    const file = path.join(folder, 'nexus.yaml')
    await writeFile(file, configuration.replace(/(postgres(?:ql)?:\/\/[^"]*@)[^/"]*\//, '$1127.0.0.1:1/'))
    const { child, output } = nexus(['--debug', 'start', '--config', file])
    if (child.exitCode === null) await once(child, 'exit')
    expect(output()).toContain('nothing listens on 127.0.0.1:1')
    return output()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

describe.skipIf(servers === null)('secrets', () => {
  let stack: Stack
  let receiver: OtlpReceiver
  let id: string
  const answers: string[] = []
  /** Answers to a caller who asked for the secret and may have it. */
  const entitled: string[] = []
  /** Every command that anybody sent to Redis meanwhile: what was there for a moment only counts too. */
  const commands: string[] = []
  /** What the management API itself answers about the client. */
  let raw = ''
  /** Every secret that was near, by where it came from. */
  const canaries: Record<string, string> = {}

  beforeAll(async () => {
    receiver = await startOtlpReceiver()
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', receiver.url)
    vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '50')
    stack = await startStack({
      traces: await openTraces(),
      file: {
        serviceAccounts: [
          {
            name: 'ci',
            passwordHash: await hashPassword(password),
            permissions: ['client.write.all', 'client.read.all'],
            tenants: '*',
          },
        ],
      },
      tenant: { freshness: '0s' },
    })
    id = stack.simulator.seed({
      name: 'Has secrets',
      client_secret: 'canary-client-secret-5be1d0',
      encryption_key: { pub: 'canary-encryption-key-19', cert: 'canary-encryption-cert-20', subject: 'x' },
      addons: { samlp: { signingCert: 'canary-addon-cert-90c2' } },
      client_metadata: { owners: '["auth0|tester"]' },
    })
    Object.assign(canaries, {
      'client secret': 'canary-client-secret-5be1d0',
      'signing key': `simulated certificate of ${stack.simulator.domain}`,
      'chain of the signing key': `simulated chain of ${stack.simulator.domain}`,
      'encryption key': 'canary-encryption-key-19',
      'certificate of the encryption key': 'canary-encryption-cert-20',
      'add-on': 'canary-addon-cert-90c2',
      password,
      'basic credentials': btoa(`ci:${password}`),
      'application token': applicationToken,
      'credential of the tenant': stack.simulator.credential.clientSecret,
      'user token': stack.token(),
      'token of another tool': await managementToken(stack.simulator),
    })
    const reading = await fetch(`${stack.simulator.url}/api/v2/clients/${id}`, {
      headers: { authorization: `Bearer ${canaries['token of another tool'] ?? ''}` },
    })
    raw = await reading.text()
    await watchDatabase()
    const monitor = await watchRedis()
    await exercise()
    monitor?.disconnect()
  })
  afterAll(async () => {
    await stack.close()
    await receiver.close()
    vi.unstubAllEnvs()
  })

  /** Keeps every row that is ever written: a job that was there for a moment only counts too. */
  const watchDatabase = async (): Promise<void> => {
    await stack.query(`
      create table public.seen (of text, row text);
      -- As its owner: the role that Nexus runs as may not write there.
      create function public.see() returns trigger language plpgsql security definer as $$
        begin
          insert into public.seen values (tg_table_name, row_to_json(new)::text);
          return null;
        end $$;
      do $$
        declare t record;
        begin
          for t in select * from information_schema.tables
            where table_schema in ('nexus', 'bullmq') and table_type = 'BASE TABLE' loop
            execute format('create trigger see after insert or update on %I.%I for each row execute function public.see()',
              t.table_schema, t.table_name);
          end loop;
        end $$`)
  }
  const watchRedis = async (): Promise<Redis | undefined> => {
    const { redis } = stack.configuration
    if (redis === null || !('url' in redis)) return undefined
    const connection = new Redis(redis.url)
    const monitor = await connection.monitor()
    connection.disconnect()
    monitor.on('monitor', (_time: string, parameters: readonly string[]) => {
      commands.push(parameters.join(' '))
    })
    return monitor
  }

  /** Everything that the main job can meet: success, refusals, errors, bad callers, a scan. */
  const exercise = async (): Promise<void> => {
    const as = canaries['user token'] ?? ''
    const patch = async (body: unknown, headers: Record<string, string> = {}): Promise<void> => {
      answers.push(await (await stack.patch(id, body, { as, headers })).text())
    }
    await patch({ callbackUrls: ['https://a.example.com/cb'], productName: 'Billing' })
    await patch({ callbackUrls: ['javascript:alert(1)'] })
    await patch({ nonsense: password })
    await patch('{not json')
    await patch({ applicationName: 'x' }, { authorization: `Basic ${btoa(`ci:${password}`)}` })
    await patch({ applicationName: 'y' }, { authorization: `Basic ${btoa(`ci:wrong-${password}`)}` })
    await patch({ applicationName: 'z' }, { 'x-application-token': `wrong-${applicationToken}` })
    answers.push(await (await stack.request(`/v1/tenants/acme/clients/${id}`, { as })).text())
    const may = stack.token({ permissions: ['client.write', 'client.secret.read'] })
    canaries['token of who may read secrets'] = may
    const withSecret = `/v1/tenants/acme/clients/${id}?include=secret`
    answers.push(await (await stack.request(withSecret, { as })).text())
    entitled.push(await (await stack.request(withSecret, { as: may })).text())
    for (const attempt of ['first', 'repetition', 'repetition without it']) {
      const to = attempt === 'repetition without it' ? answers : entitled
      const path = to === answers ? id : `${id}?include=secret`
      const headers = { 'idempotency-key': 'canary' }
      to.push(await (await stack.patch(path, { applicationName: 'w' }, { as: may, headers })).text())
    }
    const preview = await stack.patch(`${id}?dryRun=true`, { applicationName: 'v' }, { as: may })
    answers.push(await preview.text())
    const list = await stack.request('/v1/tenants/acme/clients', {
      method: 'PATCH',
      body: JSON.stringify([{ id, patch: { applicationName: 'u' } }]),
      as: may,
      headers: { 'content-type': 'application/json', 'idempotency-key': 'canary of a list' },
    })
    answers.push(await list.text())
    for (const faults of [
      { errorShare: 1 },
      { outage: 'page' as const },
      { revokeTokens: true },
      { resetAfterShare: 1 },
    ]) {
      stack.simulator.setFaults(faults)
      const waiting = patch({ applicationName: JSON.stringify(faults) }, { prefer: 'wait=5' })
      setTimeout(() => stack.simulator.setFaults({}), 300)
      await waiting
    }
    await useIssuedSecrets()
    stack.simulator.setFaults({})
    await scanAgain(stack)
  }

  /** Secrets that an administrator is given once: made, used, rotated, used wrongly, revoked, used again. */
  const useIssuedSecrets = async (): Promise<void> => {
    const admin = stack.token({ permissions: ['tenant.admin', 'client.read.all'] })
    const ask = async (path: string, method = 'GET', body?: unknown): Promise<Readonly<Record<string, unknown>>> => {
      const answer = await stack.request(`/v1/admin/${path}`, { method, as: admin, body: JSON.stringify(body) ?? null })
      const text = await answer.text()
      const {
        token,
        password: issued,
        ...rest
      }: Readonly<Record<string, unknown>> = text === '' ? {} : Object(JSON.parse(text))
      answers.push(JSON.stringify(rest))
      return { secret: token ?? issued }
    }
    const use = async (headers: Record<string, string>): Promise<number> => {
      const answer = await stack.request(`/v1/tenants/acme/clients/${id}`, { headers })
      answers.push(await answer.text())
      return answer.status
    }
    for (const [kind, headersOf] of [
      ['applications', (secret: string) => ({ 'x-application-token': secret })],
      ['accounts', (secret: string) => ({ authorization: `Basic ${btoa(`robot:${secret}`)}` })],
    ] as const) {
      const body = { name: 'robot', tenants: ['acme'], permissions: ['client.read'] }
      const first = String((await ask(kind, 'POST', body))['secret'])
      const second = String((await ask(`${kind}/robot/rotate`, 'POST', {}))['secret'])
      await ask(kind, 'POST', { ...body, name: 'second', token: first, password: second })
      for (const secret of [first, second, `${first}x`]) await use(headersOf(secret))
      await ask(kind)
      await ask(`${kind}/robot`, 'DELETE')
      for (const secret of [first, second]) expect(await use(headersOf(secret))).toBe(401)
      Object.assign(canaries, { [`first secret of ${kind}`]: first, [`second secret of ${kind}`]: second })
    }
  }

  const database = async (): Promise<string> => {
    const tables = await stack.query<{ name: string }>(
      `select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables
       where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`,
    )
    const dumps = await Promise.all(
      tables.map(({ name }) => stack.query<{ text: string }>(`select row_to_json(t)::text as text from ${name} t`)),
    )
    return dumps
      .flat()
      .map(({ text }) => text)
      .join('\n')
  }
  /** Where each secret could have come from, so that the search for it can find something. */
  const origins = (): string =>
    [
      raw,
      JSON.stringify(stack.simulator.credential),
      JSON.stringify(stack.configuration),
      ...[
        'user token',
        'token of who may read secrets',
        'token of another tool',
        'application token',
        'password',
        'basic credentials',
      ].map((name) => canaries[name] ?? ''),
      ...['applications', 'accounts'].flatMap((kind) =>
        ['first', 'second'].map((which) => canaries[`${which} secret of ${kind}`] ?? ''),
      ),
    ].join('\n')

  test('are found where they come from, and the search finds what is not secret in every place', async () => {
    const come = origins()
    expect(Object.entries(canaries).flatMap(([name, secret]) => (come.includes(secret) ? [] : [name]))).toEqual([])
    expect(raw).toContain(canaries['client secret'])
    expect(raw).toContain(canaries['signing key'])
    expect(raw).toContain(canaries['encryption key'])
    expect(raw).toContain(canaries['add-on'])
    expect(await database()).toContain('https://a.example.com/cb')
    expect(canaries['first secret of applications']).toMatch(/^nxa_/)
    expect(canaries['second secret of accounts']).toMatch(/^nxs_/)
    expect(answers.join('')).toContain('"name":"robot","source":"database"')
    expect(stack.logLines().join('')).toContain('answered')
    expect(await receiver.allOf(stack.url)).toContain(id)
    expect(answers.join('')).toContain('https://a.example.com/cb')
    const jobs = await stack.query<{ row: string }>(`select row from public.seen where of = 'job'`)
    expect([...jobs.map(({ row }) => row), ...commands].join('\n')).toContain(id)
  })

  test('the secret alone is in the answers to who asked for it and may have it', () => {
    expect(entitled).toHaveLength(3)
    for (const answer of entitled) {
      const found = Object.entries(canaries).flatMap(([name, secret]) => (answer.includes(secret) ? [name] : []))
      expect(found).toEqual(['client secret'])
    }
  })

  test.each([
    { place: 'the database', read: database },
    { place: 'the queue', read: () => Promise.resolve(commands.join('\n')) },
    { place: 'the log', read: () => Promise.resolve(stack.logLines().join('')) },
    { place: 'the traces', read: () => receiver.allOf(stack.url) },
    { place: 'the answers', read: () => Promise.resolve(answers.join('\n')) },
    { place: 'the metrics', read: async () => (await fetch(`${stack.url}/metrics`)).text() },
    { place: 'what a process prints that cannot start', read: () => printedBy(stack.configurationText) },
  ])('are nowhere in $place', async ({ read }) => {
    const text = await read()
    expect(Object.entries(canaries).flatMap(([name, secret]) => (text.includes(secret) ? [name] : []))).toEqual([])
    // Nor what the simulator made up itself: the secrets of every client, and every token (a JWT of its own key).
    const secrets = stack.simulator.clients.all().map((client) => JSON.stringify(client['client_secret']).slice(1, -1))
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([])
    expect(text).not.toMatch(/eyJ[A-Za-z0-9_-]{10,}\.eyJ/)
  })
})
