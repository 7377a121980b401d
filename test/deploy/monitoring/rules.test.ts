import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { alerts } from '../../../deploy/monitoring/alerts.ts'
import { durations } from '../../../deploy/monitoring/durations.ts'
import type { Duration } from '../../../deploy/monitoring/durations.ts'
import { expressions } from '../../../deploy/monitoring/dashboard.ts'
import { monitoringFiles } from '../../../deploy/monitoring/files.ts'
import { rulesText } from '../../../deploy/monitoring/rules.ts'
import { createMetrics } from '../../../adapters/metrics/metrics.ts'
import { promtool, runPromtool, unitTest } from './promtool.ts'
import {
  becomes,
  budgetOf,
  callsOf,
  ends,
  faultAt,
  growsFrom,
  lossesOf,
  normal,
  processSeries,
  requestsOf,
  tenantSeries,
} from './series.ts'

const root = path.resolve(import.meta.dirname, '../../..')

interface Fault {
  /** Series that are otherwise from the fault on. */
  readonly series: readonly (readonly [string, string])[]
  /** How long it takes until the condition holds, beside how long it must last. */
  readonly shows?: Duration
}

/** An age, from the fault on. */
const rises = `0x${faultAt - 1} 0+${durations.scrape}x7200`

const faults: Readonly<Record<string, Fault>> = {
  NexusDown: { series: processSeries('up', becomes(1, 0)) },
  NexusDatabaseDown: { series: processSeries('nexus_database_up', becomes(1, 0)) },
  NexusErrors: { series: [[requestsOf(503), growsFrom(0.01, 1)]], shows: 'rate' },
  NexusTenantUnserved: { series: tenantSeries('tenant_served', becomes(1, 0)) },
  NexusTenantHeld: { series: tenantSeries('tenant_held', becomes(0, 1)) },
  NexusChangesWait: {
    series: [...tenantSeries('lag_seconds', rises), ...tenantSeries('unheld_lag_seconds', rises)],
    shows: 'lag',
  },
  NexusAuth0Failing: {
    series: [
      [callsOf('none'), growsFrom(0.02, 5)],
      [callsOf(200), growsFrom(5, 0)],
    ],
    shows: 'rate',
  },
  NexusAuth0Throttling: { series: [[callsOf(429), growsFrom(0.05, 2)]], shows: 'rate' },
  NexusBudgetTaken: { series: [[budgetOf('others_per_second'), becomes(4, 15)]] },
  NexusQueueDown: { series: processSeries('nexus_queue_up', becomes(1, 0)) },
  NexusClientsStalled: { series: tenantSeries('stalled_clients', becomes(0, 3)) },
  NexusLeasesLost: { series: [[lossesOf, growsFrom(0.001, 0.1)]], shows: 'trouble' },
  NexusEventLoopLate: { series: processSeries('nodejs_eventloop_lag_p99_seconds', becomes(0.03, 2)) },
  NexusStateLockAbandoned: { series: tenantSeries('state_locks_abandoned', becomes(0, 1)) },
  NexusDrift: { series: tenantSeries('drifted_clients', becomes(0, 4)) },
  NexusTenantForgotten: {
    series: [...tenantSeries('tenant_paused', becomes(0, 1)), ...tenantSeries('tenant_paused_seconds', rises)],
    shows: 'forgotten',
  },
}

/** Nothing is scraped any more, which is a Nexus that is down as well. */
const gone = [...processSeries('up', ends(1))]

describe('the files that are made of the tables are as new as these', () => {
  test.each(Object.entries(monitoringFiles()))('%s', async (file, text) => {
    expect(await readFile(path.join(root, file), 'utf8')).toBe(text)
  })
})

test('every alert has a fault here that it is tried with', () => {
  expect(Object.keys(faults).toSorted()).toEqual(alerts.map(({ name }) => name).toSorted())
})

