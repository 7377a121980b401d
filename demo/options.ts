import { parseArgs } from 'node:util'

export interface Options {
  readonly help: boolean
  /** End after the walk-through. */
  readonly once: boolean
  /** Of the API; 0 for any free one. */
  readonly port: number
}

export const help = `npm run demo -- [options]

Starts two simulated Auth0 tenants, an embedded PostgreSQL with the queue on it, and Nexus' API and worker, in one
process; performs the main job with real HTTP requests and shows what Auth0 holds before and after; then keeps serving,
for you to try. Nothing outside of .nexus/demo is written, and no tenant of yours is touched. Your configuration, your
declarations in stacks/tenants, NEXUS_* variables and running servers do not affect the demo, nor it them.

  --once         end after the walk-through, with 1 if anything was not as it should be
  --port <n>     where the API listens; any free port unless given
  -h, --help     this text

Colours are used on terminals only; NO_COLOR=1 switches them off.`

/** Reads the command line. @throws Error with a message for people */
export const optionsOf = (args: readonly string[]): Options => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      once: { type: 'boolean', default: false },
      port: { type: 'string', default: '0' },
    },
  })
  const port = /^\d{1,5}$/.test(values.port) ? Number(values.port) : Number.NaN
  if (!(port <= 65_535)) throw new Error('--port must be a whole number from 0 to 65535')
  return { help: values.help, once: values.once, port }
}

/** What went wrong, with what lies behind it. */
export const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message
}
