import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbeddedServers, startRealServers } from '../test/support/local-servers.ts'
import { scenarios } from './chaos/scenarios.ts'
import { trial } from './chaos/trial.ts'
import type { Verdict } from './chaos/trial.ts'

const usage = `npm run chaos [-- NAME…] [--seed N] [--changes N] [--embedded] [--json FILE]

Changes go in while something goes wrong; afterwards the world is looked at. Ends by itself, 1 if anything was lost,
overtaken or left undone.

${scenarios.map(({ name, about }) => `  ${name.padEnd(14)} ${about}`).join('\n')}

  --embedded     on the embedded PostgreSQL with the queue on it, instead of PostgreSQL and Redis`

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', short: 'h' },
    seed: { type: 'string', default: '1' },
    changes: { type: 'string', default: '1000' },
    embedded: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
})

const unknown = positionals.filter((name) => scenarios.every((scenario) => scenario.name !== name))
if (values.help === true || unknown.length > 0) {
  console.log(unknown.length > 0 ? `There is no scenario called ${unknown.join(', ')}.\n\n${usage}` : usage)
  process.exit(unknown.length > 0 ? 1 : 0)
}

const local = values.embedded ? await startEmbeddedServers() : await startRealServers()
if ('missing' in local) {
  console.error(`${local.missing}; or give --embedded.`)
  process.exit(1)
}
const verdicts: Verdict[] = []
try {
  for (const scenario of scenarios) {
    if (positionals.length > 0 && !positionals.includes(scenario.name)) continue
    const verdict = await trial(local.servers, scenario, { seed: Number(values.seed), changes: Number(values.changes) })
    verdicts.push(verdict)
    console.log(
      `${verdict.sound ? 'sound ' : 'BROKEN'} ${scenario.name.padEnd(14)} ${verdict.accepted} accepted, ${verdict.lost} lost, ` +
        `${verdict.wrong} clients not as desired, ${verdict.overlapping} overlapping, ${verdict.outdated} outdated writes; ` +
        `${verdict.calls} calls, ${verdict.seconds.toFixed(1)} s`,
    )
  }
} finally {
  await local.close()
}
const summary = { seed: Number(values.seed), storage: values.embedded ? 'embedded' : 'postgresql+redis', verdicts }
console.log(JSON.stringify(summary))
if (values.json !== undefined) await writeFile(path.resolve(values.json), `${JSON.stringify(summary, null, 2)}\n`)
process.exitCode = verdicts.every(({ sound }) => sound) ? 0 : 1
