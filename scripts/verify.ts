import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setInterval } from 'node:timers'
import { parseArgs } from 'node:util'

/**
 * What takes too long for CI: outages with every seed, fuzzing for minutes, floods, the whole bench. One line for each
 * step; what a step prints is kept in `.verify/`.
 */
interface Step {
  readonly name: string
  readonly about: string
  /** Arguments of npm. */
  readonly run: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

const seeds = ['--seeds', '1,2,3']

const steps: readonly Step[] = [
  {
    name: 'fuzz',
    about: 'every parameter, header, body and claim, for ten times as long as in CI',
    run: ['test', '--', 'test/fuzz'],
    env: { NEXUS_FUZZ_FACTOR: '10' },
  },
  {
    name: 'console',
    about: 'every flow of the console in a browser, on both kinds of storage',
    run: ['test', '--', 'test/console/browser'],
    env: { NEXUS_TEST_CONSOLE: 'everywhere' },
  },
  {
    name: 'upgrades',
    about: 'every process replaced by the next version and back, five times over, while changes flow',
    run: ['test', '--', 'test/upgrade/rolling'],
    env: { NEXUS_TEST_UPGRADES: '5' },
  },
  { name: 'chaos', about: 'every outage, three seeds, on PostgreSQL and Redis', run: ['run', 'chaos', '--', ...seeds] },
  {
    name: 'chaos-embedded',
    about: 'every outage, three seeds, on the embedded PostgreSQL',
    run: ['run', 'chaos', '--', '--embedded', ...seeds],
  },
  {
    name: 'alerts',
    about: 'every alert under its fault, by a real Prometheus, and none under normal load',
    run: ['run', 'alerts'],
  },
  {
    name: 'mutation',
    about: 'what tests do not notice: at least 90 % of all changes made to domain/ must fail one',
    run: ['run', 'mutation'],
  },
  { name: 'bench', about: 'every figure beside its rival or limit', run: ['run', 'bench'] },
]

const usage = `npm run verify [-- NAME…]

${steps.map(({ name, about }) => `  ${name.padEnd(16)} ${about}`).join('\n')}

Without a name all of them run, one after the other; it takes an hour or two. What each prints is kept in .verify/.`

const folder = path.resolve(import.meta.dirname, '../.verify')

/** Runs one step to its end. @returns whether it ended with 0, and how long it took */
const perform = async ({ name, run, env }: Step): Promise<{ readonly passed: boolean; readonly minutes: number }> => {
  const started = performance.now()
  const log = createWriteStream(path.join(folder, `${name}.log`))
  const child = spawn('npm', [...run], {
    env: { ...process.env, ...env, CI: 'true' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stdout.pipe(log, { end: false })
  child.stderr.pipe(log, { end: false })
  const minutes = (): number => (performance.now() - started) / 60_000
  const ticking = setInterval(() => {
    console.log(`  ${name}: ${minutes().toFixed(0)} min so far`)
  }, 300_000)
  const [code] = await once(child, 'close')
  clearInterval(ticking)
  log.end()
  return { passed: code === 0, minutes: minutes() }
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', short: 'h' } },
})
const unknown = positionals.filter((name) => steps.every((step) => step.name !== name))
if (values.help === true || unknown.length > 0) {
  console.log(unknown.length > 0 ? `There is no step called ${unknown.join(', ')}.\n\n${usage}` : usage)
  process.exit(unknown.length > 0 ? 2 : 0)
}

await mkdir(folder, { recursive: true })
const summary: string[] = []
for (const step of steps) {
  if (positionals.length > 0 && !positionals.includes(step.name)) continue
  console.log(`${step.name}: ${step.about} …`)
  const { passed, minutes } = await perform(step)
  const line = `${passed ? 'passed' : 'FAILED'}  ${step.name.padEnd(16)} ${minutes.toFixed(1).padStart(6)} min  .verify/${step.name}.log`
  summary.push(line)
  console.log(line)
  if (!passed) process.exitCode = 1
}
await writeFile(path.join(folder, 'summary.txt'), `${summary.join('\n')}\n`)
console.log(`\n${summary.join('\n')}`)
