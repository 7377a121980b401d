import type { Command } from 'commander'
import { exitNames, exits } from '../cli/exit-codes.ts'
import { code, tableOf } from './markdown.ts'

/** Wide enough for what the helps write by hand. */
const width = 120

/** The whole help of a command, as `--help` prints it on a terminal of this width. */
const helpOf = (command: Command): string => {
  let text = ''
  command.configureOutput({
    writeOut: (part) => {
      text += part
    },
    getOutHelpWidth: () => width,
    getOutHasColors: () => false,
  })
  command.outputHelp()
  return text.trim()
}

const sections = (command: Command, path: string): string[] => [
  `## ${path}\n\n\`\`\`text\n${helpOf(command)}\n\`\`\``,
  ...command.commands.flatMap((child) => sections(child, `${path} ${child.name()}`)),
]

const codeTable = (): string =>
  tableOf([
    ['code', 'name', 'meaning'],
    ...exitNames.map((name) => [String(exits[name].code), code(name), exits[name].means]),
  ])

/** The page of every command: docs/reference/cli.md. */
export const referencePage = (program: Command): string =>
  [
    `# The command line

Every command with its options and exit codes, as \`--help\` prints them. \`npm run cli-reference\` writes this page, and a test
fails if it is out of date.

Commands that call the API take its address from \`--url\` or \`NEXUS_URL\`, and the credentials from \`NEXUS_USERNAME\` and
\`NEXUS_PASSWORD\`, or from \`NEXUS_TOKEN\` and \`NEXUS_APPLICATION_TOKEN\`. The others read the configuration (\`--config\`,
\`NEXUS_CONFIG\`, or \`nexus.yaml\`). Results go to standard output, and everything else goes to standard error. Terminals get
colours unless \`NO_COLOR\` is set.

With \`--json\` a result is one line of JSON on standard output, and so is a failure:
\`{"code": "not-found", "detail": "…", "status": 404, "type": "/problems/not-found", "errors": []}\`. \`code\` is the name of the exit
code; \`status\`, \`type\` and \`errors\` are those of the API's response, if there was one.

## Exit codes

The same reason has the same exit code in every command.

${codeTable()}`,
    ...sections(program, 'nexus'),
  ].join('\n\n') + '\n'
