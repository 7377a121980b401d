import { RemoteError } from '../adapters/nexus-api/errors.ts'
import { printableLines } from '../domain/texts/printable.ts'
import { DeclarationError, SnapshotError } from './errors.ts'
import { run } from './run.ts'

/**
 * The app of cdktf.json, for `npx cdktn synth`: what `nexus synth` does, with variables in the place of options.
 * NEXUS_SNAPSHOT names a file; without it NEXUS_URL and a credential are needed, and NEXUS_TENANTS (ids, with commas
 * between them) narrows it. NEXUS_TENANTS_DIR is a folder of declarations, and
 * NEXUS_MANUAL_CLIENTS=true adds the output `manual_clients`.
 */
const print = (line: string): void => void process.stdout.write(`${printableLines(line)}\n`)
const note = (line: string): void => void process.stderr.write(`${printableLines(line)}\n`)

try {
  const tenants = (process.env['NEXUS_TENANTS'] ?? '').split(',').filter((id) => id !== '')
  const out = process.env['CDKTF_OUTDIR'] ?? 'cdktf.out'
  if (!(await run({ tenants, out }, process.env, { print, note }))) process.exitCode = 1
} catch (error) {
  const isAnswer = [RemoteError, SnapshotError, DeclarationError].some((kind) => error instanceof kind)
  if (!isAnswer || !(error instanceof Error)) throw error
  note(`nexus: ${error.message}`)
  process.exitCode = 1
}
