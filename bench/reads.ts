import pg from 'pg'
import { createClientLists, listConnections } from '../adapters/postgres/clients/client-lists.ts'
import type { ListFilters, ListOrder, ClientListRequest } from '../adapters/postgres/clients/list-request.ts'
import { connect } from '../adapters/postgres/database/connect.ts'
import { listingOf } from '../domain/clients/listing.ts'
import { defaultMetadataKeys } from '../domain/clients/metadata-keys.ts'
import { assembleStack } from '../test/support/assemble-stack.ts'
import type { Stack } from '../test/support/assemble-stack.ts'
import { processorMs } from './processes.ts'
import type { Bench, Report } from './report.ts'
import { onRealServers } from './servers.ts'
import { median, ms, quantile } from './statistics.ts'

const clients = 100_000
/** Pages of each combination, over HTTP and in the database alone. */
const pages = 7
const goalMs = 10

/** Pages of a list in a tenant with very many clients: every filter and order, for each kind of caller. */
export const reads: Bench = (report) =>
  onRealServers(report, async (servers) => {
    const stack = await assembleStack(servers, {
      tenant: { scanInterval: '24h' },
      roles: { api: true, worker: false },
    })
    try {
      const start = performance.now()
      await seed(stack)
      report({ note: `${clients} clients seeded in ${((performance.now() - start) / 1000).toFixed(0)} s` })
      await look(stack, report)
    } finally {
      await stack.close()
    }
  })

const words = ['Billing', 'Till', 'Shop', 'Shed', 'Ledger', 'Portal', 'Mailer', 'Search', 'Übersicht', 'Audit']

/** A number below `below` that follows from two others and looks drawn: the same in every run. */
const drawn = (number: number, salt: number, below: number): number => {
  let mixed = Math.imul(number + 1, 0x9e3779b1) ^ Math.imul(salt + 1, 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d)
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39)
  return ((mixed ^ (mixed >>> 15)) >>> 0) % below
}

/** The client of a number: half of them belong to everyone, each product has a hundredth, each person a handful. */
const clientOf = (number: number) => {
  const id = Array.from({ length: 5 }, (_, part) =>
    drawn(number, part, 2_000_000_000).toString(36).padStart(6, '0'),
  ).join('')
  return {
    id,
    observed: {
      client_id: id,
      name: `${words[drawn(number, 5, words.length)]} ${words[drawn(number, 6, words.length)]} ${number}`,
      app_type: 'regular_web',
      callbacks: [`https://${id}.example.com/callback`, `https://${id}.example.com/login`],
      grant_types: ['authorization_code', 'implicit', 'refresh_token', 'client_credentials'],
      jwt_configuration: { alg: 'RS256', lifetime_in_seconds: 36_000, secret_encoded: false },
      refresh_token: {
        expiration_type: 'non-expiring',
        leeway: 0,
        token_lifetime: 31_557_600,
        rotation_type: 'rotating',
      },
      client_metadata: {
        owners: JSON.stringify([
          `auth0|user-${drawn(number, 7, 20_000)}`,
          ...(drawn(number, 8, 2) === 0 ? ['everyone'] : []),
        ]),
        product_name: `Product ${drawn(number, 9, 100)}`,
        application_name: `app-${drawn(number, 10, 5000)}`,
      },
    },
  }
}

