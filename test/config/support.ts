import { expect } from 'vitest'
import { parseConfiguration } from '../../adapters/config/load.ts'
import { ConfigurationError } from '../../adapters/config/problems.ts'
import type { Problem } from '../../adapters/config/problems.ts'

/** A text that has `part` in it, for comparisons. */
export const containing = (part: string): unknown => expect.stringContaining(part)

/** The least that a configuration needs. */
export const least = `
tenants:
  - id: acme
    domain: acme.eu.auth0.com
    credential: { clientId: nexus, clientSecret: hush }
`

export const parse = (text: string, env: Record<string, string> = {}) =>
  parseConfiguration(text, { file: 'nexus.yaml', env })

/** The problems of a text; none where it is fine. */
export const problemsOf = (text: string, env: Record<string, string> = {}): readonly Problem[] => {
  try {
    parse(text, env)
    return []
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems
    throw error
  }
}

/** A hash of the right form, of no password. */
export const hash = `scrypt$32768$8$1$${'A'.repeat(22)}==$${'A'.repeat(43)}=`

/** A configuration with a service account. */
export const account = `${least}
serviceAccounts:
  - { name: ci, permissions: [client.read], tenants: [acme], passwordHash: ${hash} }`

/** An application token whose hash is one digit over and over. */
export const token = (name: string, digit: string): string =>
  `{ name: ${name}, sha256: ${digit.repeat(64)}, tenants: '*' }`
