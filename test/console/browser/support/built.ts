import { execFileSync } from 'node:child_process'
import path from 'node:path'

/** Builds the page of the console before anything asks for it, where it is older than its sources. */
export default (): void => {
  execFileSync(process.execPath, ['scripts/console.mjs'], {
    cwd: path.resolve(import.meta.dirname, '../../../..'),
    stdio: ['ignore', 'inherit', 'inherit'],
  })
}