const seed = async (stack: Stack): Promise<void> => {
  // An index is made faster at once than row by row.
  const [index] = await stack.query<{ indexdef: string }>(
    `select indexdef from pg_indexes where indexname = 'client_listings_terms'`,
  )
  await stack.query('drop index nexus.client_listings_terms')
  for (let from = 0; from < clients; from += 5000) {
    const batch = Array.from({ length: 5000 }, (_, index) => {
      const { id, observed } = clientOf(from + index)
      const key = { tenantId: 'acme', clientId: id }
      return {
        number: from + index,
        client_id: id,
        observed,
        ...listingOf({ key, observed, base: {}, pending: [] }, defaultMetadataKeys),
      }
    })
    const json = JSON.stringify(batch)
    // One in a hundred drifts, one in a thousand waits or is paused, one in two thousand fails.
    await stack.query(
      `insert into nexus.clients
         (tenant_id, client_id, observed, observed_at, generation, stalled_at, paused_at, updated_at)
       select 'acme', r.client_id, r.observed, now(), case when random() < 0.001 or number % 2000 = 5 then 1 else 0 end,
              case when number % 2000 = 5 then now() end,
              case when random() < 0.001 then now() end,
              date_trunc('milliseconds', now() - random() * interval '300 days')
       from jsonb_to_recordset($1::jsonb) as r(number int, client_id text, observed jsonb)`,
      [json],
    )
    await stack.query(
      `insert into nexus.client_listings
         (tenant_id, client_id, name, product, words, admits_confirmed, admits_desired, read_by, drifted)
       select 'acme', r.*, random() < 0.01 from jsonb_to_recordset($1::jsonb) as r(client_id text, name text, product text, words text,
         "admitsConfirmed" text[], "admitsDesired" text[], "readBy" text)`,
      [json],
    )
  }
  await stack.query(
    `insert into nexus.terraform_resources (tenant_id, state, place, address, type, client_id, tainted)
     select 'acme', 'main', row_number() over (), 'auth0_client.c_' || client_id, 'auth0_client', client_id, false
     from nexus.clients where random() < 0.05`,
  )
  await stack.query(`insert into nexus.terraform_named values ('acme', 'main', true) on conflict do nothing`)
  await stack.query(index?.indexdef ?? '')
  for (const table of ['clients', 'client_listings', 'terraform_resources'])
    await stack.query(`vacuum analyze nexus.${table}`)
}

const callers: readonly {
  readonly name: string
  readonly claims: ClientListRequest['claims']
  readonly token: Parameters<Stack['token']>[0]
}[] = [
  { name: 'client.read.all', claims: 'all', token: { permissions: ['client.read.all'] } },
  {
    name: 'owner of five',
    claims: ['owner auth0|user-77'],
    token: { sub: 'auth0|user-77', permissions: ['client.read'] },
  },
  {
    name: 'role that owns half',
    claims: ['owner auth0|nobody', 'owner everyone'],
    token: { sub: 'auth0|nobody', roles: ['everyone'], permissions: ['client.read'] },
  },
  {
    name: 'scope of two products',
    claims: ['owner auth0|nobody', 'product Product 7', 'product Product 93'],
    token: { sub: 'auth0|nobody', products: ['Product 7', 'Product 93'], permissions: ['client.read'] },
  },
]

const filters: readonly ListFilters[] = [
  {},
  { owner: 'auth0|user-77' },
  { owner: 'everyone' },
  { product: 'Product 7' },
  { manuallyCreated: true },
  { manuallyCreated: false },
  { drifted: true },
  { drifted: false },
  { sync: 'pending' },
  { sync: 'stalled' },
  { sync: 'paused' },
  { sync: 'synced' },
  { text: 'ledger' },
  { text: 'übersicht shed 12' },
  { text: 'there is no such text' },
  { text: 'till', product: 'Product 7', drifted: false },
  { owner: 'everyone', product: 'Product 93' },
  { manuallyCreated: false, drifted: true, text: 'portal' },
]
const orders: readonly ListOrder[] = (['name', 'id', 'product', 'updated'] as const).flatMap((by) => [
  { by, descending: false },
  { by, descending: true },
])

interface Times {
  readonly wall: number[]
  readonly processor: number[]
}

