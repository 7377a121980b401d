import { mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { promtool, unitTest } from './promtool.ts'
import { ScaledObject } from './scaled-object.ts'
import { callsOf, growsFrom, normal } from './series.ts'

const root = path.resolve(import.meta.dirname, '../../..')

type Series = readonly (readonly [string, string])[]

/** A gauge of a tenant, as every process tells it. */
const gauge = (metric: string, value: number, tenant = 'acme'): Series =>
  Array.from(normal.keys())
    .filter((name) => name.startsWith(`nexus_${metric}{`) && name.includes(`tenant="${tenant}"`))
    .map((name) => [name, `${value}x100`])

/** A change of one tenant has waited for ten minutes, and none of the other. */
const waits = [
  ...gauge('lag_seconds', 600),
  ...gauge('unheld_lag_seconds', 600),
  ...gauge('unheld_lag_seconds', 0, 'globex'),
]
const blocked: Series = [
  ['nexus_auth0_blocked{job="nexus",instance="worker:9464",tenant="acme",bucket="all"}', '1x100'],
]

describe.skipIf(promtool === undefined)('the number of workers follows the age of the oldest change', () => {
  let folder: string
  let query: string
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'nexus-scaling-'))
    const text = await readFile(path.join(root, 'docs/examples/keda-scaled-object.yaml'), 'utf8')
    query = ScaledObject.parse(parse(text)).spec.triggers[0].metadata.query
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test.each<{ readonly reason: string; readonly changed: Series; readonly age: number; readonly left?: RegExp }>([
    { reason: 'where a worker could send it', changed: [], age: 600 },
    { reason: 'and the plan sets no limit', changed: [], age: 600, left: /limit_per_second|others_per_second/ },
    { reason: 'not of changes that a person or an apply holds back', changed: gauge('unheld_lag_seconds', 0), age: 0 },
    { reason: 'not after a 429', changed: blocked, age: 0 },
    { reason: 'not where the limit is used, with others', changed: [[callsOf(200), growsFrom(12, 12)]], age: 0 },
    { reason: 'not where Prometheus knows nothing', changed: [], age: 0, left: /^/ },
  ])('$reason', async ({ changed, age, left }) => {
    const series = [...new Map([...normal, ...waits, ...changed])].filter(([name]) => left?.test(name) !== true)
    const expected = [{ expr: query, atSeconds: 600, samples: [{ labels: '{}', value: age }] }]
    expect(await unitTest(folder, { series, expected })).toContain('SUCCESS')
  })
})
