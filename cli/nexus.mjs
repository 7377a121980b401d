#!/usr/bin/env node
// The `nexus` command. Plain JavaScript that any Node from 20 on reads: the program itself is TypeScript, which Node
// runs as it is from 24 on. On an older Node this starts the one that `npm ci` has put into node_modules.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const wanted = 24

/** Path of the project's own Node; undefined where it is not installed. */
const ownNode = () => {
  try {
    const manifest = createRequire(import.meta.url).resolve('node/package.json')
    const { bin } = JSON.parse(readFileSync(manifest, 'utf8'))
    const path = join(dirname(manifest), typeof bin === 'string' ? bin : bin.node)
    return existsSync(path) ? path : undefined
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
    console.error(`nexus: ${node} cannot be started (${error.message}). Run \`npm ci\` in ${folder}.`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
}

const folder = join(dirname(fileURLToPath(import.meta.url)), '..')

const runHere = async () => {
  try {
    await import('./main.ts')
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
    const name = /package '([^']+)'/.exec(error.message)?.[1] ?? 'a package'
    console.error(`nexus: ${name} is not installed. Run \`npm ci\` in ${folder}.`)
    process.exitCode = 1
  }
}

if (Number(process.versions.node.split('.')[0]) >= wanted) await runHere()
else {
  const node = ownNode()
  if (node !== undefined && node !== process.execPath) runOn(node)
  else {
    console.error(
      `nexus needs Node ${wanted} or later; this is ${process.versions.node}. Run \`npm ci\` in ` +
        `${folder}: it installs the right one.`,
    )
    process.exitCode = 1
  }
}
