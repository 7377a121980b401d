// The page that the API serves at /console. It has packages of its own, none of which runs in production.
//   node scripts/console.mjs          installs them from their lock file, and builds the page into console/dist
//   node scripts/console.mjs types    installs them, and writes the types of the API's document, for the type check
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { npm } from './npm.mjs'

const folder = 'console'
const installed = `${folder}/node_modules/.package-lock.json`
const isFresh =
  existsSync(installed) && statSync(installed).mtimeMs >= statSync(`${folder}/package-lock.json`).mtimeMs - 1000

/** @returns npm's exit code */
const install = () =>
  isFresh
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
  })
  if (status !== 0) console.error(`${stdout}${stderr}`.trim())
  return status ?? 1
}

const types = () =>
  run('openapi-typescript/bin/cli.js', '../docs/reference/openapi.json', '-o', 'src/app/document.d.ts')
const build = () => run('vite/bin/vite.js', 'build', '--logLevel', 'warn')

const steps = process.argv[2] === 'types' ? [install, types] : [install, build]
for (const step of steps) {
  process.exitCode = await step()
  if (process.exitCode !== 0) break
}
