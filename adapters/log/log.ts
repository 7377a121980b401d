import { pino } from 'pino'
import type { DestinationStream, Logger } from 'pino'
import { printableJson } from '../../domain/texts/printable.ts'
import { describeError } from './errors.ts'
import { createFolding, kindOf } from './folding.ts'
import type { Folding } from './folding.ts'

/** A log of JSON lines. */
export type Log = Logger

/** Members that never reach the log, wherever a caller put them. */
const redacted = [
  'authorization',
  'secret',
  'password',
  'token',
  'client_secret',
  'clientSecret',
  'access_token',
  'headers.authorization',
  'headers.cookie',
  'headers["x-application-token"]',
].flatMap((path) => [path, `*.${path}`])

/** Whoever has logged a fatal fault ends: that line is written whatever came before. */
const levels = { folded: pino.levels.values['warn'] ?? 40, never: pino.levels.values['fatal'] ?? 60 }

/**
 * Warnings and errors of one kind are one line a minute, with the number of those that followed (`repeated`): no fault
 * fills a disk, however often it comes. An error is told without what a library hangs on it.
 *
 * @param level pino's names of levels; `silent` for none
 * @param to where the lines go; the standard output unless given
 * @param more what else a line says, asked as it is written
 */
export const createLog = (
  level: string,
  to?: DestinationStream,
  folding: Folding = createFolding(),
  more?: () => Readonly<Record<string, string>>,
): Log => {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: redacted, censor: '[redacted]' },
    serializers: { err: describeError, error: describeError },
    hooks: { logMethod: folded(folding) },
    ...(more && { mixin: more }),
  }
  const lines = to ?? pino.destination(1)
  // JSON escapes C0 only: names, locks and user ids stand in these lines, and terminals show them.
  return pino(options, { write: (line) => lines.write(printableJson(line)) })
}

type LogMethod = NonNullable<NonNullable<Parameters<typeof pino>[0] & object>['hooks']>['logMethod']

const folded = (folding: Folding): NonNullable<LogMethod> =>
  function (args, method, level) {
    const [members, message] = lineOf(args)
    const kind = level >= levels.folded && level < levels.never ? kindOf(members, message) : null
    const summarise = (repeated: number, kindIsKnown: boolean): void => {
      const first = kindIsKnown ? members : {}
      method.apply(this, [
        { ...first, repeated },
        kindIsKnown ? message : 'further faults, too many kinds to tell apart',
      ])
    }
    if (kind === null || folding.admit(`${level} ${kind}`, summarise)) method.apply(this, args)
  }

/** What a call of the log is made of: an error, or members, and a message. */
const lineOf = (args: readonly unknown[]): [Readonly<Record<string, unknown>>, string] => {
  const [first, second] = args
  if (first instanceof Error) return [{ err: first }, typeof second === 'string' ? second : first.message]
  if (typeof first === 'object' && first !== null) return [{ ...first }, typeof second === 'string' ? second : '']
  return [{}, String(first)]
}
