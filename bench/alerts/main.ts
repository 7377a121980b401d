import { parseArgs } from 'node:util'
import { hurried } from '../../deploy/monitoring/durations.ts'
import { startRealServers } from '../../test/support/local-servers.ts'
import type { Servers } from '../../test/support/servers.ts'
import { faults } from './faults.ts'
import type { Fault } from './fault.ts'
import { install } from './installation.ts'
import { startLoad } from './load.ts'
import { startPrometheus } from './prometheus.ts'
import { normally, trial, untilQuiet } from './trial.ts'
import type { Verdict } from './trial.ts'

const factor = 60
const normalSeconds = 1800

const usage = `npm run alerts [-- ALERT…]

A real Prometheus looks at a running Nexus with the rules of deploy/prometheus, whose durations are a ${factor}th here.
Nothing may fire under normal load; then one thing after the other goes wrong, and its alert must fire, no other may that
does not follow from the same fault, and it must end after the fault. Ends with 1 if anything was otherwise.

${faults.map(({ alert, about }) => `  ${alert.padEnd(24)} ${about}`).join('\n')}`

const say = (text: string): void => console.log(text)

const at = (seconds: number | null): string => (seconds === null ? 'never' : `${seconds.toFixed(1)} s`)

const lineOf = ({ alert, sound, fired, lasts, latest, cleared, followed, astray, about }: Verdict): string => {
  return (
    `${sound ? 'sound ' : 'BROKEN'} ${alert.padEnd(24)} fired after ${at(fired).padStart(7)} (${lasts} to ${latest} s), ` +
    `ended after ${at(cleared).padStart(7)}` +
    (followed.length > 0 ? `, followed by ${followed.join(', ')}` : '') +
    (astray.length > 0 ? `, ASTRAY: ${astray.join(', ')}` : '') +
    `: ${about}`
  )
}

/** @returns whether everything was as it should be */
const tryAll = async (servers: Servers, wanted: readonly Fault[]): Promise<boolean> => {
  const within = hurried(factor)
  const installation = await install(servers, within)
  const closers: (() => unknown)[] = [installation.close]
  try {
    const { api, workers, directory } = installation
    const targets = [api, ...workers].map(({ metricsPort }) => `127.0.0.1:${metricsPort}`)
    const prometheus = await startPrometheus(directory, targets, within)
    closers.push(prometheus.close)
    const load = startLoad(installation)
    closers.push(load.stop)
    if (!(await untilQuiet({ prometheus }))) throw new Error('Alerts do not end before anything has gone wrong.')
    say(`Normal load for ${normalSeconds / factor} s …`)
    const falseAlarms = await normally({ prometheus }, normalSeconds / factor)
    const verdicts: Verdict[] = []
    for (const fault of wanted) {
      say(`${fault.alert}: ${fault.about} …`)
      const verdict = await trial({ installation, prometheus, load, within }, fault)
      verdicts.push(verdict)
      say(lineOf(verdict))
    }
    say(`\n${falseAlarms.length === 0 ? 'sound ' : 'BROKEN'} normal load: ${falseAlarms.join(', ') || 'nothing fired'}`)
    for (const verdict of verdicts) say(lineOf(verdict))
    say(`\nAnswers to the load: ${[...load.answers].map(([status, count]) => `${count} × ${status}`).join(', ')}`)
    return falseAlarms.length === 0 && verdicts.every(({ sound }) => sound)
  } finally {
    for (const close of closers.toReversed()) await close()
  }
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', short: 'h' } },
})
const unknown = positionals.filter((name) => faults.every(({ alert }) => alert !== name))
if (values.help === true || unknown.length > 0) {
  say(unknown.length > 0 ? `There is no fault for ${unknown.join(', ')}.\n\n${usage}` : usage)
  process.exit(unknown.length > 0 ? 2 : 0)
}
const local = await startRealServers()
if ('missing' in local) {
  console.error(local.missing)
  process.exit(1)
}
// Processes of Nexus, and Prometheus, end with this one.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void local.close().finally(() => process.exit(1)))
try {
  const wanted = faults.filter(({ alert }) => positionals.length === 0 || positionals.includes(alert))
  process.exitCode = (await tryAll(local.servers, wanted)) ? 0 : 1
} finally {
  await local.close()
}
