import { spawnSync } from 'node:child_process'
import type { Command } from 'commander'
import { createProgram } from '../../../cli/program.ts'

/** Whether a shell can read it. */
export const shellErrors = (script: string): string =>
  spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' }).stderr

const callIn = ([, call = '']: RegExpMatchArray): string => call.trim()

/** The calls of `nexus` in a shell script, each from the first argument on, its lines joined. */
export const callsIn = (script: string): string[] =>
  script
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .flatMap((line) => Array.from(line.matchAll(/(?<![\w./-])nexus ((?:[^|;&>#)`'"]|"[^"]*"|'[^']*')+)/g), callIn))

/** What a call names that the command line does not know; undefined where it knows all of it. */
export const unknownIn = (call: string): string | undefined => {
  let command: Command = createProgram()
  for (const word of call.match(/"[^"]*"|'[^']*'|\S+/g) ?? []) {
    if (word === '…') continue
    if (word.startsWith('-')) {
      const name = word === '-detailed-exitcode' ? '--detailed-exitcode' : word.replace(/=.*$/, '')
      const known = [...command.options, ...createProgram().options].flatMap(({ short, long }) => [short, long])
      if (![...known, '-h', '--help'].includes(name)) return `${command.name()} ${name}`
    } else if (command.commands.length > 0) {
      const next = command.commands.find((one) => one.name() === word)
      if (next === undefined) return word
      command = next
    } else if (command.name() === 'database') return undefined // The rest is another program's.
  }
  return undefined
}
