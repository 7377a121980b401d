import { createHash, randomUUID } from 'node:crypto'
import { read } from '../api/support.ts'
import type { Stack } from '../support/stack.ts'

/** A key of states, of tests only. */
export const stateKey = Buffer.alloc(32, 5).toString('base64')

/** A managed client in a state. */
export const managedClient = (clientId: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  mode: 'managed',
  type: 'auth0_client',
  name: 'this',
  provider: 'provider["registry.terraform.io/auth0/auth0"]',
  instances: [{ schema_version: 0, attributes: { client_id: clientId, id: clientId, name: 'Shop' } }],
  ...more,
})

/** A state of version 4, as text. */
export const stateText = (
  serial: number,
  resources: readonly unknown[] = [],
  more: Record<string, unknown> = {},
): string =>
  JSON.stringify({
    version: 4,
    terraform_version: '1.11.4',
    serial,
    lineage: 'lineage-1',
    outputs: {},
    resources,
    ...more,
  })

/** A lock as Terraform asks for it. */
export const lockOf = (id: string, more: Record<string, unknown> = {}) => ({
  ID: id,
  Operation: 'OperationTypeApply',
  Info: '',
  Who: 'ann@laptop',
  Version: '1.11.4',
  Created: '2026-01-02T03:04:05.123456789Z',
  Path: '',
  ...more,
})

export interface CallOptions {
  /** The query string, with its question mark. */
  readonly query?: string
  readonly headers?: Record<string, string>
  readonly as?: string
}

/** Terraform's http client, as far as it matters here, at one state of the tenant acme. */
export const backendOf = (stack: Stack, name: string = `state-${randomUUID()}`) => {
  const token = stack.token({ permissions: ['terraform.state', 'terraform.state.force-unlock'] })
  const path = `/v1/tenants/acme/terraform/states/${name}`
  const call = async (
    method: string,
    body: string | Uint8Array<ArrayBuffer> | null,
    options: CallOptions,
    below = '',
  ) => {
    const { query = '', headers = {}, as = token } = options
    return read(await stack.request(`${path}${below}${query}`, { method, body, headers, as }))
  }
  return {
    name,
    path,
    call,
    get: (options: CallOptions = {}) => call('GET', null, options),
    post: (text: string | Uint8Array<ArrayBuffer>, options: CallOptions = {}) => call('POST', text, options),
    remove: (options: CallOptions = {}) => call('DELETE', null, options),
    lock: (lock: unknown, options: CallOptions = {}) => call('LOCK', JSON.stringify(lock), options),
    /** Without a lock it is what `terraform force-unlock` sends. */
    unlock: (lock: unknown = null, options: CallOptions = {}) =>
      call('UNLOCK', lock === null ? null : JSON.stringify(lock), options),
    restore: (version: unknown, options: CallOptions = {}) =>
      call('POST', JSON.stringify({ version }), options, '/restore'),
    versions: async (): Promise<Record<string, unknown>[]> => {
      const { body } = await call('GET', null, {}, '/versions')
      return Array.isArray(body['versions']) ? body['versions'] : []
    },
    version: (version: number | string) => call('GET', null, {}, `/versions/${version}`),
    /** What the database says of it: versions in order, the current one, the index. */
    rows: async () => {
      const [state] = await stack.query<{
        version: string | null
        lock: Record<string, unknown> | null
        snapshot: string
      }>('select version, lock, snapshot from nexus.terraform_states where name = $1', [name])
      const versions = await stack.query<{ version: string; serial: string; sha256: string; restored_from: string }>(
        'select version, serial, sha256, restored_from from nexus.terraform_state_versions where state = $1 order by version',
        [name],
      )
      const index = await stack.query<{ address: string; client_id: string }>(
        'select address, client_id from nexus.terraform_resources where state = $1 order by place',
        [name],
      )
      return {
        current: state?.version === undefined || state.version === null ? null : Number(state.version),
        lock: state?.lock ?? null,
        snapshot: Number(state?.snapshot ?? 0),
        versions: versions.map(({ version, serial, sha256 }) => ({
          version: Number(version),
          serial: Number(serial),
          sha256,
        })),
        index: index.map(({ address, client_id: id }) => [address, id]),
      }
    },
  }
}

/** States that a tenant names as those of others: as many as a file of tests needs. */
export const theirStates = Array.from({ length: 40 }, (_, index) => `theirs-${index}`)
let given = 0

/** The same at one of these, of which nobody has asked before. */
export const theirsOf = (stack: Stack): Backend => {
  const name = theirStates[given]
  given += 1
  return backendOf(stack, name)
}

export type Backend = ReturnType<typeof backendOf>

export const md5Of = (text: string): string => createHash('md5').update(text).digest('base64')
