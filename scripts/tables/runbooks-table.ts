import { readFileSync } from 'node:fs'
import { alerts } from '../../deploy/monitoring/alerts.ts'
import type { Alert } from '../../deploy/monitoring/alerts.ts'
import { tableOf } from '../markdown.ts'

const folder = new URL('../../docs/runbooks/', import.meta.url)

/** What users notice, up to the end of the first sentence. @throws Error where a runbook does not say it */
const noticeIn = (page: string): string => {
  const [, section] = page.split('## What users notice\n')
  const end = section?.indexOf('.') ?? -1
  if (section === undefined || end < 0) throw new Error('A runbook does not say what users notice.')
  return section
    .slice(0, end + 1)
    .trim()
    .replaceAll('\n', ' ')
}

/** Every alert's page of docs/runbooks, those first for which somebody is woken. */
export const runbooksTable = (): string => {
  const named = alerts.toSorted((one, other) => one.name.localeCompare(other.name))
  const rowsOf = (severity: Alert['severity'], wakes: string) =>
    named
      .filter((alert) => alert.severity === severity)
      .map(({ name }) => {
        const page = readFileSync(new URL(`${name}.md`, folder), 'utf8')
        return [`[${name}](../runbooks/${name}.md)`, wakes, noticeIn(page)]
      })
  return tableOf([
    ['alert and runbook', 'wakes somebody', 'what users notice'],
    ...rowsOf('page', 'yes'),
    ...rowsOf('ticket', 'no'),
  ])
}
