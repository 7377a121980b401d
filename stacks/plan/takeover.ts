import type { SnapshotClient } from '../../domain/terraform/snapshot.ts'
import type { MetadataKeys } from '../../domain/clients/metadata-keys.ts'
import { attributesOf, ignoredBeside, keyOf, optional, ownersKeys } from './attributes.ts'
import type { Attributes } from './attributes.ts'
import type { Declaration } from './claims.ts'
import { lossesOf, ownersLosses } from './holdings.ts'
import type { Loss } from './holdings.ts'
import { describeClient } from './known.ts'
import type { Diagnostics } from './known.ts'

/**
 * What of a declaration reaches the configuration of a client that exists: nobody loses through Terraform what they were
 * not meant to lose. Source: docs/adr/0023-what-a-declaration-does-not-give-is-not-terraforms.md.
 */

/** An existing client, as it is declared. */
interface Existing {
  readonly declaration: Declaration
  readonly client: SnapshotClient
  /** Terraform has not written it yet: it is manual, being adopted, or in the state without a declaration. */
  readonly takesOver: boolean
  /** How it authenticates is not in the state yet. */
  readonly takesCredentials: boolean
  readonly keys: MetadataKeys
}

/** Whether the declaration says that it means it. */
const isMeant = ({ replaces }: Declaration, { path }: Loss): boolean =>
  replaces.some((one) => path === one || path.startsWith(`${one}.`))

const listed = (losses: readonly Loss[]): string => losses.map(({ path, says }) => `- ${path}: ${says}`).join('\n')

/** @returns the given attributes that stay out of the configuration. Says why, and what a takeover would take. */
export const leftOutOf = (existing: Existing, diagnostics: Diagnostics): string[] => {
  const { declaration, client, keys } = existing
  refuseUnknown(declaration, diagnostics)
  const owned = attributesOf(client.owned).filter((attribute) => declaration.given[attribute] !== undefined)
  if (owned.length > 0)
    diagnostics.warn(
      `auth0_client.${declaration.name} declares ${owned.join(', ')}, which Nexus looks after now for ${describeClient(client)}: left out. Remove it from the declaration.`,
    )
  const given = Object.entries(declaration.given).filter(([attribute]) => !owned.includes(attribute))
  const losses = given.flatMap(([attribute, value]) => lossesOf(attribute, value, client, keys))
  warnOfIdle(existing, losses, diagnostics)
  if (existing.takesOver) {
    refuseTakeover(existing, losses, diagnostics)
    return owned
  }
  if (existing.takesCredentials && declaration.authenticationMethod !== null) refuseTakeover(existing, [], diagnostics)
  return [...owned, ...keptFromOwners(existing, Object.fromEntries(given), diagnostics)].sort()
}

/** What Auth0 would lose of how the client authenticates. */
const credentialLosses = ({ declaration, client, keys }: Existing): Loss[] =>
  declaration.authenticationMethod === null
    ? []
    : lossesOf('authentication_method', declaration.authenticationMethod, client, keys)

/** A takeover names what Auth0 would lose, and is refused until the declaration says that it shall. */
const refuseTakeover = (existing: Existing, losses: readonly Loss[], diagnostics: Diagnostics): void => {
  const { declaration, client, takesOver, takesCredentials } = existing
  const what = `auth0_client.${declaration.name} takes over the ${takesOver ? 'client' : 'credentials of the client'} ${describeClient(client)}`
  if (client.observed === undefined) {
    diagnostics.refuse(
      `${what}, but the snapshot does not say what Auth0 holds of it, and what it would lose. Take a new one: nexus synth asks for it, curl with ?observed=true.`,
    )
    return
  }
  const unsaid = [...losses, ...(takesCredentials ? credentialLosses(existing) : [])].filter(
    (loss) => !isMeant(declaration, loss),
  )
  if (unsaid.length === 0) return
  diagnostics.refuse(
    `${what}, and would replace what Auth0 holds:\n${listed(unsaid)}\n` +
      `Leave out of the declaration what shall stay, or declare it as Auth0 holds it. What shall go, declare as replaced: ${replacing(unsaid)}`,
  )
}

/** The line of a declaration that says so. */
const replacing = (losses: readonly Loss[]): string =>
  `replaces: [${[...new Set(losses.map(({ path }) => `'${path}'`))].join(', ')}]`

/** Attributes with parts of their own that owners set: given in part, they would take the other parts away. */
const shared = ['client_metadata', 'mobile'] as const

/** Given attributes that stay out, because they would take from owners what they or an administrator put there. */
const keptFromOwners = (
  { declaration, client, keys }: Existing,
  given: Attributes,
  diagnostics: Diagnostics,
): string[] =>
  shared.filter((attribute) => {
    if (given[attribute] === undefined) return false
    const losses = ownersLosses(attribute, given[attribute], client, keys)
    const unsaid = losses.filter((loss) => !isMeant(declaration, loss))
    if (unsaid.length > 0)
      diagnostics.warn(
        `auth0_client.${declaration.name} declares ${attribute}, which would take from ${describeClient(client)} what its owners rely on: left out.\n` +
          `${listed(unsaid)}\n` +
          `Change it through Nexus and remove it from the declaration; or, to have Terraform take it, declare ${replacing(unsaid)}`,
      )
    return unsaid.length > 0
  })

const refuseUnknown = ({ name, replaces }: Declaration, diagnostics: Diagnostics): void => {
  const known = new Set(['name', 'authentication_method', ...optional])
  const unknown = replaces.filter((path) => !known.has(path.split('.')[0] ?? ''))
  if (unknown.length > 0)
    diagnostics.refuse(
      `auth0_client.${name} declares replaces: ${unknown.join(', ')}, which is no attribute of auth0_client.`,
    )
}

/** What was said on purpose once would be said for ever, and the next thing that an owner puts there would go. */
const warnOfIdle = (existing: Existing, losses: readonly Loss[], diagnostics: Diagnostics): void => {
  const { name, replaces } = existing.declaration
  if (existing.client.observed === undefined) return
  const all = [...losses, ...credentialLosses(existing)]
  const idle = replaces.filter((one) => !all.some(({ path }) => path === one || path.startsWith(`${one}.`)))
  if (idle.length > 0)
    diagnostics.warn(
      `auth0_client.${name} declares replaces: ${idle.join(', ')}, but there is nothing left to replace. Remove it from the declaration.`,
    )
}

/** What `ignore_changes` names for a declared client, in order. */
export const ignoredOf = (
  { given, replaces }: Declaration,
  leftOut: readonly string[],
  keys: MetadataKeys,
): string[] => {
  const written = Object.fromEntries(Object.entries(given).filter(([attribute]) => !leftOut.includes(attribute)))
  const metadata = written['client_metadata']
  if (metadata === undefined) return ignoredBeside(written)
  const named = new Set(typeof metadata === 'object' && metadata !== null ? Object.keys(metadata) : [])
  const open = ownersKeys(keys).filter(
    (key) => !named.has(key) && !replaces.some((path) => ['client_metadata', `client_metadata.${key}`].includes(path)),
  )
  return [...ignoredBeside(written), ...open.map((key) => keyOf('client_metadata', key))]
}
