import { readFileSync } from 'node:fs'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'
import { z } from 'zod'
import { jsonOf } from '../../../adapters/http/answer.ts'
import { createHttp } from '../../../adapters/http/http.ts'
import type { HttpAnswer } from '../../../adapters/http/http.ts'
import { Unreachable } from '../../../adapters/http/unreachable.ts'
import { permissions } from '../../../domain/vocabulary.ts'
import { Failure } from '../../failure.ts'
import { collect, jsonOption, wholeNumber } from '../../options.ts'
import { print, printJson } from '../../terminal/print.ts'

interface TokenOptions {
  readonly simulator: string
  readonly user: string
  readonly permission?: readonly string[]
  readonly role?: readonly string[]
  readonly product?: readonly string[]
  readonly audience?: string
  readonly expiresIn?: number
  readonly ca?: string
  readonly json?: boolean
}

const TokenAnswer = z.object({ access_token: z.string(), token_type: z.string(), expires_in: z.number() })

const permission = (raw: string, before?: readonly string[]): readonly string[] => {
  if (permissions.some((known) => known === raw)) return collect(raw, before)
  throw new InvalidArgumentError(`The permissions are: ${permissions.join(', ')}.`)
}

const simulatorUrl = (raw: string): string => {
  const url = URL.parse(raw)
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    throw new InvalidArgumentError('It must be a URL, such as http://127.0.0.1:4000.')
  return raw
}

const trust = (file: string): void => {
  try {
    setDefaultCACertificates([...getCACertificates('default'), readFileSync(file, 'utf8')])
  } catch (error) {
    throw new Failure(
      `The CA file ${file} cannot be used: ${error instanceof Error ? error.message : String(error)}`,
      'usage',
    )
  }
}

const post = async (url: URL, body: unknown): Promise<HttpAnswer> => {
  try {
    return await createHttp(process.env).ask(url.href, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      deadline: AbortSignal.timeout(10_000),
    })
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error
    const ca = error.isUntrusted ? '; name the CA file that it printed with --ca' : ''
    throw new Failure(
      `No simulator answers at ${url.origin} (${error.said}${ca}). Start one: nexus simulator --port 4000`,
      // Without --ca it will not be trusted later either.
      error.isUntrusted ? 'usage' : 'retry-later',
    )
  }
}

const run = async (options: TokenOptions): Promise<void> => {
  if (options.ca !== undefined) trust(options.ca)
  const response = await post(new URL('/_simulator/token', options.simulator), {
    sub: options.user,
    permissions: options.permission ?? [],
    roles: options.role ?? [],
    products: options.product ?? [],
    ...(options.audience === undefined ? {} : { audience: options.audience }),
    ...(options.expiresIn === undefined ? {} : { expiresIn: options.expiresIn }),
  })
  if (response.status !== 200)
    throw new Failure(
      `The simulator refused (${response.status}): ${response.body.toString('utf8').slice(0, 500)}`,
      'refused',
    )
  const answer = TokenAnswer.safeParse(jsonOf(response)).data
  if (answer === undefined)
    throw new Failure(`What answers at ${options.simulator} is not a simulator of Nexus.`, 'usage')
  if (options.json === true) printJson(answer)
  else print(answer.access_token)
}

/** `nexus token`: a demo user's Bearer token, from a running simulator. */
export const tokenCommand = (program: Command): void => {
  program
    .command('token')
    .description("get a demo user's Bearer token from a running simulator")
    .option('--simulator <url>', 'where the simulator is', simulatorUrl, 'http://127.0.0.1:4000')
    .requiredOption('--user <id>', 'user id (the claim sub)')
    .option('--permission <name>', 'a permission; may be given several times', permission)
    .option('--role <name>', 'a role that the user is a member of; may be given several times', collect)
    .option('--product <name>', "a product in the user's scope; may be given several times", collect)
    .option('--audience <text>', "the token's audience (the simulator's default: urn:nexus)")
    .option('--expires-in <seconds>', 'lifetime; a negative one has expired', wholeNumber(-31_536_000, 31_536_000))
    .option('--ca <file>', 'certificate of the CA of a simulator with --https (also: NODE_EXTRA_CA_CERTS)')
    .addOption(jsonOption('answer the whole token response, not only the token'))
    .addHelpText(
      'after',
      `
Examples:
  $ nexus token --user 'auth0|ann' --permission client.write
  $ nexus token --user 'auth0|bob' --permission client.write --role billing-admins --product Billing
  $ TOKEN=$(nexus token --simulator https://127.0.0.1:4000 --ca ca.pem --user 'auth0|eve' --expires-in 60)`,
    )
    .action(run)
}
