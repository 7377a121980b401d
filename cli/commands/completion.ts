import { Argument } from 'commander'
import type { Command } from 'commander'
import { print } from '../terminal/print.ts'

/** The words that can follow a command: those below it, and its options. */
const wordsOf = (command: Command): string[] => [
  ...command.commands.map((child) => child.name()),
  ...command.options.flatMap(({ long }) => long ?? []),
  '--help',
]

/** A case for each command by its path; the root is the empty path. */
const casesOf = (command: Command, path = ''): string[] => [
  `    '${path}') words='${wordsOf(command).join(' ')}' ;;`,
  ...command.commands.flatMap((child) => casesOf(child, `${path} ${child.name()}`.trim())),
]

/** A script for bash (3.2 or later) that completes the words of the program, and names of files elsewhere. */
export const bashCompletion = (
  program: Command,
): string => `# Completion of nexus for bash: source <(nexus completion bash)
_nexus() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path='' words='' word next
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    next="\${path:+$path }$word"
    case "$next" in
${paths(program)
  .map((path) => `      '${path}') path="$next" ;;`)
  .join('\n')}
    esac
  done
  case "$path" in
${casesOf(program).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _nexus nexus`

const paths = (command: Command, path = ''): string[] =>
  command.commands.flatMap((child) => {
    const here = `${path} ${child.name()}`.trim()
    return [here, ...paths(child, here)]
  })

/** `nexus completion bash`. */
export const completionCommand = (program: Command): void => {
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash']))
    .description('print a script that completes commands and options in the shell')
    .addHelpText(
      'after',
      `
Examples:
  $ source <(nexus completion bash)
  $ nexus completion bash > ~/.local/share/bash-completion/completions/nexus`,
    )
    .action(() => print(bashCompletion(program)))
}
