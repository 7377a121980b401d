import { z } from 'zod'
import { clientBlock } from '../../stacks/provider-model.ts'
import type { Simulator } from '../../../simulator/main.ts'
import { recordOf } from '../../../domain/shape.ts'
import { managementToken } from '../auth0.ts'

/** What the provider does with `auth0_client` at Auth0. */

export type Values = Readonly<Record<string, unknown>>

/** Members that are attributes of the same name and form. Blocks are left out: no declaration here has one. */
const attributes = Object.keys(clientBlock.attributes ?? {}).filter((name) => name !== 'signing_keys')
const noBlocks = Object.fromEntries(Object.keys(clientBlock.block_types ?? {}).map((name) => [name, []]))

const Client = z.looseObject({ client_id: z.string() })

/** A client as it stands in a state. */
const stateOf = (client: z.infer<typeof Client>): Values => ({
  ...Object.fromEntries(attributes.map((name) => [name, client[name] ?? null])),
  signing_keys: null,
  ...noBlocks,
  id: client.client_id,
})

/** What is sent of a configuration: all that is given in it, also what did not change. */
const sentOf = (configuration: Values): Values =>
  Object.fromEntries(
    Object.entries(configuration).filter(
      ([name, value]) => attributes.includes(name) && name !== 'id' && value !== null && value !== undefined,
    ),
  )

const pathOf = (prior: unknown): string => `/${encodeURIComponent(String(recordOf(prior)['client_id']))}`

export const clientsOf = (simulator: Pick<Simulator, 'url' | 'credential'>) => {
  const call = async (method: string, path: string, body?: Values): Promise<Values | null> => {
    const answer = await fetch(`${simulator.url}/api/v2/clients${path}`, {
      method,
      headers: { authorization: `Bearer ${await managementToken(simulator)}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (answer.status === 404) return null
    if (!answer.ok) throw new Error(`${method} ended with ${answer.status}: ${await answer.text()}`)
    return answer.status === 204 ? null : stateOf(Client.parse(await answer.json()))
  }
  return {
    /** Null where Auth0 has none. */
    read: (state: unknown) => call('GET', pathOf(state)),
    byId: (id: string) => call('GET', pathOf({ client_id: id })),
    /** Makes, changes or deletes: whatever leads from what there was to what was planned. */
    apply: (prior: unknown, planned: unknown, configuration: unknown) => {
      if (planned === null) return call('DELETE', pathOf(prior))
      const sent = sentOf(recordOf(configuration))
      return prior === null ? call('POST', '', sent) : call('PATCH', pathOf(prior), sent)
    },
  }
}
