import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll } from 'vitest'
import { basic } from '../../support/pipeline.ts'
import type { Stack } from '../../support/stack.ts'
import { pathOf, read, seedClient } from '../support.ts'

export const lineage = randomUUID()
export const stateText = (serial: number) =>
  JSON.stringify({
    version: 4,
    terraform_version: '1.11.0',
    serial,
    lineage,
    outputs: { canary: { value: 'a-secret-in-a-state', type: 'string' } },
    resources: [],
  })
export const states = '/v1/tenants/acme/terraform/states'

interface Row extends Record<string, unknown> {
  action: string
  outcome: string
  reason: string | null
}

interface World {
  readonly stack: () => Stack
  readonly clientId: () => string
  /** Sends a request by an id of its own, and answers what was recorded of it. */
  readonly recorded: (
    path: string,
    init?: RequestInit & { readonly as?: string },
  ) => Promise<{ readonly answer: Awaited<ReturnType<typeof read>>; readonly rows: Row[] }>
}

export const world = (start: () => Promise<Stack>): World => {
  let stack: Stack
  let clientId: string
  beforeAll(async () => {
    stack = await start()
    clientId = seedClient(stack)
    // Nexus knows it from here on.
    await stack.request(pathOf(clientId))
  })
  afterAll(() => stack.close())
  return {
    stack: () => stack,
    clientId: () => clientId,
    recorded: async (path, init = {}) => {
      const id = randomUUID()
      const headers = { ...Object.fromEntries(new Headers(init.headers)), 'x-request-id': id }
      const answer = await read(await stack.request(path, { ...init, headers }))
      const rows = await stack.query<Row>(
        `select tenant_id, actor_kind, actor_id, application, host(address) as address, action, target, change_id, outcome,
                reason, missing
         from nexus.audit where request_id = $1 order by id`,
        [id],
      )
      return { answer, rows }
    },
  }
}

export const asPipeline = { authorization: basic }
export const json = { 'content-type': 'application/json' }

/** From somewhere, by somebody who may do nothing. */
export const from = (stack: Stack, forwarded: string) => ({
  headers: { 'x-forwarded-for': forwarded },
  as: stack.token({ permissions: [] }),
})
