import { writeFileSync } from 'node:fs'
import { Option } from 'commander'
import type { Command } from 'commander'
import { plans } from '../../domain/limits/budget.ts'
import type { PlanName } from '../../domain/limits/budget.ts'
import { Failure } from '../failure.ts'
import { configurationText, variablesOf } from '../setup/first-configuration.ts'
import type { Choices, Variable } from '../setup/first-configuration.ts'
import { jsonOption } from '../options.ts'
import { answersTo, questions } from '../setup/questions.ts'
import type { Answers, Given } from '../setup/questions.ts'
import { print, printJson } from '../terminal/print.ts'
import { codeOf } from '../../domain/shape.ts'

interface Flags extends Given {
  readonly out: string
  readonly force?: boolean
  readonly json?: boolean
}

const choicesOf = (answers: Answers, flags: Flags): Choices => ({
  tenant: answers.tenant,
  domain: answers.domain,
  allowInsecure: flags.allowInsecure === true,
  plan: plans.find((plan): plan is PlanName => plan === answers.plan) ?? 'free',
  clientIdVariable: answers.clientIdEnv,
  clientSecretVariable: answers.clientSecretEnv,
  issuer: answers.issuer === 'none' ? null : answers.issuer,
  audience: answers.audience,
  port: Number(answers.port),
  databaseVariable: answers.database === 'url' ? answers.databaseEnv : null,
})

/** Values that the schema takes in the place of the secrets. */
const standIns = async (variables: readonly Variable[]): Promise<Readonly<Record<string, string>>> => {
  const { hashPassword } = await import('../../adapters/credentials/passwords.ts')
  const hash = await hashPassword('a stand-in')
  return Object.fromEntries(
    variables.map(({ name }) => {
      if (name.endsWith('_PASSWORD_HASH')) return [name, hash]
      return [name, name.endsWith('_SHA256') ? '0'.repeat(64) : 'postgres://stand-in/nexus']
    }),
  )
}

/** @throws Failure where the file is there already */
const write = (file: string, text: string, force: boolean): void => {
  try {
    writeFileSync(file, text, { flag: force ? 'w' : 'wx' })
  } catch (error) {
    const code = codeOf(error) ?? 'unknown'
    if (code === 'EEXIST')
      throw new Failure(`${file} exists already. Choose another with --out, or overwrite it with --force.`, 'refused')
    throw new Failure(`${file} cannot be written (${code}). Name another file with --out.`)
  }
}

const run = async (flags: Flags): Promise<void> => {
  const choices = choicesOf(await answersTo(flags), flags)
  const [text, variables] = [configurationText(choices), variablesOf(choices)]
  const { parseConfiguration } = await import('../../adapters/config/load.ts')
  parseConfiguration(text, { file: flags.out, env: await standIns(variables) })
  write(flags.out, text, flags.force === true)
  if (flags.json === true) return printJson({ file: flags.out, variables })
  const width = Math.max(...variables.map(({ name }) => name.length))
  print(`${flags.out} is written. It refers to these variables; put them into a .env, between the quotes, and
commit it nowhere:

${variables.map(({ name, what }) => `${`${name}=''`.padEnd(width + 3)}  # ${what}`).join('\n')}

Then:

  set -a; . ./.env; set +a
  npx nexus config check
  npx nexus doctor
  npx nexus start`)
}

/** `nexus init`: a first configuration. */
export const initCommand = (program: Command): void => {
  const command = program
    .command('init')
    .description('write a first nexus.yaml; ask for everything that no option gives')
  for (const { option, text, usual } of Object.values(questions)) {
    const known = usual({ tenant: '<tenant>', domain: '<domain>' })
    command.addOption(
      new Option(
        option,
        `${text.charAt(0).toLowerCase()}${text.slice(1)}${known === undefined ? '' : `; otherwise ${known}`}`,
      ),
    )
  }
  command
    .option('--allow-insecure', 'the tenant is a simulator: its domain may have a port and http://')
    .option('-o, --out <file>', 'where it is written', 'nexus.yaml')
    .option('--force', 'overwrite the file if it exists')
    .option('-y, --yes', 'do not ask: use the defaults')
    .addOption(jsonOption('print {"file": …, "variables": […]} as one line of JSON'))
    .addHelpText(
      'after',
      `
No secret is asked for or written: the file refers to environment variables, which are listed at the end. Without a
terminal, --tenant and --domain are required.

Examples:
  $ nexus init
  $ nexus init --tenant acme --domain acme.eu.auth0.com --plan self-service --yes
  $ nexus init --tenant sandbox --domain http://127.0.0.1:4000 --allow-insecure --plan none --out sandbox.yaml --yes`,
    )
    .action(run)
}
