// Runs on whatever Node a newcomer has: installs from the lock file when it is newer than what is installed.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'

const installed = 'node_modules/.package-lock.json'
const fresh = existsSync(installed) && statSync(installed).mtimeMs >= statSync('package-lock.json').mtimeMs - 1000

if (!fresh) {
  console.log('Installing what the project needs (npm ci); this happens once …')
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status !== 0) {
    console.error('npm ci failed; its messages stand above. Nexus needs Node 20 or later and npm 10 or later.')
    process.exit(status ?? 1)
  }
}
