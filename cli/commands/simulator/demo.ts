import type { Command } from 'commander'
import { endWith } from '../../exit-codes.ts'
import { Failure } from '../../failure.ts'
import { wholeNumber } from '../../options.ts'

interface DemoFlags {
  readonly once?: boolean
  readonly port: number
}

const play = async ({ once = false, port }: DemoFlags): Promise<void> => {
  const { leaveSurroundings } = await import('../../../demo/surroundings.ts')
  leaveSurroundings(process.env)
  const { messageOf } = await import('../../../demo/checks.ts')
  const { show } = await import('../../../demo/show.ts')
  try {
    if (!(await show({ once, port }))) endWith('failed')
  } catch (error) {
    const message = `The demo cannot run: ${messageOf(error)}. \`nexus demo --help\` says what it can do.`
    throw new Failure(message, 'failed', { cause: error })
  }
}

/** `nexus demo`: the main use case on simulated tenants. `npm run demo` is the same. */
export const demoCommand = (program: Command): void => {
  program
    .command('demo')
    .description('see it work: the main use case on two simulated tenants, and then yours to try')
    .option('--once', 'end after the walk-through, with 1 if anything was not as it should be')
    .option('-p, --port <number>', 'where the API listens; 0 takes any free one', wholeNumber(0, 65_535), 0)
    .addHelpText(
      'after',
      `
Starts two simulated Auth0 tenants, an embedded PostgreSQL with the queue on it, and Nexus' API and worker, in one
process; performs the main job with real HTTP requests and shows what Auth0 holds before and after; then keeps serving,
for you to try. Nothing outside of .nexus/demo is written, and no tenant of yours is touched. Your configuration, your
declarations in stacks/tenants, NEXUS_* variables and running servers do not affect the demo, nor it them.

Colours are used on terminals only; NO_COLOR=1 switches them off.

Examples:
  $ nexus demo
  $ nexus demo --once
  $ nexus demo --port 8080`,
    )
    .action(play)
}
