import { startOwnPostgres, startOwnRedis } from '../../test/support/local-servers.ts'
import type { Bench, Report } from '../report.ts'
import { costOfChange } from './cost.ts'
import type { Cost, Variant } from './cost.ts'
import { commandsOf, ofScript, statementsIn, tellingStatements } from './sent.ts'

const limitedPlan = 'private-500'

/** What is counted beside the usual change: what each adds to it. */
const variants: readonly (Variant & { readonly name: string; readonly most?: number })[] = [
  { name: `more with a limited plan (${limitedPlan})`, plan: limitedPlan, most: 2 },
  { name: 'more with an application of the database', caller: 'database', most: 1 },
  { name: 'more with an Idempotency-Key', idempotent: true },
]

/** What one PATCH → 200 sends to PostgreSQL and to Redis, counted by the servers themselves. */
export const roundTrips: Bench = async (report) => {
  const postgres = await startOwnPostgres(tellingStatements)
  const redis = await startOwnRedis(['--appendonly', 'yes', '--maxmemory-policy', 'noeviction'])
  try {
    if (postgres === undefined) return report({ note: 'left out: no PostgreSQL was found' })
    if (redis === undefined) return report({ note: 'left out: no Redis was found' })
    const commands = await commandsOf(redis.url)
    const cost = (variant: Variant): Promise<Cost> =>
      costOfChange(
        { postgresUrl: postgres.url, redisUrl: redis.url },
        { statements: statementsIn(postgres.logFile), commands },
        variant,
      )
    try {
      const usual = await cost({})
      tellStatements(usual, report)
      for (const { name, most, ...variant } of variants) {
        const { statements } = await cost(variant)
        const value = statements.total - usual.statements.total
        report({ name, value: inTenths(value), unit: '', ...(most !== undefined && { goal: { most } }) })
        for (const [text, each] of statements.each) if (!usual.statements.each.has(text)) report(noteOf(text, each))
      }
      tellCommands(usual, report)
    } finally {
      commands.close()
    }
  } finally {
    await postgres?.close()
    await redis?.close()
  }
}

/** One statement beside fifty changes is chance. */
const inTenths = (value: number): number => Math.round(value * 10) / 10

/** Statements that begin alike often end otherwise. */
const noteOf = (text: string, each: number) => ({
  note: `${each.toFixed(1)} × ${text.length > 110 ? `${text.slice(0, 70)} … ${text.slice(-40)}` : text}`,
})

const tellStatements = ({ statements, idlePerSecond }: Cost, report: Report): void => {
  const name = 'SQL round trips for PATCH → 200: plan none, callers of the file'
  report({ name, value: inTenths(statements.total), unit: '', goal: { most: 6 } })
  for (const [text, each] of statements.each) report(noteOf(text, each))
  report({ note: `not among these: what Nexus asks without any change, ${idlePerSecond.toFixed(1)} statements/s` })
}

const tellCommands = ({ commands }: Cost, report: Report): void => {
  const entries = [...commands.each]
  const sum = (wanted: (command: string) => boolean): number =>
    inTenths(entries.reduce((all, [command, each]) => (wanted(command) ? all + each : all), 0))
  report({ name: 'scripts sent to Redis', value: sum((name) => name.startsWith('eval')), unit: '', goal: { most: 3 } })
  report({
    name: 'commands sent to Redis, those scripts among them',
    value: sum((name) => !name.startsWith(ofScript)),
    unit: '',
  })
  report({
    name: 'commands that the scripts ran inside Redis',
    value: sum((name) => name.startsWith(ofScript)),
    unit: '',
  })
  for (const [command, each] of entries) if (!command.startsWith(ofScript)) report(noteOf(command, each))
}
