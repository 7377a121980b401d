import type { Command } from 'commander'
import { Failure } from '../failure.ts'
import { jsonOption } from '../options.ts'
import { readSecret } from '../terminal/secret-input.ts'
import { print, printJson } from '../terminal/print.ts'

/** The configuration holds a token's plain SHA-256, which is safe only for tokens that nobody could guess. */
const leastTokenLength = 24

const hashPasswordCommand = (hash: Command): void => {
  hash
    .command('password')
    .description("create a service account's passwordHash")
    .option('--generate', 'create a random password as well, and print it this once')
    .addOption(jsonOption('answer {"passwordHash": …}, with --generate also "password"'))
    .addHelpText(
      'after',
      `
Without --generate the password is read from standard input, or asked for without showing it. A password that somebody chose
is hashed by scrypt, which is slow to verify on purpose; one that Nexus made (nxs_…) by a keyed SHA-256, which is fast to
verify. Prefer --generate for machines.

Examples:
  $ nexus hash password --generate
  $ nexus hash password
  $ printf %s "$CI_PASSWORD" | nexus hash password`,
    )
    .action(async ({ generate, json }: { generate?: boolean; json?: boolean }) => {
      const { hashPassword } = await import('../../adapters/credentials/passwords.ts')
      const { hashIssuedPassword, isIssuedPassword, issuePassword } =
        await import('../../adapters/passwords/issued-password.ts')
      const password = generate === true ? issuePassword() : await readSecret('password')
      const passwordHash = isIssuedPassword(password) ? hashIssuedPassword(password) : await hashPassword(password)
      if (json === true) printJson(generate === true ? { password, passwordHash } : { passwordHash })
      else if (generate === true)
        print(
          `password      ${password}\npasswordHash  ${passwordHash}\n\nGive the password to the machine, the passwordHash to the configuration.`,
        )
      else print(passwordHash)
    })
}

const readToken = async (): Promise<string> => {
  const token = await readSecret('token')
  if (!/^[\u0021-\u007e]+$/.test(token))
    throw new Failure('A token may hold printable ASCII without spaces only.', 'usage')
  if (token.length < leastTokenLength)
    throw new Failure(
      `A token of ${token.length} characters could be guessed; use at least ${leastTokenLength} random ones, or --generate.`,
      'usage',
    )
  return token
}

const hashTokenCommand = (hash: Command): void => {
  hash
    .command('token')
    .description("create an application token's sha256")
    .option('--generate', 'create a random token as well, and print it this once')
    .addOption(jsonOption('answer {"sha256": …}, with --generate also "token"'))
    .addHelpText(
      'after',
      `
Without --generate the token is read from standard input, or asked for without showing it.

Examples:
  $ nexus hash token --generate
  $ nexus hash token --generate --json | jq -r .sha256
  $ printf %s "$TOKEN" | nexus hash token`,
    )
    .action(async ({ generate, json }: { generate?: boolean; json?: boolean }) => {
      const { hashToken, issueToken } = await import('../../adapters/credentials/application-tokens.ts')
      const token = generate === true ? issueToken() : await readToken()
      const sha256 = hashToken(token)
      if (json === true) printJson(generate === true ? { token, sha256 } : { sha256 })
      else if (generate === true)
        print(
          `token   ${token}\nsha256  ${sha256}\n\nGive the token to the application, the sha256 to the configuration.`,
        )
      else print(sha256)
    })
}

/** `nexus hash password|token`: what the configuration holds instead of a secret. */
export const hashCommand = (program: Command): void => {
  const hash = program
    .command('hash')
    .description('create the hashes that the configuration contains instead of secrets')
    .addHelpText('after', '\nExamples:\n  $ nexus hash password --generate\n  $ nexus hash token --generate')
  hashPasswordCommand(hash)
  hashTokenCommand(hash)
}
