// First: it looks at who started the process.
import '../process/ancestors.ts'
import { run } from './run.ts'
import { output } from './terminal/print.ts'

// Whoever reads the output may stop reading.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

const code = await run(process.argv.slice(2), output)
if (code !== 0) process.exitCode = code
