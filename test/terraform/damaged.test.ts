import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readState } from '../../domain/terraform/state.ts'
import { read } from '../api/support.ts'
import { servers, sha256Of, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'
import { backendOf, lockOf, managedClient, stateKey, stateText } from './support.ts'
import type { Backend } from './support.ts'

/** A sequence of numbers below `limit` that is the same in every run (mulberry32). */
const randomFrom = (seed: number) => {
  let state = seed
  return (limit: number): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }
}
type Random = ReturnType<typeof randomFrom>

const oneOf = <T>(random: Random, values: readonly [T, ...T[]]): T => values[random(values.length)] ?? values[0]

/** Something of everything that a state may hold. */
const realState = (serial: number, random: Random): string =>
  stateText(
    serial,
    [
      managedClient(`client-${random(50)}`),
      managedClient('eu', {
        name: 'apps',
        module: 'module.a[0].module.b["x"]',
        instances: ['eu', 'us', '${x}"\\'].map((key) => ({
          index_key: key,
          attributes: { client_id: `id-${random(50)}`, callbacks: ['https://a.example.com/cb'], addons: [] },
        })),
      }),
      managedClient('old', {
        name: 'moving',
        instances: [
          { status: 'tainted', attributes: { client_id: 'tainted' } },
          { deposed: '0a1b2c3d', attributes: { client_id: 'deposed' } },
        ],
      }),
      managedClient('secret', { type: 'auth0_client_credentials' }),
      managedClient('read', { mode: 'data', instances: [{ attributes: { client_secret: 'x', id: 'read' } }] }),
      managedClient('none', { type: 'terraform_data', instances: [{ attributes: { big: 12_345 } }] }),
    ],
    { outputs: { a: { value: 'größe 😀', type: 'string' } } },
  )

const nasty = [
  'null',
  'true',
  '-1',
  '1e999',
  '9007199254740993',
  '1e15',
  '123456789012345678901234567890',
  '1.5',
  '""',
  '"\\u0000"',
  '"\\ud800"',
  '"../.."',
  '[]',
  '{}',
  '[[[]]]',
  '{"__proto__":{"version":4}}',
  '"managed"',
  '4',
] as const

