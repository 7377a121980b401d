import { statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { Redis } from 'ioredis'

/** Settings of a PostgreSQL that writes each statement of a client into its log: one line for each message that runs one. */
export const tellingStatements = [
  'log_statement=all',
  'log_line_prefix=%a|%p|',
  'log_parameter_max_length=0',
  'log_error_verbosity=terse',
]

/** Commands that a server was sent by Nexus since a mark. */
export interface Sent {
  readonly mark: () => number
  readonly since: (mark: number) => Promise<readonly string[]>
}

/** Where a line of the log begins: the program that sent it, and the process that served it. */
const lineStart = /^nexus[\w-]*\|\d+\|LOG: {2}(?:statement|execute [^:]*): /

/**
 * Statements that the connections of Nexus have sent, by the server's own log: begin, commit and each execution of a
 * statement are one each.
 */
export const statementsIn = (logFile: string): Sent => ({
  mark: () => statSync(logFile).size,
  since: async (mark) => {
    const file = await open(logFile)
    try {
      const { size } = await file.stat()
      const { buffer } = await file.read(Buffer.alloc(size - mark), 0, size - mark, mark)
      // The lines of a statement after its first begin with a tab.
      const lines = buffer.toString().replaceAll('\n\t', ' ').split('\n')
      return lines
        .filter((line) => lineStart.test(line))
        .map((line) => line.replace(lineStart, '').replaceAll(/\s+/g, ' ').trim())
    } finally {
      await file.close()
    }
  },
})

export interface Commands extends Sent {
  readonly close: () => void
}

/** What stands before a command that a script ran inside the server. */
export const ofScript = 'in a script: '

/** Commands that a Redis gets and those that its scripts run, as its MONITOR tells. */
export const commandsOf = async (redisUrl: string): Promise<Commands> => {
  const redis = new Redis(redisUrl)
  const monitor = await redis.monitor()
  const told: string[] = []
  monitor.on('monitor', (_time: string, [command = '', subject = '']: string[], source: string) => {
    // Of a script, the beginning of its name; of other commands only what they are.
    const name = command.toLowerCase()
    const script = name.startsWith('eval') ? ` ${subject.slice(0, 12)}` : ''
    told.push(`${source === 'lua' ? ofScript : ''}${name}${script}`)
  })
  return {
    mark: () => told.length,
    since: (mark) => Promise.resolve(told.slice(mark)),
    close: () => {
      monitor.disconnect()
      redis.disconnect()
    },
  }
}
