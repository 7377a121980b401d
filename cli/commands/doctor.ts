import type { Command } from 'commander'
import { ProxyMisconfigured } from '../../adapters/http/proxies.ts'
import { endWith } from '../exit-codes.ts'
import { inColour } from '../terminal/colours.ts'
import type { Colour } from '../terminal/colours.ts'
import { configOption, jsonOption } from '../options.ts'
import { printable } from '../../domain/texts/printable.ts'
import { countText } from '../terminal/readable.ts'
import { fail, ok } from '../../domain/finding.ts'
import type { Finding, Level } from '../../domain/finding.ts'
import { print, printJson } from '../terminal/print.ts'

interface Flags {
  readonly config?: string
  readonly json?: boolean
}

const colours: Readonly<Record<Level, Colour>> = { ok: 'green', warn: 'yellow', fail: 'red' }

/** What is looked at, one finding for each thing; a configuration with mistakes is all that can be looked at. */
const findings = async (config: string | undefined): Promise<Finding[]> => {
  const { configurationPath, loadConfiguration } = await import('../../adapters/config/load.ts')
  const { createHttp } = await import('../../adapters/http/http.ts')
  const { ConfigurationError } = await import('../../adapters/config/problems.ts')
  const file = configurationPath(config, process.env)
  try {
    const configuration = loadConfiguration({ file, env: process.env })
    const { examine } = await import('../doctor/examine.ts')
    const http = createHttp(process.env)
    return [ok('configuration', `${file} is fine.`), ...(await examine(configuration, http))]
  } catch (error) {
    if (error instanceof ProxyMisconfigured) return [fail('proxy', error.said, error.remedy)]
    if (!(error instanceof ConfigurationError)) throw error
    return error.problems.map(({ path, line, message }) =>
      fail(
        'configuration',
        [file, line === null ? '' : `line ${line}`, path].filter((one) => one !== '').join(', '),
        message,
      ),
    )
  }
}

const linesOf = ({ about, level, said, remedy }: Finding, width: number): string[] => [
  `${inColour(colours[level], level.padEnd(4))}  ${about.padEnd(width)}  ${printable(said)}`,
  ...(remedy === null ? [] : [`${' '.repeat(width + 8)}→ ${printable(remedy)}`]),
]

const run = async ({ config, json }: Flags): Promise<void> => {
  const found = await findings(config)
  const count = (wanted: Level): number => found.filter(({ level }) => level === wanted).length
  const [failures, warnings] = [count('fail'), count('warn')]
  if (failures > 0) endWith('failed')
  if (json === true) return printJson({ ok: failures === 0, findings: found })
  const width = Math.max(...found.map(({ about }) => about.length))
  const summary =
    failures + warnings === 0
      ? 'Everything is fine.'
      : `${countText(failures, 'failure')}, ${countText(warnings, 'warning')}.`
  print([...found.flatMap((finding) => linesOf(finding, width)), '', summary].join('\n'))
}

/** `nexus doctor`: what stands in the way of an installation, and what to do. */
export const doctorCommand = (program: Command): void => {
  program
    .command('doctor')
    .description('check the configuration and everything it names; say what is wrong and what to do')
    .addOption(configOption())
    .addOption(jsonOption('print {"ok": …, "findings": […]} as one line of JSON'))
    .addHelpText(
      'after',
      `
It looks at the configuration, the database (version, schema, rights, standbys, the way past a pooler), Redis (version,
settings), the credential of each tenant and its scopes, the keys of each issuer, the proxies and CAs that lead there, the
clocks, the keys of Terraform states and the API's port. It changes nothing, costs each tenant one token, and never prints a
secret. Run it where Nexus runs, with the same environment.

Examples:
  $ nexus doctor
  $ nexus doctor --config /etc/nexus/nexus.yaml
  $ nexus doctor --json | jq '.findings[] | select(.level != "ok")'`,
    )
    .action(run)
}
