import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { bill } from './bill.ts'
import { bundle } from './bundled.ts'
import { compile } from './compile.ts'
import { copied } from './copied.ts'
import { manifest, writeManifest } from './manifest.ts'
import { root, staging } from './places.ts'

/**
 * Makes the package of Nexus: `npm run package [-- FOLDER]`, by default in the folder of the project. docs/adr/0037 says why it is
 * compiled, and what it brings.
 */
const [destination = root] = process.argv.slice(2)

/** So much is quickly there, whatever the network. */
const mostMegabytes = 8

const run = (script: string): void => {
  execFileSync(process.execPath, [script], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
}

run('scripts/console.mjs')
run('packages/provider-auth0/generate.mjs')
rmSync(staging, { recursive: true, force: true })
mkdirSync(staging, { recursive: true })
compile()
for (const file of copied)
  cpSync(path.join(root, file), path.join(staging, file), {
    recursive: true,
    // What Vite notes of the build.
    filter: (source) => path.basename(source) !== '.vite',
  })
bundle()
writeManifest()
writeFileSync(path.join(staging, 'sbom.cdx.json'), bill())
mkdirSync(destination, { recursive: true })
execFileSync('npm', ['pack', staging, '--pack-destination', path.resolve(destination), '--silent'])
const file = path.join(destination, `${manifest.name}-${manifest.version}.tgz`)
const megabytes = statSync(file).size / 1e6
if (megabytes > mostMegabytes) throw new Error(`${file} has ${megabytes.toFixed(1)} MB; it may have ${mostMegabytes}.`)
console.log(`${file}: ${megabytes.toFixed(1)} MB`)
