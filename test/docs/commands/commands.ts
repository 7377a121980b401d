import { spawnSync } from 'node:child_process'

/** A command of a page, as somebody pastes it: complete, its continued lines included. */
export interface Command {
  readonly text: string
  /** Its lines, without empty ones and comments. */
  readonly lines: number
}

const fence = /^( *)```(?:sh|bash)\n([^]+?)^ *```/gm

/** The blocks of a page that are for a shell, without the indentation of the list that they stand in. */
export const blocksIn = (page: string): string[] =>
  [...page.matchAll(fence)].map(([, indent = '', block = '']) => block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''))

/** Whether a shell would run it, and not wait for more. */
const isComplete = (text: string): boolean => {
  const { status, stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' })
  return status === 0 && stderr === '' && !text.trimEnd().endsWith('\\')
}

const isCode = (line: string): boolean => !/^\s*(?:#|$)/.test(line)

const commandOf = (text: string): Command => ({ text, lines: text.split('\n').filter(isCode).length })

/** A block that ends its shell is a script: it is one command, in a shell of its own. */
const commandsOfBlock = (block: string): Command[] => {
  if (/^\s*exit\b/m.test(block)) return [{ ...commandOf(block), text: `(\n${block})` }]
  const commands: Command[] = []
  let pending: string[] = []
  for (const line of block.split('\n')) {
    if (pending.length === 0 && !isCode(line)) continue
    pending.push(line)
    if (!isComplete(`${pending.join('\n')}\n`)) continue
    commands.push(commandOf(pending.join('\n')))
    pending = []
  }
  if (pending.length > 0) throw new Error(`No shell runs this to its end:\n${pending.join('\n')}`)
  return commands
}

/** The commands of a page, in their order. */
export const commandsIn = (page: string): Command[] => blocksIn(page).flatMap(commandsOfBlock)
