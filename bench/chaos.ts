import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbeddedServers, startRealServers } from '../test/support/local-servers.ts'
import { scenarios } from './chaos/scenarios.ts'
import type { Storage } from './chaos/scenario.ts'
import { trial } from './chaos/trial.ts'
import type { Verdict } from './chaos/trial.ts'

const usage = `npm run chaos [-- NAME…] [--seed N | --seeds N,N…] [--changes N] [--embedded] [--json FILE]

Changes go in while something goes wrong; afterwards the world is looked at. Ends by itself, 1 if anything was lost,
overtaken or left undone. "recover" is the time from the end of the fault until everything was settled, "longest wait" that
of one change from being accepted until Auth0 had it, "accepts" the time from the end of the fault until the next was accepted.

${scenarios.map(({ name, about, storages }) => `  ${name.padEnd(24)} ${about}${storages.length > 1 ? '' : ` (${storages.join()} only)`}`).join('\n')}

  --embedded     on the embedded PostgreSQL with the queue on it, instead of PostgreSQL and Redis`

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', short: 'h' },
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string' },
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
const storage: Storage = values.embedded ? 'embedded' : 'postgresql+redis'
const seeds = (values.seeds ?? values.seed).split(',').map(Number)
const wanted = scenarios.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
const elsewhere = wanted.filter(({ storages }) => !storages.includes(storage))
if (elsewhere.length > 0) console.log(`Not on ${storage}: ${elsewhere.map(({ name }) => name).join(', ')}.`)
const verdicts: Verdict[] = []
try {
  for (const seed of seeds)
    for (const scenario of wanted.filter(({ storages }) => storages.includes(storage))) {
      const verdict = await trial(local.servers, scenario, { seed, changes: Number(values.changes) })
      verdicts.push(verdict)
      console.log(
        `${verdict.sound ? 'sound ' : 'BROKEN'} ${scenario.name.padEnd(24)} seed ${seed}: ${verdict.accepted} accepted, ` +
          `${verdict.lost} lost, ${verdict.wrong} wrong (clients not as desired), ${verdict.overlapping} overlapping, ` +
          `${verdict.outdated} outdated writes; ${verdict.calls} calls, ${verdict.seconds.toFixed(1)} s, ` +
          `recover ${verdict.recover.toFixed(1)} s, longest wait ${verdict.longest.toFixed(1)} s` +
          (verdict.accepting === null ? '' : `, accepts ${verdict.accepting.toFixed(1)} s`),
      )
    }
} finally {
  await local.close()
}
const summary = { seed: seeds[0], seeds, storage, verdicts }
console.log(JSON.stringify(summary))
if (values.json !== undefined) await writeFile(path.resolve(values.json), `${JSON.stringify(summary, null, 2)}\n`)
process.exitCode = verdicts.every(({ sound }) => sound) ? 0 : 1
