import pLimit from 'p-limit'
import { sortFields } from '../adapters/postgres/clients/list-request.ts'
import { syncWords, terraformWords } from '../domain/clients/listing.ts'
import { assembleStack } from '../test/support/assemble-stack.ts'
import type { Stack } from '../test/support/assemble-stack.ts'
import { ownBytes } from './processes.ts'
import type { Bench, Report } from './report.ts'
import { onRealServers } from './servers.ts'

/** Requests of each kind, and how many are under way at the same time. */
const requests = 20_000
const atOnce = 32

const mega = (bytes: number): string => `${(bytes / 1_048_576).toFixed(0)} MiB`

/** 20,000 cheap requests of each kind, and then a look at what they have left: rows, the database's memory, the process's. */
export const bounded: Bench = (report) =>
  onRealServers(report, async (servers) => {
    const stack = await assembleStack(servers, { tenant: { scanInterval: '24h' } })
    try {
      const id = stack.simulator.seed({ name: 'Shop', client_metadata: { owners: '["auth0|tester"]' } })
      await stack.request(`/v1/tenants/acme/clients/${id}`)
      for (const [kind, ask] of Object.entries(kindsOf(stack, id))) {
        await flood(ask, Math.ceil(requests / 10))
        const before = await held(stack)
        const start = performance.now()
        const statuses = await flood(ask, requests)
        const seconds = (performance.now() - start) / 1000
        tell(report, kind, { statuses, seconds, before, after: await held(stack) })
      }
      await stack.stop()
      const [counted] = await stack.query<{ rows: number; requests: number }>(
        "select count(*)::int as rows, coalesce(sum(count), 0)::int as requests from nexus.audit where action = 'request.unauthenticated'",
      )
      report({
        note: `stored of those without valid credentials: ${counted?.requests} requests in ${counted?.rows} rows`,
      })
      await stack.start()
    } finally {
      await stack.close()
    }
  })

type Asking = (number: number) => Promise<Response>

const kindsOf = (stack: Stack, id: string): Readonly<Record<string, Asking>> => {
  const reader = stack.token({ permissions: ['client.read.all'] })
  const powerless = stack.token({ permissions: [] })
  const patch = { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: '{"productName":"x"}' }
  return {
    'no credentials': () =>
      stack.request(`/v1/tenants/acme/clients/${id}`, {
        ...patch,
        headers: { ...patch.headers, authorization: '', 'x-application-token': '' },
      }),
    'wrong credentials': () => stack.request(`/v1/tenants/acme/clients/${id}`, { ...patch, as: 'e30.e30.e30' }),
    refused: () => stack.request(`/v1/tenants/acme/clients/${id}`, { ...patch, as: powerless }),
    'lists of every combination': (number) =>
      stack.request(`/v1/tenants/acme/clients?${listOf(number)}`, { as: reader }),
  }
}

/** The list of a number: numbers that follow each other differ in every filter. */
const listOf = (number: number): string => {
  const query = new URLSearchParams()
  let left = number * 7919
  const choose = (name: string, values: readonly string[]): void => {
    const value = values[left % (values.length + 1)]
    left = Math.floor(left / (values.length + 1))
    if (value !== undefined) query.set(name, value)
  }
  choose(
    'sort',
    sortFields.flatMap((field) => [field, `-${field}`]),
  )
  choose('sync', syncWords)
  choose('terraform', terraformWords)
  choose('drifted', ['true', 'false'])
  choose('manuallyCreated', ['true', 'false'])
  choose('owner', ['auth0|tester'])
  choose('product', ['Shop'])
  choose('text', ['s', 'shop'])
  return query.toString()
}

const flood = async (ask: Asking, count: number): Promise<ReadonlyMap<number, number>> => {
  const statuses = new Map<number, number>()
  await pLimit(atOnce).map(Array.from({ length: count }).keys(), async (number) => {
    const answer = await ask(number)
    await answer.arrayBuffer()
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
  })
  return statuses
}

interface Held {
  readonly rows: ReadonlyMap<string, number>
  /** Of the largest of the database's processes that serve Nexus, as far as it is its own; not a number elsewhere. */
  readonly backend: number
  readonly backends: number
  readonly process: number
  readonly logLines: number
}

const held = async (stack: Stack): Promise<Held> => {
  const tables = await stack.query<{ name: string }>(
    "select relname as name from pg_class c join pg_namespace n on n.oid = relnamespace where nspname = 'nexus' and relkind = 'r'",
  )
  const rows = new Map<string, number>()
  for (const { name } of tables) {
    const [row] = await stack.query<{ count: number }>(`select count(*)::int as count from nexus."${name}"`)
    rows.set(name, row?.count ?? 0)
  }
  const pids = await stack.query<{ pid: number }>(
    "select pid from pg_stat_activity where datname = current_database() and application_name = 'nexus'",
  )
  const bytes = pids.map(({ pid }) => ownBytes(pid))
  globalThis.gc?.()
  return {
    rows,
    backend: Math.max(...bytes),
    backends: bytes.reduce((sum, one) => sum + one, 0),
    process: process.memoryUsage().rss,
    logLines: stack.logLines().length,
  }
}

interface Flood {
  readonly statuses: ReadonlyMap<number, number>
  readonly seconds: number
  readonly before: Held
  readonly after: Held
}

const tell = (report: Report, kind: string, { statuses, seconds, before, after }: Flood): void => {
  const answers = [...statuses].map(([status, count]) => `${count} × ${status}`).join(', ')
  const grown = [...after.rows].flatMap(([name, count]) => {
    const more = count - (before.rows.get(name) ?? 0)
    return more === 0 ? [] : [{ name, more }]
  })
  const rows = grown.reduce((sum, { more }) => sum + more, 0)
  const where = grown.map(({ name, more }) => `${name} +${more}`).join(', ')
  report({ name: `${kind}: rows left`, value: rows, unit: '', beside: `${answers}, in ${seconds.toFixed(0)} s` })
  if (where !== '') report({ note: where })
  const more = (name: string, one: number, other: number): void =>
    report({ name: `${kind}: ${name}`, value: (other - one) / 1_048_576, unit: 'MiB', beside: `now ${mega(other)}` })
  more('more in the largest backend', before.backend, after.backend)
  more('more in all backends', before.backends, after.backends)
  // The senders and the simulated tenant are in it as well.
  more('more in this process', before.process, after.process)
  report({ name: `${kind}: lines of log`, value: after.logLines - before.logLines, unit: '' })
}
