import { z } from 'zod'
import type { Simulator } from '../../simulator/main.ts'

/** A token for the Management API, as another tool of the tenant would get one. */
export const managementToken = async ({ url, credential }: Pick<Simulator, 'url' | 'credential'>): Promise<string> => {
  const answer = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: credential.clientId,
      client_secret: credential.clientSecret,
      audience: `${url}/api/v2/`,
    }),
  })
  return z.object({ access_token: z.string() }).parse(await answer.json()).access_token
}

/** Somebody deletes a client in Auth0. */
export const deleteInAuth0 = async (simulator: Simulator, clientId: string): Promise<void> => {
  const answer = await fetch(`${simulator.url}/api/v2/clients/${encodeURIComponent(clientId)}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${await managementToken(simulator)}` },
  })
  if (answer.status !== 204) throw new Error(`The simulator answered ${answer.status}.`)
}

/** Somebody changes a client in Auth0. */
export const changeInAuth0 = async (
  simulator: Pick<Simulator, 'url' | 'credential'>,
  clientId: string,
  members: unknown,
): Promise<void> => {
  const answer = await fetch(`${simulator.url}/api/v2/clients/${encodeURIComponent(clientId)}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${await managementToken(simulator)}`, 'content-type': 'application/json' },
    body: JSON.stringify(members),
  })
  if (answer.status !== 200) throw new Error(`The simulator answered ${answer.status}.`)
}
