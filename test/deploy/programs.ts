import { spawnSync } from 'node:child_process'

/**
 * The path of a program of the machine; undefined where it has none: then its suites are skipped, with a line that says what
 * to install. In CI no suite may be skipped.
 *
 * @param remedy what to install
 * @param folder where it is looked for first
 */
export const findProgram = (name: string, remedy: string, folder?: string): string | undefined => {
  const { status, stdout } = spawnSync('sh', ['-c', `command -v ${name}`], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${folder === undefined ? '' : `${folder}:`}${process.env['PATH']}` },
  })
  if (status === 0) return stdout.trim()
  if (process.env['CI'] === 'true') throw new Error(`In CI no suite may be skipped: ${name} is missing (${remedy}).`)
  console.warn(`\nThe suites that run ${name} are skipped (${remedy}).\n`)
  return undefined
}
