// The page that the API serves at /console. It has packages of its own, none of which runs in production.
//   node scripts/console.mjs          installs them from their lock file, and builds the page into console/dist
//   node scripts/console.mjs types    installs them, and writes the types of the API's document, for the type check
// What is there already and no older than what it is made of is left as it is.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { npm } from './npm.mjs'

const folder = 'console'

/** When the newest of these files and folders was written, in milliseconds. */
const newest = (...paths) => {
  const within = paths.flatMap((path) =>
    statSync(path).isDirectory()
      ? readdirSync(path, { encoding: 'utf8', recursive: true }).map((name) => `${path}/${name}`)
      : [],
  )
  return Math.max(...paths.concat(within).map((path) => statSync(path).mtimeMs))
}

/** @returns whether the file is there, and no older than what it is made of */
const isFresh = (file, ...sources) => existsSync(file) && statSync(file).mtimeMs >= newest(...sources) - 1000

/** @returns npm's exit code */
const install = () =>
  isFresh(`${folder}/node_modules/.package-lock.json`, `${folder}/package-lock.json`)
    ? 0
    : npm({
        what: 'what the console is built of: 30 MB to download',
        packages: 85,
        parameters: ['ci', '--prefix', folder],
      })

/** @returns the exit code of a program of the console's packages */
const run = (program, ...parameters) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`node_modules/${program}`, ...parameters], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NODE_ENV: 'production' },
  })
  if (status !== 0) console.error(`${stdout}${stderr}`.trim())
  return status ?? 1
}

const document = 'docs/reference/openapi.json'
const types = () =>
  isFresh(`${folder}/src/app/document.d.ts`, document)
    ? 0
    : run('openapi-typescript/bin/cli.js', `../${document}`, '-o', 'src/app/document.d.ts')

const sources = ['src', 'index.html', 'vite.config.ts', 'package-lock.json'].map((name) => `${folder}/${name}`)
const build = () =>
  isFresh(`${folder}/dist/index.html`, ...sources) ? 0 : run('vite/bin/vite.js', 'build', '--logLevel', 'warn')

const steps = process.argv[2] === 'types' ? [install, types] : [install, build]
for (const step of steps) {
  process.exitCode = await step()
  if (process.exitCode !== 0) break
}
