import { stringify } from 'yaml'
import { alertsBy } from './alerts.ts'
import type { Alert } from './alerts.ts'
import { durations, told } from './durations.ts'
import type { Durations } from './durations.ts'

/** Where the runbooks are read. */
const runbooks = 'docs/runbooks'

const ruleOf =
  (within: Durations) =>
  ({ name, severity, when, lasts, summary }: Alert) => ({
    alert: name,
    expr: when,
    for: told(within[lasts]),
    labels: { severity },
    annotations: { summary, runbook: `${runbooks}/${name}.md` },
  })

/** The rules as Prometheus reads them. */
export const rulesText = (within: Durations = durations): string => {
  const rules = alertsBy(within).map(ruleOf(within))
  return stringify({ groups: [{ name: 'nexus', interval: told(within.scrape), rules }] }, { lineWidth: 0 })
}
