import type { SnapshotClient } from '../../domain/terraform/snapshot.ts'
import { shell } from '../../domain/terraform/shell.ts'
import { isIdentifier } from './address.ts'
import type { Attributes } from './attributes.ts'
import { adopting, describeClient, isReleased, releasing, removing } from './known.ts'
import type { Known, Diagnostics } from './known.ts'
import { leftOutOf } from './takeover.ts'

/** A client that code declares in one state. */
export interface Declaration {
  /** The resource's name in Terraform. */
  readonly name: string
  /** The existing client that it takes over; null for one that Terraform makes, or has made. */
  readonly clientId: string | null
  /** Its name in Auth0. */
  readonly clientName: string
  /** How the client authenticates, which is a resource of its own; null where it does not say. */
  readonly authenticationMethod: string | null
  /** The attributes that it gives, with Terraform's names. */
  readonly given: Attributes
  /** What Auth0 holds and the declaration means to replace: attributes, or parts such as `client_metadata.owners`. */
  readonly replaces: readonly string[]
}

/** Of one tenant, by state. */
export type Declarations = ReadonlyMap<string, readonly Declaration[]>

/** A declaration, and the client that it is about. */
export interface Claim {
  readonly declaration: Declaration
  /** Null for one that Terraform will make. */
  readonly clientId: string | null
  /** Whether it has still to be imported. */
  readonly takesOver: boolean
  /** The name of the resource of its credentials: the one in the state, otherwise the client's. */
  readonly credentials: string
  /** Given attributes that stay out of the configuration. */
  readonly leftOut: readonly string[]
}

/** The declarations of this state, each with its client. Says what stands in the way of one, and what is left out of it. */
export const claimsOf = (known: Known, declarations: Declarations, diagnostics: Diagnostics): Claim[] => {
  const claims = (declarations.get(known.state.name) ?? []).map((declaration) =>
    claimOf(known, declaration, declarations, diagnostics),
  )
  refuseCredentials(known, claims, diagnostics)
  return claims
}

const claimOf = (
  known: Known,
  declaration: Declaration,
  declarations: Declarations,
  diagnostics: Diagnostics,
): Claim => {
  const address = `auth0_client.${declaration.name}`
  if (!isIdentifier(declaration.name))
    diagnostics.refuse(`${address} is declared, but that is no name of a resource: letters, digits, "_" and "-" are.`)
  const entry = known.entries.find((one) => one.address === address)
  const indexed = entry?.current?.clientId ?? null
  const clientId = indexed ?? declaration.clientId
  if (entry !== undefined && indexed === null)
    diagnostics.refuse(
      `${address} is declared, but the state has only an object there that Terraform has still to destroy. Forget it first:\n` +
        shell('terraform', 'state', 'rm', address),
    )
  if (indexed !== null && declaration.clientId !== null && indexed !== declaration.clientId)
    diagnostics.refuse(
      `${address} is declared for the client ${declaration.clientId}, but in the state it is ${indexed}.`,
    )
  const client = clientId === null ? undefined : known.clients.get(clientId)
  if (client !== undefined) refuseLeaving(known, address, client, diagnostics)
  if (indexed === null && declaration.clientId !== null)
    refuseTakeover(known, declaration, declarations, client, diagnostics)
  if (clientId === null) warnOfNamesake(known, declaration, declarations, diagnostics)
  const takesOver = indexed === null && clientId !== null
  const credentials = known.entries.find(
    ({ type, name, current }) =>
      type === 'auth0_client_credentials' && name !== null && current !== null && current.clientId === clientId,
  )
  return {
    declaration,
    clientId,
    takesOver,
    credentials: credentials?.name ?? declaration.name,
    leftOut:
      client === undefined || client.vanished
        ? []
        : leftOutOf(
            {
              declaration,
              client,
              takesOver: takesOver || entry?.current?.declared === false,
              takesCredentials: credentials === undefined,
              keys: known.keys,
            },
            diagnostics,
          ),
  }
}

