import type { Claim, Declarations } from './claims.ts'
import { adoptedName, describeClient, releasing, removing } from './known.ts'
import type { Known, Diagnostics } from './known.ts'

/**
 * The clients whose adoption into this state is asked for and not yet true. One that has vanished is left out, because a
 * single import of it fails the whole plan; one that another state has is left out as well, and said.
 */
export const adoptionsOf = (
  known: Known,
  claims: readonly Claim[],
  declarations: Declarations,
  diagnostics: Diagnostics,
): { readonly name: string; readonly clientId: string }[] => {
  const { snapshot, state, places, entries } = known
  const names = new Set([
    ...entries.flatMap(({ type, name }) => (type === 'auth0_client' && name !== null ? [name] : [])),
    ...claims.map(({ declaration }) => declaration.name),
  ])
  return snapshot.clients.flatMap((client) => {
    const { id, request, vanished } = client
    const asked = request?.kind === 'adopt' && request.state === state.name && !vanished
    const here = (places.get(id) ?? []).some((place) => place.state === state.name)
    if (!asked || here || claims.some(({ clientId }) => clientId === id)) return []
    const [elsewhere] = places.get(id) ?? []
    if (elsewhere !== undefined) {
      diagnostics.warn(
        `The client ${describeClient(client)} is not adopted: the state ${elsewhere.state} manages it as ${elsewhere.address}. Take it out there and adopt it again, or take the adoption back:\n` +
          [...new Set([removing(known, id, elsewhere), releasing(known, id)])].join('\n'),
      )
      return []
    }
    // Refused where it is declared, too: whoever synthesises that state alone must not be the only one to know.
    const declared = [...declarations].find(([, all]) => all.some(({ clientId }) => clientId === id))
    if (declared !== undefined) {
      diagnostics.refuse(
        `The adoption of the client ${describeClient(client)} is asked for, but ${declared[0]} declares it. Take the adoption back:\n` +
          releasing(known, id),
      )
      return []
    }
    const name = adoptedName(id)
    if (names.has(name))
      diagnostics.refuse(
        `The client ${describeClient(client)} would be adopted as auth0_client.${name}, but another client has that address. Give that one another name in Terraform.`,
      )
    names.add(name)
    return [{ name, clientId: id }]
  })
}
