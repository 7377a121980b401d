import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createMetrics } from '../../adapters/metrics/metrics.ts'

const guide = readFileSync(new URL('../../docs/guides/operators.md', import.meta.url), 'utf8')

test('the guide for operators tells of every metric, and of no other', async () => {
  const metrics = createMetrics({
    tenants: () => Promise.resolve([]),
    sessions: () => Promise.resolve(0),
    queueIsWell: () => true,
  })
  metrics.count('changes', { tenant: 'acme', outcome: 'applied' })
  const text = await metrics.text()
  expect(text).toContain('nexus_changes_total{tenant="acme",outcome="applied"} 1')
  // Those of Node itself have their own documents.
  const served = [...text.matchAll(/^# TYPE (nexus_\w+)/gm)].map(([, name = '']) => name)
  const [, section = ''] = guide.split('\n## Metrics\n')
  const [table = ''] = section.split('\n## ')
  const told = [...table.matchAll(/`(nexus_\w+)/g)].map(([, name = '']) => name)
  expect([...new Set(told)].toSorted()).toEqual(served.toSorted())
})
