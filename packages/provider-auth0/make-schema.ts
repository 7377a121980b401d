import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import manifest from './package.json' with { type: 'json' }
import { source, strip, textOf } from './strip.ts'

const usage = `npm run bindings [-- --from FILE]

Makes packages/provider-auth0/schema.json anew, and the bindings from it: of the provider ${manifest.version} (the
version in packages/provider-auth0/package.json), which terraform downloads, or of the output of
\`terraform providers schema -json\` in FILE.`

const terraform = (directory: string, ...parameters: string[]): string => {
  try {
    return execFileSync('terraform', parameters, {
      cwd: directory,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new Error('There is no terraform program on the PATH. Install it, or give a schema: --from FILE.', {
        cause: error,
      })
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error)
    throw new Error(
      `terraform ${parameters[0]} failed; is its registry within reach? Or give a schema: --from FILE.\n\n${said.trim()}`,
      { cause: error },
    )
  }
}

/** The schema of the provider itself: needs terraform, and its registry or a mirror (TF_CLI_CONFIG_FILE). */
const fromProvider = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'nexus-bindings-'))
  try {
    const auth0 = { source: source.split('/').slice(1).join('/'), version: manifest.version }
    writeFileSync(join(directory, 'main.tf.json'), JSON.stringify({ terraform: { required_providers: { auth0 } } }))
    console.log(`Asking terraform for the schema of ${auth0.source} ${auth0.version} …`)
    terraform(directory, 'init', '-backend=false', '-input=false', '-no-color')
    return terraform(directory, 'providers', 'schema', '-json')
  } finally {
    rmSync(directory, { recursive: true })
  }
}

try {
  const { values } = parseArgs({ options: { from: { type: 'string' }, help: { type: 'boolean', short: 'h' } } })
  if (values.help === true) console.log(usage)
  else {
    const text = values.from === undefined ? fromProvider() : readFileSync(values.from, 'utf8')
    const schema = strip(JSON.parse(text), values.from === undefined ? manifest.version : undefined)
    const file = join(import.meta.dirname, 'schema.json')
    writeFileSync(file, `${textOf(schema)}\n`)
    console.log(`Wrote ${file}.`)
    execFileSync(process.execPath, [join(import.meta.dirname, 'generate.mjs')], { stdio: 'inherit' })
    console.log('Made the bindings from it.')
  }
} catch (error) {
  console.error(`bindings: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
