import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { openSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { stringify } from 'yaml'
import { z } from 'zod'
import { told } from '../../deploy/monitoring/durations.ts'
import type { Durations } from '../../deploy/monitoring/durations.ts'
import { rulesText } from '../../deploy/monitoring/rules.ts'
import { freePort } from '../../adapters/embedded-postgres/free-port.ts'
import { end, findOnPath, until } from '../../test/support/postgres/programs.ts'

/** What Prometheus says of the alerts at a moment: the names of those that fire, and of those whose condition holds. */
interface Seen {
  readonly firing: ReadonlySet<string>
  readonly pending: ReadonlySet<string>
}

/** A real Prometheus with the rules of Nexus. */
export interface Prometheus {
  readonly look: () => Promise<Seen>
  readonly close: () => Promise<void>
}

const Alerts = z.object({
  data: z.object({
    alerts: z.array(
      z.object({ state: z.enum(['pending', 'firing']), labels: z.looseObject({ alertname: z.string() }) }),
    ),
  }),
})

/**
 * Starts it.
 *
 * @param targets host:port of every process' metrics
 * @param within how long things last for its rules
 * @throws Error where the machine has none
 */
export const startPrometheus = async (
  directory: string,
  targets: readonly string[],
  within: Durations,
): Promise<Prometheus> => {
  const program = findOnPath('prometheus')
  if (program === undefined) throw new Error('This machine has no Prometheus (apt-get install prometheus).')
  const every = told(within.scrape)
  const rules = path.join(directory, 'nexus.rules.yaml')
  await writeFile(rules, rulesText(within))
  const file = path.join(directory, 'prometheus.yaml')
  const configuration = {
    global: { scrape_interval: every, scrape_timeout: every, evaluation_interval: every },
    rule_files: [rules],
    scrape_configs: [{ job_name: 'nexus', static_configs: [{ targets }] }],
  }
  await writeFile(file, stringify(configuration))
  const url = `http://127.0.0.1:${await freePort()}`
  const child: ChildProcess = spawn(
    program,
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${path.join(directory, 'prometheus')}`,
      `--web.listen-address=${new URL(url).host}`,
    ],
    { stdio: ['ignore', 'ignore', openSync(path.join(directory, 'prometheus.log'), 'w')] },
  )
  // Also where somebody interrupts the run.
  process.once('exit', () => child.kill('SIGTERM'))
  const look = async (): Promise<Seen> => {
    const answer = await fetch(`${url}/api/v1/alerts`)
    const { alerts } = Alerts.parse(await answer.json()).data
    const named = (wanted: string) =>
      new Set(alerts.filter(({ state }) => state === wanted).map(({ labels }) => labels.alertname))
    return { firing: named('firing'), pending: named('pending') }
  }
  await until(async () => {
    await look()
  })
  return { look, close: () => end(child) }
}
