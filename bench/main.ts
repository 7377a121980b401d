import { parseArgs } from 'node:util'
import { backlog } from './backlog/backlog.ts'
import { bounded } from './bounded.ts'
import { callCosts } from './calls.ts'
import { consolePage } from './console/console.ts'
import { besideDeployCli } from './deploy-cli.ts'
import { hostile } from './hostile/hostile.ts'
import { latency } from './latency.ts'
import { limits } from './limits.ts'
import { reads } from './reads.ts'
import { refusal } from './refusal.ts'
import { begin, record } from './record.ts'
import { lineOf } from './report.ts'
import type { Bench, Row } from './report.ts'
import { roundTrips } from './round-trips/round-trips.ts'
import { signIn } from './sign-in.ts'
import { synthesis } from './stacks.ts'
import { starve } from './starve.ts'
import { tenants } from './tenants/tenants.ts'
import { throughput } from './throughput/throughput.ts'
import { traces } from './throughput/traces.ts'

/**
 * Speed and cost, as figures beside a rival or a limit of the same run.
 */
const benches: Readonly<Record<string, { readonly about: string; readonly run: Bench }>> = {
  calls: { about: 'calls to Auth0: of a scan, of changes, of changes that change nothing', run: callCosts },
  refusal: { about: 'one refused change among twenty for the same client', run: refusal },
  'deploy-cli': { about: 'the same work by the auth0 deploy CLI and by Nexus', run: besideDeployCli },
  limits: { about: 'time for many changes under the limits of each plan, beside the least possible', run: limits },
  starve: { about: 'two changes beside 300 readings of clients that do not exist, on the smallest plan', run: starve },
  latency: { about: 'PATCH → 200 at one caller, beside the bare SDK', run: latency },
  'round-trips': {
    about: 'SQL statements and Redis commands of one PATCH → 200, counted by the servers',
    run: roundTrips,
  },
  throughput: {
    about: 'how much Nexus does: answers and changes a second, beside the bare SDK and the bare database',
    run: throughput,
  },
  traces: { about: 'the main job with traces, beside the same without them', run: traces },
  tenants: { about: 'what more workers give; what one throttled tenant takes from 99 others', run: tenants },
  backlog: { about: '100,000 changes that wait in one tenant: memory, and the wait of another tenant', run: backlog },
  synth: { about: 'Terraform stacks of a tenant with 1,000 clients: time, memory, bytes', run: synthesis },
  hostile: {
    about: 'inputs at their limits that hurt: how time grows, how long the event loop stands still',
    run: hostile,
  },
  'sign-in': { about: 'signing in by name and password while 200 others a second guess', run: signIn },
  bounded: { about: '20,000 cheap requests of each kind: rows, memory and lines of log that they leave', run: bounded },
  reads: { about: 'pages of lists in a tenant of 100,000 clients', run: reads },
  console: { about: 'the console in a browser: what it loads, and a list of 10,000 clients', run: consolePage },
}

const usage = `npm run bench [-- NAME…] [--json FILE] [--beside DIRECTORY]

${Object.entries(benches)
  .map(([name, { about }]) => `  ${name.padEnd(12)} ${about}`)
  .join('\n')}

Without a name all of them run.

  --json FILE         also write the figures into a file, with the machine, the commit and the date
  --beside DIRECTORY  a checkout of another commit, ready to run, that "throughput" measures beside this one`

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', short: 'h' }, json: { type: 'string' }, beside: { type: 'string' } },
})
// Ended by a signal, a process would not say so to those that it has started.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
const unknown = positionals.filter((name) => !(name in benches))
if (values.help === true || unknown.length > 0) {
  console.log(unknown.length > 0 ? `There is no bench called ${unknown.join(', ')}.\n\n${usage}` : usage)
  process.exitCode = unknown.length > 0 ? 1 : 0
} else {
  for (const [name, { about, run }] of Object.entries(benches))
    if (positionals.length === 0 || positionals.includes(name)) {
      console.log(`\n${name}: ${about}`)
      const begun = begin(about)
      const rows: Row[] = []
      await run((row) => {
        console.log(lineOf(row))
        rows.push(row)
      }, values)
      // After each: what was measured stays, if a later one fails.
      if (values.json !== undefined) record(values.json, name, { ...begun, rows })
    }
}