/** Credentials have one client each: Terraform would destroy those of one to make those of another. */
const refuseCredentials = ({ entries }: Known, claims: readonly Claim[], diagnostics: Diagnostics): void => {
  const authenticating = claims.filter(({ declaration }) => declaration.authenticationMethod !== null)
  for (const [name, all] of Map.groupBy(authenticating, ({ credentials }) => credentials)) {
    const address = `auth0_client_credentials.${name}`
    const entry = entries.find((one) => one.address === address)
    const foreign = entry !== undefined && entry.current?.clientId !== all[0]?.clientId
    if (foreign)
      diagnostics.refuse(
        `${address} would be declared with auth0_client.${all[0]?.declaration.name}, but in the state it belongs to another client. Forget it first:\n` +
          shell('terraform', 'state', 'rm', address),
      )
    if (all.length > 1)
      diagnostics.refuse(
        `${address} would be declared ${all.length} times: ${all.map(({ declaration }) => `auth0_client.${declaration.name}`).join(', ')} are one client in the state. Declare authenticationMethod with one of them.`,
      )
  }
}

const refuseLeaving = (known: Known, address: string, client: SnapshotClient, diagnostics: Diagnostics): void => {
  if (client.vanished)
    diagnostics.refuse(
      `${address} is declared, but Auth0 no longer has the client ${describeClient(client)}. Remove the declaration: the state then forgets it. ` +
        'To have a new one, declare it under another name.',
    )
  else if (isReleased(client, known.state.name))
    diagnostics.refuse(
      `${address} is declared, but the release of the client ${describeClient(client)} is asked for. Remove the declaration, or take the release back:\n` +
        adopting(known, client.id),
    )
}

const refuseTakeover = (
  known: Known,
  { name, clientId }: Declaration,
  declarations: Declarations,
  client: SnapshotClient | undefined,
  diagnostics: Diagnostics,
): void => {
  const { places, state, snapshot } = known
  const address = `auth0_client.${name}`
  if (clientId === null) return
  if (client === undefined) {
    diagnostics.refuse(
      `${address} takes over the client ${clientId}, but ${snapshot.tenant} has none of that id. If it was made just now, try again in half a minute.`,
    )
    return
  }
  for (const place of places.get(clientId) ?? [])
    diagnostics.refuse(
      place.state === state.name
        ? `${address} takes over the client ${describeClient(client)}, but the state has it as ${place.address}. Declare it under that name, or run:\n` +
            shell('terraform', 'state', 'mv', place.address, address)
        : `${address} takes over the client ${describeClient(client)}, but the state ${place.state} manages it as ${place.address}. Take it out there first:\n` +
            removing(known, clientId, place),
    )
  if (client.request?.kind === 'adopt' && client.request.state !== state.name)
    diagnostics.refuse(
      `${address} takes over the client ${describeClient(client)}, but its adoption into ${client.request.state} is asked for. Declare it there, or take the adoption back:\n` +
        releasing(known, clientId),
    )
  const twice = [...declarations].flatMap(([other, all]) =>
    all.filter((one) => one.clientId === clientId).map((one) => `auth0_client.${one.name} in ${other}`),
  )
  if (twice.length > 1)
    diagnostics.refuse(`The client ${describeClient(client)} is declared more than once: ${twice.join(', ')}.`)
}

const warnOfNamesake = (
  { snapshot, places }: Known,
  { name, clientName }: Declaration,
  declarations: Declarations,
  diagnostics: Diagnostics,
): void => {
  const taken = new Set([...declarations.values()].flat().map(({ clientId }) => clientId))
  const namesake = snapshot.clients.find(
    ({ id, name: given, vanished }) => !vanished && given === clientName && !places.has(id) && !taken.has(id),
  )
  if (namesake !== undefined)
    diagnostics.warn(
      `auth0_client.${name} will be a new client, though ${describeClient(namesake)} has the same name and is managed nowhere. ` +
        `To take that one over, declare clientId: '${namesake.id}'.`,
    )
}