describe.skipIf(promtool === undefined)('rules, as Prometheus reads them', () => {
  let folder: string
  const rules = path.join(root, 'deploy/prometheus/nexus.rules.yaml')
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'nexus-rules-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  interface Look {
    readonly atSeconds: number
    /** Names of the alerts that are firing then. */
    readonly firing: readonly string[]
  }
  const tryRules = (changed: readonly (readonly [string, string])[], looks: readonly Look[]): Promise<string> =>
    unitTest(folder, {
      rules: [rules],
      series: new Map([...normal, ...changed]),
      expected: looks.map(({ atSeconds, firing }) => ({
        expr: 'max by (alertname) (ALERTS{alertstate="firing"})',
        atSeconds,
        samples: firing.map((name) => ({ labels: `{alertname="${name}"}`, value: 1 })),
      })),
    })

  test('can be read', async () => {
    expect(await runPromtool('check', 'rules', rules)).toContain(`${alerts.length} rules found`)
  })

  test('and so can what the dashboard asks for', async () => {
    const file = path.join(folder, 'dashboard.yaml')
    const recorded = expressions().map((expr, index) => ({ record: `panel:${index}`, expr }))
    await writeFile(file, stringify({ groups: [{ name: 'dashboard', rules: recorded }] }, { lineWidth: 0 }))
    expect(await runPromtool('check', 'rules', file)).toContain(`${recorded.length} rules found`)
  })

  test('whatever an alert asks for has a series under normal load', () => {
    const asked = new Set(rulesText().match(/\b(?:up|(?:nexus|nodejs)_\w+)(?=[{[)])/g))
    const has = new Set(Array.from(normal.keys(), (name) => name.replace(/\{.*/, '')))
    expect(asked.size).toBeGreaterThanOrEqual(alerts.length - 1)
    expect([...asked.difference(has)]).toEqual([])
  })

  test('under half an hour of normal load, nothing fires', async () => {
    const looks = Array.from({ length: 30 }, (_, minute) => ({ atSeconds: 60 * (minute + 1), firing: [] }))
    expect(await tryRules([], looks)).toContain('SUCCESS')
  })

  const begins = faultAt * durations.scrape
  test.each(alerts.map(({ name, lasts }) => ({ name, lasts })))(
    '$name fires once its fault has lasted, not before, and alone',
    async ({ name, lasts }) => {
      const fault = faults[name]
      const shows = fault?.shows === undefined ? 0 : durations[fault.shows]
      const due = begins + durations[lasts]
      const looks = [
        { atSeconds: due - 2 * durations.scrape, firing: [] },
        { atSeconds: due + shows + 2 * durations.scrape, firing: [name] },
      ]
      expect(await tryRules(fault?.series ?? [], looks)).toContain('SUCCESS')
    },
  )

  test('processes that Prometheus no longer knows are down, too', async () => {
    const looks = [{ atSeconds: begins + durations.outage + durations.trouble + 60, firing: ['NexusDown'] }]
    expect(await tryRules(gone, looks)).toContain('SUCCESS')
  })

  test.each([
    ['paused', tenantSeries('tenant_paused', becomes(0, 1)), []],
    ['held', tenantSeries('tenant_held', becomes(0, 1)), ['NexusTenantHeld']],
    ['unserved', tenantSeries('tenant_served', becomes(1, 0)), ['NexusTenantUnserved']],
    ['locked by an apply', tenantSeries('state_locks', becomes(0, 1)), []],
  ] as const)('changes that wait because a tenant is %s have no alert of their own', async (_, cause, firing) => {
    const waits = tenantSeries('lag_seconds', rises)
    expect(await tryRules([...cause, ...waits], [{ atSeconds: begins + 3000, firing }])).toContain('SUCCESS')
  })
})

/** The series that Nexus serves, by their names. */
const served = async (): Promise<Set<string>> => {
  const metrics = createMetrics({
    tenants: () => Promise.resolve([]),
    sessions: () => Promise.resolve(0),
    queueIsWell: () => true,
  })
  const text = await metrics.text()
  const kinds = [...text.matchAll(/^# TYPE (\w+) (\w+)/gm)]
  return new Set(
    kinds.flatMap(([, name = '', kind]) =>
      kind === 'histogram' ? ['bucket', 'count', 'sum'].map((part) => `${name}_${part}`) : [name],
    ),
  )
}

describe('what is asked for is served', () => {
  test.each([
    ['alerts', [rulesText()]],
    ['the dashboard', expressions()],
  ])('by %s', async (_, texts) => {
    const names = new Set(texts.flatMap((text) => text.match(/\b(?:nexus|nodejs|process)_\w+/g) ?? []))
    expect(names.size).toBeGreaterThan(10)
    expect([...names.difference(await served())]).toEqual([])
  })
})

describe('each alert has a runbook', () => {
  const headings = ['What users notice', 'First look', 'First step', 'When it is false']
  test.each(alerts.map(({ name, severity }) => ({ name, severity })))('$name', async ({ name, severity }) => {
    const page = await readFile(path.join(root, 'docs/runbooks', `${name}.md`), 'utf8')
    expect(page.startsWith(`# ${name}\n`)).toBe(true)
    expect([...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual(headings)
    expect(page).toContain(severity === 'page' ? 'Somebody is woken.' : 'It waits until the morning.')
  })
})
