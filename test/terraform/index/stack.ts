import { afterAll, beforeAll } from 'vitest'
import { z } from 'zod'
import { Snapshot } from '../../../domain/terraform/snapshot.ts'
import { pathOf, read } from '../../api/support.ts'
import { startStack } from '../../support/stack.ts'
import { recordOf } from '../../../domain/shape.ts'
import type { Stack } from '../../support/stack.ts'
import { untilScanned } from '../../worker/scans.ts'
import { stateKey, theirStates } from '../support.ts'

const everything = ['client.read.all', 'client.write.all', 'terraform.adopt', 'terraform.read', 'tenant.admin']

/** What the API says about clients and Terraform, to somebody who may ask for all of it. */
export const viewOf = (stack: Stack) => {
  const as = stack.token({ permissions: everything })
  const ask = async (path: string, init: RequestInit = {}) => read(await stack.request(path, { ...init, as }))
  return {
    ask,
    client: (id: string) => ask(pathOf(id)),
    manuallyCreated: async (id: string): Promise<unknown> => (await ask(pathOf(id))).body['manuallyCreated'],
    /** How it stands with Terraform, as its sync view says. */
    standing: async (id: string) => {
      const { status, body } = await ask(`${pathOf(id)}/sync`)
      return { status, body: recordOf(body['terraform']) }
    },
    adopt: (id: string, body?: unknown) =>
      ask(`${pathOf(id)}/terraform`, { method: 'PUT', body: body === undefined ? null : JSON.stringify(body) }),
    release: (id: string) => ask(`${pathOf(id)}/terraform`, { method: 'DELETE' }),
    tenant: async () => {
      const { body } = await ask('/v1/tenants/acme')
      return z
        .object({
          managed: z.number(),
          manual: z.number(),
          conflicting: z.number(),
          adopting: z.number(),
          releasing: z.number(),
        })
        .parse(body['terraform'])
    },
    snapshotText: async (): Promise<string> => (await ask('/v1/tenants/acme/terraform/snapshot')).text,
    snapshot: async (): Promise<Snapshot> => Snapshot.parse((await ask('/v1/tenants/acme/terraform/snapshot')).body),
    /** The count of a state, as a configuration would have it. */
    version: async (state: string): Promise<number | undefined> => {
      const { body } = await ask('/v1/tenants/acme/terraform/snapshot')
      return Snapshot.parse(body).states.find(({ name }) => name === state)?.version
    },
    patch: async (id: string, body: unknown) => read(await stack.patch(id, body, { as })),
  }
}

/** Nobody has read the client for an hour. */
export const age = async (stack: Stack, id: string): Promise<void> => {
  await stack.query(`update nexus.clients set observed_at = now() - interval '1 hour' where client_id = $1`, [id])
}
export let stack: Stack
export let view: ReturnType<typeof viewOf>

/** Started before the tests of a suite, and closed after them. */
export const useIndex = (): void => {
  beforeAll(async () => {
    stack = await startStack({
      tenant: { terraformStates: ['main', 'second'], otherStates: theirStates },
      file: { terraform: { stateKeys: [stateKey] } },
    })
    view = viewOf(stack)
    await untilScanned(stack)
  })
  afterAll(() => stack.close())
}
