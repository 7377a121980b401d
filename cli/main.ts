// First: it looks at who started the process.
import '../process/ancestors.ts'
import { printableLines } from '../domain/texts/printable.ts'
import { run } from './run.ts'

// Whoever reads the output may stop reading.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

const code = await run(process.argv.slice(2), {
  out: (text) => void process.stdout.write(printableLines(text)),
  err: (text) => void process.stderr.write(printableLines(text)),
})
if (code !== 0) process.exitCode = code