const look = async (stack: Stack, report: Report): Promise<void> => {
  const postgres = connect(stack.databaseUrl, () => undefined, { ...listConnections, size: 1 })
  const lists = createClientLists(postgres.db)
  const { rows: backends } = await postgres.pool.query<{ pid: number }>('select pg_backend_pid() as pid')
  const pid = backends[0]?.pid ?? 0
  try {
    let worst = 0
    let worstWork = 0
    for (const caller of callers) {
      const http: number[] = []
      const wall: number[] = []
      const processor: number[] = []
      const slowest: { readonly what: string; readonly p99: number }[] = []
      for (const filter of filters)
        for (const order of orders) {
          const sql = await inSql(lists, pid, { claims: caller.claims, filters: filter, order })
          wall.push(...sql.wall)
          processor.push(...sql.processor)
          http.push(...(await inHttp(stack, caller.token, filter, order)))
          slowest.push({
            what: `${order.descending ? '-' : ''}${order.by} ${JSON.stringify(filter)}`,
            p99: quantile(sql.processor, 0.99),
          })
        }
      worst = Math.max(worst, quantile(http, 0.99))
      worstWork = Math.max(worstWork, quantile(processor, 0.99))
      for (const [what, times] of [
        ['over HTTP', http],
        ['SQL alone', wall],
        ['its time on a processor', processor],
      ] as const)
        report({
          name: `a page for ${caller.name}, ${what}: p99`,
          value: quantile(times, 0.99),
          unit: 'ms',
          beside: `median ${ms(median(times))}, ${http.length} pages`,
        })
      for (const { what, p99 } of slowest.toSorted((a, b) => b.p99 - a.p99).slice(0, 3))
        report({ note: `slowest: ${ms(p99)}  ${what}` })
    }
    report({ name: 'p99 of a page over HTTP, the slowest caller', value: worst, unit: 'ms', goal: { most: goalMs } })
    report({
      name: "p99 of the database's work for a page, the slowest caller",
      value: worstWork,
      unit: 'ms',
      goal: { most: goalMs },
    })
    await scans(stack, report)
  } finally {
    await postgres.close()
  }
}

/** Pages one after the other, from the first: in the database alone. What the machine does besides counts only as time. */
const inSql = async (
  lists: ReturnType<typeof createClientLists>,
  pid: number,
  more: Pick<ClientListRequest, 'claims' | 'filters' | 'order'>,
): Promise<Times> => {
  const times: Times = { wall: [], processor: [] }
  let after: ClientListRequest['after'] = null
  for (let page = 0; page < pages; page += 1) {
    const request = { tenantId: 'acme', keys: defaultMetadataKeys, except: 'own', after, limit: 21, ...more }
    const [start, before] = [performance.now(), processorMs(pid)]
    const { clients: rows } = await lists.page(request)
    times.wall.push(performance.now() - start)
    times.processor.push(processorMs(pid) - before)
    after = rows.length === 21 ? (rows[19]?.position ?? null) : null
  }
  return times
}

const inHttp = async (
  stack: Stack,
  claims: Parameters<Stack['token']>[0],
  filter: ListFilters,
  { by, descending }: ListOrder,
): Promise<number[]> => {
  const as = stack.token(claims)
  const query = new URLSearchParams({ sort: `${descending ? '-' : ''}${by}` })
  for (const [name, value] of Object.entries(filter)) query.set(name, String(value))
  const times: number[] = []
  let cursor: string | undefined
  for (let page = 0; page < pages; page += 1) {
    const start = performance.now()
    const answer = await stack.request(
      `/v1/tenants/acme/clients?${query.toString()}${cursor === undefined ? '' : `&cursor=${cursor}`}`,
      { as },
    )
    const { next } = Object(await answer.json())
    times.push(performance.now() - start)
    if (answer.status !== 200) throw new Error(`Nexus answered ${answer.status}.`)
    cursor = typeof next === 'string' ? next : undefined
  }
  return times
}

/** Whether any page was read by going through a whole table. */
const scans = async (stack: Stack, report: Report): Promise<void> => {
  const rows = await stack.query<{ relname: string; seq_scan: string; seq_tup_read: string } & pg.QueryResultRow>(
    `select relname, seq_scan, seq_tup_read from pg_stat_user_tables
     where schemaname = 'nexus' and relname in ('clients', 'client_listings')`,
  )
  for (const { relname, seq_scan, seq_tup_read } of rows)
    report({ note: `whole scans of ${relname}: ${seq_scan}, ${seq_tup_read} rows in all (seeding included)` })
}
