import { shell } from '../../domain/terraform/shell.ts'
import type { Claim } from './claims.ts'
import { adoptedName, describeClient, isReleased } from './known.ts'
import type { Entry, Known, Diagnostics } from './known.ts'

/** What becomes of an address that the state has: each is a resource or is removed, never left unsaid. */
export type Disposition =
  | {
      readonly address: string
      readonly clientId: string
      readonly name: string
      readonly disposition: 'kept' | 'declared'
    }
  | { readonly address: string; readonly clientId: string; readonly disposition: 'released' | 'vanished' | 'forgotten' }

type DispositionKind = Disposition['disposition']

/** What becomes of every entry of the state. Says what stands in the way, with the command that clears it. */
export const dispositionsOf = (known: Known, claims: readonly Claim[], diagnostics: Diagnostics): Disposition[] =>
  known.entries.flatMap((entry): Disposition[] => {
    const { address, name, current } = entry
    const object = current ?? entry.deposed[0]
    if (object === undefined) return []
    if (current !== null && !known.clients.has(current.clientId)) {
      diagnostics.refuse(
        `${address} is the client ${current.clientId}, of which the snapshot knows nothing. Take a new snapshot.`,
      )
      return []
    }
    const kind = kindOf(known, entry, claims)
    if (name === null) refuseAddress(entry, kind, claims, diagnostics)
    refuseDeposed(known, entry, kind, diagnostics)
    if (kind === 'kept' || kind === 'declared') {
      warnOf(known, entry, diagnostics)
      return [{ address, clientId: object.clientId, name: name ?? '', disposition: kind }]
    }
    return [{ address, clientId: object.clientId, disposition: kind }]
  })

/**
 * Credentials without a declaration are forgotten. To destroy them resets how the client authenticates in Auth0, and to
 * keep them needs a method and keys that the snapshot does not have; forgetting touches nothing.
 */
const kindOf = (
  { clients, state }: Known,
  { type, name, current }: Entry,
  claims: readonly Claim[],
): DispositionKind => {
  if (current === null) return 'forgotten'
  const client = clients.get(current.clientId)
  if (client?.vanished === true) return 'vanished'
  if (client !== undefined && isReleased(client, state.name)) return 'released'
  if (type === 'auth0_client') return claims.some(({ declaration }) => declaration.name === name) ? 'declared' : 'kept'
  // A client may stand in a state under two addresses, and so in two declarations.
  const isDeclared = claims.some(
    ({ clientId, credentials, declaration }) =>
      clientId === current.clientId &&
      declaration.authenticationMethod !== null &&
      (name === null || credentials === name),
  )
  return isDeclared ? 'declared' : 'forgotten'
}

/** In a module or under an instance key: neither a resource of ours nor a `removed` block can name it. */
const refuseAddress = (
  { address, type, current }: Entry,
  kind: DispositionKind,
  claims: readonly Claim[],
  diagnostics: Diagnostics,
): void => {
  const claim = claims.find(({ clientId }) => clientId === current?.clientId)
  const target = `${type}.${claim?.declaration.name ?? adoptedName(current?.clientId ?? '')}`
  if (kind === 'kept' || kind === 'declared')
    diagnostics.refuse(
      `${address} is in a module or under an instance key, which a stack of Nexus has none of. Give it a plain address:\n` +
        shell('terraform', 'state', 'mv', address, target),
    )
  else
    diagnostics.refuse(
      `${address} shall leave the state, but is in a module or under an instance key, which Terraform cannot be told to forget. Run:\n` +
        shell('terraform', 'state', 'rm', address),
    )
}

/** Beside a resource, Terraform destroys what is deposed, whatever `prevent_destroy` says; removed with it, it does not. */
const refuseDeposed = (
  { clients }: Known,
  { address, deposed }: Entry,
  kind: DispositionKind,
  diagnostics: Diagnostics,
): void => {
  if (kind !== 'kept' && kind !== 'declared') return
  for (const { clientId, deposed: key } of deposed) {
    const client = clients.get(clientId)
    if (client !== undefined && !client.vanished)
      diagnostics.refuse(
        `The next apply would destroy the client ${describeClient(client)}, deposed object ${key} of ${address}. Have the state forget both, and adopt what you want to keep:\n` +
          shell('terraform', 'state', 'rm', address),
      )
    else diagnostics.warn(`The next apply destroys the deposed object ${key} of ${address}, which Auth0 no longer has.`)
  }
}

const warnOf = ({ clients, places }: Known, { address, type, current }: Entry, diagnostics: Diagnostics): void => {
  if (current === null) return
  if (current.tainted)
    diagnostics.warn(
      `${address} is tainted: Terraform wants to replace it, and prevent_destroy will stop the plan. If the client is as it should be, run:\n` +
        shell('terraform', 'untaint', address),
    )
  const client = clients.get(current.clientId)
  const all = places.get(current.clientId) ?? []
  if (type === 'auth0_client' && all.length > 1 && client !== undefined)
    diagnostics.warn(
      `The client ${describeClient(client)} is managed ${all.length} times: ${all.map((place) => `${place.address} in ${place.state}`).join(', ')}. Release it from all but one.`,
    )
}
