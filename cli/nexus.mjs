#!/usr/bin/env node
// The `nexus` command. Plain JavaScript that any Node from 20 on reads. The program itself is TypeScript in a clone, which
// Node runs as it is from 24 on, and what was compiled of it in a package, which Node refuses to run as TypeScript. Where the
// Node that runs this is too old, it starts the one that npm has put beside it, if there is one.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const folder = join(here, '..')

const clone = () => ({
  needs: '24',
  remedy: `Run \`npm ci\` in ${folder}: it installs the right one.`,
  load: () => import('./main.ts'),
  reinstall: `Run \`npm ci\` in ${folder}.`,
})

const packaged = () => ({
  needs: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).engines.node.replace('>=', ''),
  remedy: 'Install a newer one (https://nodejs.org), or one for Nexus only: `npm install node@24`.',
  load: () => import('./main.js'),
  reinstall: 'Run `npm install` where Nexus is installed.',
})

const { needs, remedy, load, reinstall } = existsSync(join(here, 'main.js')) ? packaged() : clone()

/** Whether a version of Node is no older than what this needs. */
const suffices = (version) => {
  const [[major, minor], [leastMajor, leastMinor = 0]] = [version, needs].map((text) => text.split('.').map(Number))
  return major > leastMajor || (major === leastMajor && minor >= leastMinor)
}

/** Path of the Node that npm has installed; undefined where there is none, or none that this can run on. */
const ownNode = () => {
  try {
    const manifest = createRequire(import.meta.url).resolve('node/package.json')
    const { bin, version } = JSON.parse(readFileSync(manifest, 'utf8'))
    const path = join(dirname(manifest), typeof bin === 'string' ? bin : bin.node)
    return suffices(version) && existsSync(path) ? path : undefined
  } catch {
    return undefined
  }
}

const runOn = (node) => {
  const child = spawn(node, [...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    // By this it knows that it stands in our place, and ends where we are killed.
    env: { ...process.env, NEXUS_LAUNCHER: String(process.pid) },
  })
  // At a terminal, Ctrl-C reaches the child by itself; passing it on would interrupt it twice.
  const atTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !atTerminal) child.kill(signal)
    })
  child.on('error', (error) => {
    console.error(`nexus: ${node} cannot be started (${error.message}). ${remedy}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
}

const runHere = async () => {
  try {
    await load()
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
    const name = /package '([^']+)'/.exec(error.message)?.[1] ?? 'a package'
    console.error(`nexus: ${name} is not installed. ${reinstall}`)
    process.exitCode = 1
  }
}

if (suffices(process.versions.node)) await runHere()
else {
  const node = ownNode()
  if (node !== undefined && node !== process.execPath) runOn(node)
  else {
    console.error(`nexus needs Node ${needs} or later; this is ${process.versions.node}. ${remedy}`)
    process.exitCode = 1
  }
}
