// Makes lib/ from schema.json: CDK Terrain's generator writes TypeScript that Node cannot run as it is, so it is compiled.
// npm runs this at every install, on whatever Node there is; when nothing has changed it does nothing.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const here = import.meta.dirname ?? dirname(new URL(import.meta.url).pathname)
const inside = (name) => join(here, name)
const require = createRequire(import.meta.url)

/** Where a package's own package.json is; undefined where it is not installed. */
const manifestOf = (name) => {
  try {
    return require.resolve(`${name}/package.json`)
  } catch {
    return undefined
  }
}

const generator = manifestOf('@cdktn/provider-generator')
const compiler = manifestOf('typescript')
if (generator === undefined || compiler === undefined) {
  // An installation without development dependencies serves the API; only `nexus synth` needs the bindings.
  console.log('@cdktf/provider-auth0: left out, because its generator is a development dependency.')
  process.exit(0)
}

const versions = [generator, compiler].map((manifest) => JSON.parse(readFileSync(manifest, 'utf8')).version)
const sources = ['schema.json', 'generate.mjs', 'tsconfig.json'].map((name) => readFileSync(inside(name), 'utf8'))
const stamp = createHash('sha256')
  .update(JSON.stringify([versions, sources]))
  .digest('hex')
const stampFile = inside('lib/.made-from')

if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp) {
  // The generator asks for terraform's version, and for its own newest one, and uses neither.
  process.env.TERRAFORM_BINARY_NAME = 'terraform-is-not-needed'
  process.env.CDKTF_LOG_LEVEL = 'off'
  process.env.CHECKPOINT_DISABLE = '1'
  const { generateProviderBindingsFromSchema } = await import('@cdktn/provider-generator')
  for (const folder of ['.gen', 'lib']) {
    rmSync(inside(folder), { recursive: true, force: true })
    mkdirSync(inside(folder))
    // Imports without an extension, as the generator writes them, are CommonJS.
    writeFileSync(join(inside(folder), 'package.json'), '{ "type": "commonjs" }\n')
  }
  await generateProviderBindingsFromSchema(inside('.gen'), JSON.parse(sources[0]))
  const { status } = spawnSync(process.execPath, [join(dirname(compiler), 'bin', 'tsc'), '-p', here], {
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error('The generated bindings do not compile; what tsc says stands above.')
  rmSync(inside('.gen'), { recursive: true })
  writeFileSync(stampFile, stamp)
}
