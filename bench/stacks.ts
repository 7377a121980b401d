import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Bench } from './report.ts'
import type { Snapshot } from '../domain/terraform/snapshot.ts'

/** A tenant whose clients are all in one state; of thirty, one has vanished and one is to be released. */
const snapshotOf = (managed: number, leaving: boolean): Snapshot => {
  const ids = Array.from({ length: managed }, (_, index) => `client${String(index).padStart(6, '0')}`)
  return {
    format: 1,
    tenant: 'bench',
    domain: 'bench.eu.auth0.com',
    url: 'https://nexus.example.com',
    incomplete: null,
    states: [
      {
        name: 'prod',
        own: true,
        others: [],
        version: 1,
        resources: ids.map((clientId, index) => ({
          address: `auth0_client.app_${index}`,
          type: 'auth0_client',
          clientId,
          tainted: false,
          deposed: null,
        })),
      },
    ],
    clients: ids.map((id, index) => ({
      id,
      name: `Application ${index}`,
      vanished: leaving && index % 30 === 1,
      owned: ['callbackUrls', 'owners'],
      productName: 'Bench',
      owners: ['auth0|tester'],
      request: leaving && index % 30 === 2 ? { kind: 'release', state: 'prod' } : null,
    })),
  }
}

/** Declares the first `count` of them. */
const declarations = (count: number): string => `
import { NexusClient } from '${resolve('stacks/nexus-client.ts')}'
export default { prod: (stack) => {
  for (let index = 0; index < ${count}; index += 1)
    new NexusClient(stack, 'app_' + index, {
      name: 'Application ' + index, appType: 'spa', grantTypes: ['authorization_code'], oidcConformant: true,
      webOrigins: ['https://app-' + index + '.example.com'], authenticationMethod: 'none',
    })
} }`

/** At the end of the process, its largest resident set on standard error: Kibibytes. */
const tellPeak = 'data:text/javascript,process.on("exit",()=>console.error("peak="+process.resourceUsage().maxRSS))'

/** One whole `nexus synth`, from start to exit. */
const synth = async (snapshot: Snapshot, declared: number) => {
  const directory = mkdtempSync(join(tmpdir(), 'nexus-bench-stacks-'))
  try {
    const file = join(directory, 'snapshot.json')
    writeFileSync(file, JSON.stringify(snapshot))
    writeFileSync(join(directory, 'bench.ts'), declarations(declared))
    const parameters = ['--import', tellPeak, 'cli/nexus.mjs', 'synth', '-s', file, '-o', directory, '-t', directory]
    const started = performance.now()
    const child = spawn(process.execPath, parameters, { stdio: ['ignore', 'ignore', 'pipe'] })
    const said = await text(child.stderr)
    const seconds = (performance.now() - started) / 1000
    const peak = /^peak=(\d+)$/m.exec(said)?.[1]
    if (peak === undefined) throw new Error(said)
    const stack = readFileSync(join(directory, 'stacks', 'bench.prod', 'cdk.tf.json'), 'utf8')
    return { seconds, peakMiB: Number(peak) / 1024, stack }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** What a synthesis costs: `nexus synth` as a person runs it, start of the process included. */
export const synthesis: Bench = async (report) => {
  const cases = [
    { what: 'no clients', snapshot: snapshotOf(0, false), declared: 0 },
    { what: '1,000 managed clients', snapshot: snapshotOf(1000, true), declared: 0 },
    { what: '1,000 declared clients with credentials', snapshot: snapshotOf(1000, false), declared: 1000 },
    { what: '10,000 managed clients', snapshot: snapshotOf(10_000, true), declared: 0 },
  ]
  for (const { what, snapshot, declared } of cases) {
    const first = await synth(snapshot, declared)
    const second = await synth(snapshot, declared)
    report({
      name: `nexus synth, ${what}`,
      value: Math.min(first.seconds, second.seconds),
      unit: 's',
      ...(what.startsWith('1,000') && { goal: { most: 5 } }),
      beside: first.stack === second.stack ? 'the same bytes twice' : 'OTHER BYTES THE SECOND TIME',
    })
    report({ name: `its memory at most, ${what}`, value: first.peakMiB, unit: 'MiB' })
    report({ name: `its stack, ${what}`, value: first.stack.length / 1024, unit: 'KiB' })
  }
}
