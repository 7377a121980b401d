import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** A Node on this machine that is too old to run TypeScript, as a newcomer has it; undefined where there is none. */
export const oldNode = [...(process.env['PATH'] ?? '').split(':'), '/usr/bin', '/usr/local/bin']
  .map((directory) => join(directory, 'node'))
  .find((node) => {
    const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' })
    const major = Number(/^v(\d+)\./.exec(stdout)?.[1] ?? 0)
    return major >= 20 && major < 24
  })