/** Another body than the one that is given, most often no state any more. */
const damages: readonly [
  (text: string, random: Random) => string | Buffer<ArrayBuffer>,
  ...((text: string, random: Random) => string | Buffer<ArrayBuffer>)[],
] = [
  // As it is: the sequence has to go on.
  (text) => text,
  // Bytes flipped, so that it may be no UTF-8, or no JSON, or other words.
  (text, random) => {
    const bytes = Buffer.from(text)
    for (let flips = 1 + random(4); flips > 0; flips -= 1) {
      const at = random(bytes.length)
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << random(8)), at)
    }
    return bytes
  },
  // Cut off, or with something behind it.
  (text, random) => text.slice(0, random(text.length)),
  (text, random) => text + oneOf(random, ['\u0000', '}', ' ', text, '\ufeff']),
  // A value of another type.
  (text, random) => {
    const values = [...text.matchAll(/:("[^"]*"|\d+|\{\}|\[\])/g)]
    const value = values[random(values.length)]
    if (value === undefined) return text
    return `${text.slice(0, value.index)}:${oneOf(random, nasty)}${text.slice(value.index + value[0].length)}`
  },
  // A key that stands twice, or is another one.
  (text, random) => {
    const key = oneOf(random, ['version', 'serial', 'lineage', 'resources', 'mode', 'type', 'instances', 'client_id'])
    return text.replace('{', `{"${key}":${oneOf(random, nasty)},`)
  },
  (text, random) => {
    const key = oneOf(random, ['version', 'serial', 'lineage', 'resources', 'mode', 'name', 'instances', 'attributes'])
    return text.replaceAll(`"${key}"`, oneOf(random, ['"x"', `"${key.toUpperCase()}"`, '"__proto__"', '""']))
  },
  // Nested, as far as JSON goes and further.
  (text, random) => {
    const depth = oneOf(random, [10, 1000, 9000, 10_050, 20_000])
    return text.replace('"outputs":{', `"outputs":{"d":${'['.repeat(depth)}${']'.repeat(depth)},`)
  },
  // Characters that no column can hold.
  (text, random) =>
    text.replaceAll(
      oneOf(random, ['lineage-1', '1.11.4', 'eu', 'this', '0a1b2c3d', 'module.a']),
      oneOf(random, ['\\u0000', '\\udc00', '\u0000', '\\n', '%', "'"]),
    ),
  // A lot of the same.
  (text, random) =>
    text.replace(
      '"resources":[',
      `"resources":[${`${JSON.stringify(managedClient('many'))},`.repeat(1 + random(200))}`,
    ),
  // Nothing like it.
  (_text, random) => Buffer.from(Array.from({ length: random(200) }, () => random(256))),
  (_text, random) => oneOf(random, nasty),
]

/** Requests that are under way together, each at a state of its own. */
const lanes = 6
const batches = 10

interface Lane {
  readonly state: Backend
  readonly random: Random
  serial: number
  /** What was accepted last; null where there is none. */
  last: { readonly text: Buffer; readonly serial: number } | null
  versions: number
  /** The lock that is held. */
  lock: string | null
}

/** A body, with or without the lock. @returns its status */
const attempt = async (lane: Lane): Promise<number> => {
  const { state, random } = lane
  if (random(20) === 0) {
    if (lane.lock === null) {
      const id = `lock-${random(1e6)}`
      lane.lock = (await state.lock(lockOf(id))).status === 200 ? id : null
    } else {
      await state.unlock(lockOf(lane.lock))
      lane.lock = null
    }
  }
  // A damaged serial may leave little above it.
  if (lane.serial > 1e12) {
    const removed = await state.remove({ query: lane.lock === null ? '' : `?ID=${lane.lock}` })
    expect(removed.status).toBe(200)
    lane.serial = 0
    lane.last = null
  }
  const text = realState(lane.serial + 1, random)
  const damaged = Buffer.from(oneOf(random, damages)(text, random))
  const id = random(8) === 0 ? 'not-mine' : lane.lock
  const answer = await state.post(damaged, { query: id === null ? '' : `?ID=${id}` })
  if (answer.status !== 200) return answer.status
  // Whoever is let in had the lock, or there was none, and what they brought can be read.
  expect(id).toBe(lane.lock)
  const reading = readState(JSON.parse(damaged.toString().replace(/^\ufeff/, '')))
  const serial = reading.ok ? reading.state.serial : Number.NaN
  expect(serial).toBeGreaterThanOrEqual(lane.last?.serial ?? 0)
  if (lane.last?.text.equals(damaged) !== true) lane.versions += 1
  lane.last = { text: damaged, serial }
  lane.serial = serial
  return answer.status
}

/** Everything that is known of the state says the same. */
const agree = async ({ state, last, versions, lock }: Lane): Promise<void> => {
  const rows = await state.rows()
  expect(rows.versions).toHaveLength(versions)
  expect(rows.lock?.['ID'] ?? null).toBe(lock)
  const got = await state.call('GET', null, {}).catch((error: unknown) => String(error))
  if (last === null) {
    expect(got).toMatchObject({ status: 404 })
    expect(rows).toMatchObject({ current: null, index: [] })
    return
  }
  const reading = readState(JSON.parse(last.text.toString().replace(/^\ufeff/, '')))
  const resources = reading.ok ? reading.state.resources : []
  expect(got).toMatchObject({ status: 200, text: last.text.toString() })
  expect(rows.index).toEqual(resources.map(({ address, clientId }) => [address, clientId]))
  expect(rows.versions.at(-1)).toMatchObject({
    serial: last.serial,
    sha256: sha256Of(last.text),
    version: rows.current,
  })
}

describe.skipIf(servers === null)('damaged states', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({
      roles: { api: true, worker: false },
      file: { terraform: { stateKeys: [stateKey], maximumStateBytes: 1_000_000 } },
    })
  })
  afterAll(() => stack.close())

  // Both storages run PostgreSQL; the whole number is for the one that is like production.
  const bodies = servers?.redisUrl === null ? 3000 : 10_000

  test(`${bodies} of them: never a fault of the server, never half a write`, { timeout: 300_000 }, async () => {
    const all: Lane[] = Array.from({ length: lanes }, (_, index) => ({
      state: backendOf(stack),
      random: randomFrom(20_261_124 + index),
      serial: 0,
      last: null,
      versions: 0,
      lock: null,
    }))
    const statuses = new Map<number, number>()
    const each = Math.ceil(bodies / lanes / batches)
    for (let batch = 0; batch < batches; batch += 1) {
      await Promise.all(
        all.map(async (lane) => {
          for (let body = 0; body < each; body += 1) {
            const status = await attempt(lane)
            statuses.set(status, (statuses.get(status) ?? 0) + 1)
          }
          await agree(lane)
        }),
      )
    }
    // 400 no JSON, 409 no successor or a lost lock, 422 no state, 423 somebody else's lock.
    expect([...statuses.keys()].toSorted((a, b) => a - b)).toEqual([200, 400, 409, 422, 423])
    expect(statuses.get(200)).toBeGreaterThan(bodies / 10)
    expect([...statuses.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(bodies)
    expect(stack.logLines().filter((line) => line.includes('a request failed'))).toEqual([])
    const alive = await read(await stack.request('/v1/tenants', { as: stack.token() }))
    expect(alive.status).toBe(200)
  })
})
