import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { leastNode } from '../../scripts/package/manifest.ts'

/** The package of npm that is nothing but Node for this machine: `node`, which people install, fetches it. */
const family = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node'
const name = `${family}-${process.platform}-${process.arch}`

/** The oldest Node that the package says it runs on, from npm. @returns the folder of its program */
export const oldestNode = (folder: string): string => {
  mkdirSync(folder)
  const install = [
    'install',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--prefix',
    folder,
    `${name}@${leastNode}.0`,
  ]
  execFileSync('npm', install, { stdio: 'ignore' })
  return path.join(folder, 'node_modules', name, 'bin')
}
