import type { Command } from 'commander'

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

/** The page of every command: docs/reference/cli.md. */
export const referencePage = (program: Command): string =>
  [
    `# The command line

Every command with its options and exit codes: what \`--help\` prints. Written by \`npm run cli-reference\`; a test fails where
this page is old.

Commands that ask the API take its address from \`--url\` or \`NEXUS_URL\`, and the credentials from \`NEXUS_USERNAME\` with
\`NEXUS_PASSWORD\`, or from \`NEXUS_TOKEN\` with \`NEXUS_APPLICATION_TOKEN\`; the others read the configuration (\`--config\`,
\`NEXUS_CONFIG\`, otherwise \`nexus.yaml\`). What a person asked for goes to standard output, everything beside it to standard
error; with \`--json\` an answer is one line of JSON. Colours are for terminals, and \`NO_COLOR\` turns them off.`,
    ...sections(program, 'nexus'),
  ].join('\n\n') + '\n'
